import { createHash } from 'node:crypto';
import type { Kit } from '../domain/kit.ts';
import { KitCallFailed, type KitCallProblem } from '../domain/kit-call-failed.ts';
import { liveLabel } from '../domain/secret-text.ts';
import type { CommandShown } from '../ports.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';
import type { Installation, KitAccess, KitCheck } from './kit-kind.ts';
import { pause } from './pause.ts';
import { nodesIn, nodesSaid, type RunCommandSettings } from './pinggateway-settings.ts';
import { retryWhileTime } from './retry-while-time.ts';

/** What the document is told, and all of it: which secret, and which of its versions. */
const parameterNames = ['SecretArn', 'VersionStage'] as const;
const lookMs = 2_000;
const mostLooks = 8;

/**
 * Has the nodes fetch the credential themselves, and waits until all have said that they did. One command that runs, or that
 * has succeeded since this was last to be done, is not sent again.
 */
export const runOnNodes = async (
  installation: Installation,
  settings: RunCommandSettings,
  access: KitAccess,
): Promise<void> => {
  const { kit, credentialId, secretArn } = installation;
  const { documentName, documentVersion, timeoutSeconds } = settings;
  const { commands, signal } = access;
  const startedAtMs = access.nowMs();
  const { work } = kit;
  const sinceMs = work?.credentialId === credentialId ? Math.min(work.changedAtMs, startedAtMs) : startedAtMs;
  const nodes = nodesIn(settings);
  const stream = `gateway-credential-rotation ${digest(16, kit.gatewayId, kit.kitId)}`;
  const comment = `${stream} ${digest(8, documentVersion, JSON.stringify(nodes))} ${credentialId}`;

  const sentBefore = async (): Promise<string | undefined> => {
    const asked = commands.sentSince(documentName, sinceMs - timeoutSeconds * 1000, signal);
    const sent = await called(kit, `Listing commands with document ${documentName}`, asked);
    const last = newestOf(sent.filter((one) => one.comment.startsWith(`${stream} `)));
    if (last?.comment !== comment) return undefined;
    const counts = last.state === 'RUNNING' || (last.state === 'SUCCEEDED' && last.requestedAtMs >= sinceMs);
    return counts ? last.commandId : undefined;
  };
  const parameters = { SecretArn: secretArn, VersionStage: liveLabel(credentialId) };
  const order = { documentName, documentVersion, nodes, comment, parameters, timeoutSeconds };
  const send = () =>
    called(kit, `Sending document ${documentName} to ${nodesSaid(nodes)}`, commands.send(order, signal));
  const commandId = await retryWhileTime(signal, async () => (await sentBefore()) ?? send());
  await untilEnded(kit, commandId, access);
};

const digest = (length: number, ...texts: readonly string[]): string =>
  createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, length);

const newestOf = (sent: readonly CommandShown[]): CommandShown | undefined =>
  sent.toSorted((one, other) => other.requestedAtMs - one.requestedAtMs)[0];

/** Throws unless every node has succeeded. */
const untilEnded = async (kit: Kit, commandId: string, { commands, signal }: KitAccess): Promise<void> => {
  const doing = `Waiting for command ${commandId}`;
  for (let look = 1; ; look += 1) {
    const shown = await retryWhileTime(signal, () => called(kit, doing, commands.show(commandId, signal)));
    if (shown?.state === 'SUCCEEDED') return;
    if (shown && shown.state !== 'RUNNING') throw endings[shown.state]({ doing, kit, answer: countsOf(shown) });
    if (look === mostLooks || signal.aborted)
      throw new KitUnreachable('TIMEOUT', {
        doing,
        kit,
        answer: shown ? countsOf(shown) : 'it is not listed yet',
        todo: 'The next round looks at the same command again.',
      });
    await pause(lookMs, signal);
  }
};

const countsOf = ({ ended, nodes }: CommandShown): string => `it has ended on ${ended} of ${nodes} nodes`;

