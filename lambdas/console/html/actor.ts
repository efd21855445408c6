import { html, type Markup } from './html.ts';

/** The parts of this system that act by themselves, as people call them. */
const ownNames: Readonly<Record<string, string>> = {
  workflow: 'the workflow',
  policy: "the gateway's policy",
  reconciler: 'the reconciler',
  compromise: 'the compromise button',
  'secrets-manager': 'Secrets Manager',
};

/** Whom an ARN names, in the words of IAM: the session of a role, a user, or the last part of any other. */
const nameInArn = (arn: string): string => {
  const [, , service = '', , account = '', ...rest] = arn.split(':');
  const [type = '', ...names] = rest.join(':').split('/');
  if (service === 'sts' && type === 'assumed-role') return `${names.slice(1).join('/')} (role ${names[0]})`;
  if (service === 'iam') return type === 'root' ? `root of ${account}` : (names.at(-1) ?? type);
  return rest.join(':').split(/[:/]/).at(-1) ?? arn;
};

const nameOf = (actor: string): string => {
  const own = Object.hasOwn(ownNames, actor) ? ownNames[actor] : undefined;
  return own ?? (/^arn:[\w-]+:/.test(actor) ? nameInArn(actor) : actor);
};

/** What is recorded of a name that nobody vouches for, and what stands beside it: see `domain/claimed.ts`. */
const claim = /^claimed: (?<name>.*?)(?: \((?<beside>[^()]*)\))?$/s;

/**
 * Who said something, by the name that people use; what only a caller said of himself is marked as claimed. Ids and ARNs are
 * shown in full to who points at it, and stand in the record.
 */
export const who = (actor: string): Markup => {
  const { name, beside = '' } = claim.exec(actor)?.groups ?? {};
  if (name === undefined) {
    const short = nameOf(actor);
    return short === actor ? html`${actor}` : html`<span title="${actor}">${short}</span>`;
  }
  const known = beside === '' || /^(?:request |arn:)/.test(beside) ? undefined : html`, ${beside}`;
  return html`<span title="${actor}">${nameOf(name)}${known} <span class="soft">(claimed)</span></span>`;
};
