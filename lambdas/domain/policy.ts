import type { Wave } from './wave.ts';
import { waveContradictions } from './wave-policy.ts';

/** How a gateway wants its rotations done. Every default is the safe one; times are seconds as users write them. */
export type Policy = {
  /** How long a predecessor must have gone unused before it may be revoked. */
  readonly quietWindowSeconds: number;
  /** How often the policy check records a source that keeps using a credential. */
  readonly useRecordingSeconds: number;
  /** The longest time between the two sideband legs of one client request. */
  readonly longestRequestSeconds: number;
  /** How long the policy check may go on with a record it read before, while DynamoDB cannot be read: the propagation bound. */
  readonly serveStaleSeconds: number;
  /** The longest pause between two looks at a waiting rotation: the promised reaction time. */
  readonly longestWaitSeconds: number;
  /** From the start of the rotation: when owners of laggards are reminded, when on-call is told, when {@link Policy.atDeadline} is done. */
  readonly remindAfterSeconds: number;
  readonly escalateAfterSeconds: number;
  readonly deadlineSeconds: number;
  /** `force` needs the person who decided so beforehand. */
  readonly atDeadline:
    | { readonly kind: 'hold' }
    | { readonly kind: 'roll-back' }
    | { readonly kind: 'force'; readonly author: string };
  /** How soon a compromised credential is refused, unless the press says otherwise. */
  readonly rejectWithinSeconds: number;
  /** In which parts kits get a new credential; absent: all at once. */
  readonly waves?: readonly Wave[];
};

/** Two checks of a second each have to fit into half the window. */
const shortestQuietSeconds = 4;

/** What a kit declares that a policy must leave time for, or may not ask of it. */
export type KitTiming = {
  readonly kitId: string;
  readonly propagationSeconds: number;
  readonly installedBy?: 'us' | 'owner';
  readonly canary?: boolean;
};

/** The defaults of `gateways.json`, and the limits a policy's numbers keep by themselves. */
export const defaultPolicy: Policy = {
  quietWindowSeconds: 900,
  useRecordingSeconds: 60,
  longestRequestSeconds: 60,
  serveStaleSeconds: 0,
  longestWaitSeconds: 900,
  remindAfterSeconds: 86_400,
  escalateAfterSeconds: 259_200,
  deadlineSeconds: 604_800,
  atDeadline: { kind: 'hold' },
  rejectWithinSeconds: 60,
};

/** The latest end that a press may give a compromised credential: a day. */
export const latestRejectSeconds = 86_400;

/**
 * How far two proofs that the policy check answers and records may lie apart: quiet is watched time, so a longer gap begins
 * the window again, whatever the reason for it was.
 */
export const longestUnwatchedMs = ({ quietWindowSeconds }: Policy): number =>
  Math.min(150_000, quietWindowSeconds * 500);

/** The worst-case overlap of a rotation: its deadline, then the last quiet window and the propagation bound. */
export const worstCaseOverlapSeconds = (policy: Policy): number =>
  policy.deadlineSeconds + policy.useRecordingSeconds + policy.quietWindowSeconds + policy.serveStaleSeconds;

/**
 * Every contradiction of a policy, as a sentence with the numbers; empty when it can be kept. `isRecorded`: kits call our
 * policy check, which records their use.
 */
export const contradictions = (policy: Policy, kits: readonly KitTiming[], isRecorded: boolean): readonly string[] => {
  const quiet = policy.quietWindowSeconds;
  const lastLeg = policy.longestRequestSeconds + policy.serveStaleSeconds;
  return [
    ...kits
      .filter((kit) => quiet < kit.propagationSeconds)
      .map(
        (kit) =>
          `quietWindowSeconds is ${quiet}, but kit "${kit.kitId}" may take ${kit.propagationSeconds} s to use a new credential.`,
      ),
    ...(isRecorded && quiet < 2 * policy.useRecordingSeconds
      ? [
          `quietWindowSeconds is ${quiet}, but use is recorded every ${policy.useRecordingSeconds} s: at least ${2 * policy.useRecordingSeconds} is needed.`,
        ]
      : []),
    ...(quiet < shortestQuietSeconds
      ? [
          `quietWindowSeconds is ${quiet}, but the policy check has to be proven to watch twice in it: at least ${shortestQuietSeconds} is needed.`,
        ]
      : []),
    ...(quiet < lastLeg
      ? [
          `quietWindowSeconds is ${quiet}, but a request may last longestRequestSeconds + serveStaleSeconds = ${lastLeg} s, and its second leg would be refused.`,
        ]
      : []),
    ...(policy.remindAfterSeconds <= policy.escalateAfterSeconds &&
    policy.escalateAfterSeconds <= policy.deadlineSeconds
      ? []
      : [
          `The times of the escalation must not go down: remindAfterSeconds ${policy.remindAfterSeconds}, escalateAfterSeconds ${policy.escalateAfterSeconds}, deadlineSeconds ${policy.deadlineSeconds}.`,
        ]),
    ...waveContradictions(policy, kits, isRecorded),
  ];
};