type Problem = (said: Omit<Said, 'todo'>) => KitError;

/** What each bad end of a command is thrown as. */
const endings: Readonly<Record<'NO_NODES' | 'NOT_DELIVERED' | 'FAILED', Problem>> = {
  NO_NODES: (said) =>
    new KitMisconfigured('NOTHING_TO_UPDATE', {
      ...said,
      todo: 'No node of Systems Manager has that tag: correct runCommand.targetTag, or give it to the nodes.',
    }),
  NOT_DELIVERED: (said) =>
    new KitUnreachable('NO_CONNECTION', {
      ...said,
      todo: 'A node did not take it in time: see whether it runs, and its agent is connected. The next round sends it again.',
    }),
  FAILED: (said) =>
    new KitRefused('REQUEST_REFUSED', {
      ...said,
      todo: 'Not all of them succeeded: see its output in Run Command, and the rights of the nodes to the secret of the gateway and its key.',
    }),
};

/** Looks whether the document is there and takes what it is told; which nodes there are is seen when it is sent. */
export const checkDocument = async (
  kit: Kit,
  settings: RunCommandSettings,
  { commands, signal }: KitAccess,
): Promise<KitCheck> => {
  const { documentName, documentVersion } = settings;
  const doing = `Reading document ${documentName}`;
  const found = await called(kit, doing, commands.parametersOf(documentName, documentVersion, signal));
  const missing = parameterNames.filter((name) => !found?.includes(name));
  if (!found || missing.length > 0)
    throw new KitMisconfigured(found ? 'SETTINGS_WRONG' : 'NOT_FOUND', {
      doing,
      kit,
      answer: found ? `it has no parameter ${missing.join(' and no parameter ')}` : 'not there in this version',
      todo: 'Make it of docs/pinggateway-document.yaml, or correct runCommand.documentName and documentVersion.',
    });
  const nodes = nodesSaid(nodesIn(settings));
  return {
    seen: [`Document ${documentName} is there, and takes SecretArn and VersionStage.`],
    notShown: [
      `Which credential is on ${nodes}: the nodes fetch it, and show nothing.`,
      `Whether ${nodes} can be reached, and may read the secret of the gateway: that is seen when they do.`,
    ],
    would: [
      `Run document ${documentName} on ${nodes}, with the ARN of the gateway's secret and the label of the version; no value is in it.`,
    ],
    holds: [],
  };
};

const called = async <Output>(kit: Kit, doing: string, work: Promise<Output>): Promise<Output> =>
  work.catch((error: unknown) => {
    throw error instanceof KitCallFailed ? problems[error.problem]({ doing, kit, answer: error.answer }) : error;
  });

const unreachable =
  (code: ConstructorParameters<typeof KitUnreachable>[0]): Problem =>
  (said) =>
    new KitUnreachable(code, { ...said, todo: 'It is tried again.' });
const wrong: Problem = (said) =>
  new KitRefused('REQUEST_REFUSED', {
    ...said,
    todo: 'Check documentName, documentVersion and the ids of the nodes; the document has to take SecretArn and VersionStage and nothing else without a default.',
  });

/** What each problem with Run Command is thrown as. */
const problems: Readonly<Record<KitCallProblem, Problem>> = {
  NOT_GIVEN: wrong,
  REQUEST_REFUSED: wrong,
  ACCESS_DENIED: (said) =>
    new KitRefused('ACCESS_DENIED', {
      ...said,
      todo: 'Name the document and these very nodes in the gateways.json of the deployment and deploy it: only those named there may be used.',
    }),
  CHANGED_MEANWHILE: unreachable('CHANGED_MEANWHILE'),
  TIMEOUT: unreachable('TIMEOUT'),
  RATE_LIMITED: unreachable('RATE_LIMITED'),
  NO_CONNECTION: unreachable('NO_CONNECTION'),
  SERVER_ERROR: unreachable('SERVER_ERROR'),
};
