import type { Gateway, Transition } from '../domain/gateway.ts';
import type { News } from '../domain/news.ts';

/** What is said of a transition beside who, when and why. */
type Told = Pick<News, 'severity' | 'thread' | 'signal'> & { readonly what: string; readonly todo?: string };

/** Of a transition, what is told. */
export type TellableTransition = Pick<Transition, 'kind' | 'atMs' | 'actor' | 'reason'> & {
  readonly rotationId?: string | undefined;
  readonly detail?: Transition['detail'] | undefined;
};
type Telling = (transition: TellableTransition) => Told;

const ofRotation = (severity: News['severity'], what: string, todo?: string): Told => ({
  ...{ severity, thread: 'rotation', what },
  ...(todo === undefined ? {} : { todo }),
});

/** By a part of this system: nobody has seen it yet. */
const isOfSystem = ({ actor }: TellableTransition): boolean =>
  ['policy', 'reconciler', 'workflow', 'secrets-manager'].includes(actor);

/** A decision: of a person it says that somebody looks after the rotation, of the system that somebody has to. */
const decided =
  (what: string, todo: string): Telling =>
  (transition) =>
    isOfSystem(transition)
      ? ofRotation('escalation', what, todo)
      : { ...ofRotation('notice', what), signal: 'acknowledge' };

const countIn = (transition: TellableTransition, name: string): number => {
  const count = transition.detail?.[name];
  return typeof count === 'number' ? count : 0;
};

const lookAtLate =
  'Look in the console which kits are late and why; help their owners or mend the kits, then resume, extend, or roll back.';

const tellings: Readonly<Record<string, Telling>> = {
  begin: () => ofRotation('notice', 'a rotation began'),
  hold: decided('the rotation is held, and nothing goes on until a person decides', lookAtLate),
  resume: decided('the rotation goes on', 'Nothing: it went on by itself.'),
  extend: decided('the deadline of the rotation moved', 'Nothing, but the new deadline is to be kept.'),
  'roll-back': decided(
    'the rotation goes back to the old credential',
    'Look in the console why its kits did not move before the next rotation begins.',
  ),
  force: decided(
    'the old credential is revoked without proof',
    'Look in the console which kits have not moved: their requests fail from now on until they have the new credential.',
  ),
  'drop-force': () =>
    ofRotation('escalation', 'a force was dropped, since others would have been cut off than were shown', lookAtLate),
  'wave-bad': () =>
    ofRotation(
      'escalation',
      'a wave of the rotation is bad',
      'Look in the console at the kits of this wave; when they are mended, resume, which tries the wave again, or roll back.',
    ),
  fail: () =>
    ofRotation(
      'escalation',
      'the rotation was given up',
      'The history in the console says what became of its credential. Remove what stopped it, then rotate again.',
    ),
  compromise: () =>
    ofRotation(
      'page',
      'the compromise button was pressed',
      'See in the console which kits do not have the new credential yet: they are cut off when the old one is refused.',
    ),
  evict: () =>
    ofRotation(
      'page',
      'a compromised credential is refused before its time, since five were live',
      'Give the kits that still used it the new credential now.',
    ),
  complete: (transition) => ({
    ...ofRotation(
      'notice',
      transition.detail?.forced === true ? 'the rotation ended by force; kits may be cut off' : 'the rotation ended',
    ),
    signal: 'resolve',
  }),
  'kits-behind': (transition) => {
    const kits = countIn(transition, 'kits');
    return kits > 0
      ? {
          ...{ severity: 'escalation', thread: 'kits-behind', what: `kits that present a revoked credential: ${kits}` },
          todo: 'Their owners were told. See in the console which they are and who else writes them; if it is nobody of yours, somebody else holds the old value.',
        }
      : {
          severity: 'notice',
          thread: 'kits-behind',
          what: 'no kit presents a revoked credential any more',
          signal: 'resolve',
        };
  },
  'keys-ending': (transition) => {
    const keys = countIn(transition, 'keys');
    return keys > 0
      ? {
          ...{
            severity: 'escalation',
            thread: 'keys-ending',
            what: `own keys that end before a rotation could: ${keys}`,
          },
          todo: 'See in the console which secrets hold them and when they end; put a new key into each of these secrets before.',
        }
      : {
          severity: 'notice',
          thread: 'keys-ending',
          what: 'no own key ends before a rotation could any more',
          signal: 'resolve',
        };
  },
};

/** The kinds of transitions that operators are told of. */
export const toldKinds: readonly string[] = Object.keys(tellings);

/** What operators are told of a transition: what happened, who and why, what to do, and by when; `undefined` for what is only recorded. */
export const newsOfTransition = (
  newsId: string,
  transition: TellableTransition,
  { gatewayId, rotation }: Pick<Gateway, 'gatewayId' | 'rotation'>,
): News | undefined => {
  const telling = Object.hasOwn(tellings, transition.kind) ? tellings[transition.kind] : undefined;
  if (!telling) return undefined;
  const { what, todo, ...told } = telling(transition);
  const { atMs, actor, reason, rotationId } = transition;
  const deadline =
    rotation && rotation.rotationId === rotationId ? new Date(rotation.deadlineAtMs).toISOString() : undefined;
  return {
    ...{ newsId, atMs, gatewayId, ...told },
    subject: `Gateway ${gatewayId}: ${what}`,
    text: [
      `${new Date(atMs).toISOString()}, by ${actor}: ${reason}.`,
      ...(todo ? [`What to do: ${todo}`] : []),
      ...(todo && deadline ? [`By when: the deadline of the rotation is ${deadline}.`] : []),
      ...(rotationId ? ['', `Rotation ${rotationId}.`] : []),
    ].join('\n'),
  };
};
