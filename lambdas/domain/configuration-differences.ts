import { isSameAuthority, type PingOneAuthority } from './authority.ts';
import type { AccessDecision, Gateway } from './gateway.ts';
import { type Labels, labelsText } from './labels.ts';
import type { Policy } from './policy.ts';

/** What of a gateway's configuration becomes another, in words: for the person who applies it, and for the record. */
export const differencesOf = (
  before: Pick<Gateway, 'retiredAtMs' | 'labels' | 'authority' | 'decision' | 'policy' | 'isScheduled'>,
  after: {
    readonly labels?: Labels | undefined;
    readonly authority?: PingOneAuthority | undefined;
    readonly decision?: AccessDecision | undefined;
    readonly policy: Policy;
    readonly isScheduled: boolean;
  },
): readonly string[] => [
  ...(before.retiredAtMs === undefined ? [] : ['it was retired']),
  ...(same(before.decision, after.decision)
    ? []
    : [`decision ${decisionText(before.decision)} becomes ${decisionText(after.decision)}`]),
  ...(same(before.labels, after.labels)
    ? []
    : [`labels ${labelsText(before.labels) || 'none'} become ${labelsText(after.labels) || 'none'}`]),
  ...authorityDifferences(before.authority, after.authority),
  ...policyDifferences(before.policy, after.policy),
  ...((before.isScheduled ?? false) === after.isScheduled
    ? []
    : [after.isScheduled ? 'it rotates by a schedule' : 'it has no schedule any more']),
];

const decisionText = (decision: AccessDecision | undefined): string =>
  decision?.kind === 'forward' ? `forward to ${decision.to} at ${decision.serviceUrl}` : (decision?.kind ?? 'none');

const authorityDifferences = (
  before: PingOneAuthority | undefined,
  after: PingOneAuthority | undefined,
): readonly string[] => {
  if (!isSameAuthority(before, after)) return ['another authority'];
  const names = Object.keys({ ...before, ...after }) as (keyof PingOneAuthority)[];
  return names
    .filter((name) => !same(before?.[name], after?.[name]))
    .map((name) => `authority.${name} ${JSON.stringify(before?.[name])} becomes ${JSON.stringify(after?.[name])}`);
};

const policyDifferences = (before: Policy, after: Policy): readonly string[] =>
  [...new Set(Object.keys({ ...before, ...after }) as (keyof Policy)[])]
    .filter((name) => !same(before[name], after[name]))
    .map((name) => `${name} ${shown(before[name])} becomes ${shown(after[name])}`);

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Same JSON, whatever the order of its keys. */
export const same = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);
const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
