import type { AccessDecision, Gateway } from './gateway.ts';
import type { Policy } from './policy.ts';

/** What of a gateway's configuration becomes another, in words: for the person who applies it, and for the record. */
export const differencesOf = (
  before: Pick<Gateway, 'retiredAtMs' | 'decision' | 'policy' | 'isScheduled'>,
  after: { readonly decision: AccessDecision; readonly policy: Policy; readonly isScheduled: boolean },
): readonly string[] => [
  ...(before.retiredAtMs === undefined ? [] : ['it was retired']),
  ...(same(before.decision, after.decision) ? [] : [`decision ${before.decision.kind} becomes ${after.decision.kind}`]),
  ...policyDifferences(before.policy, after.policy),
  ...((before.isScheduled ?? false) === after.isScheduled
    ? []
    : [after.isScheduled ? 'it rotates by a schedule' : 'it has no schedule any more']),
];

const policyDifferences = (before: Policy, after: Policy): readonly string[] =>
  (Object.keys(after) as (keyof Policy)[])
    .filter((name) => !same(before[name], after[name]))
    .map((name) => `${name} ${JSON.stringify(before[name])} becomes ${JSON.stringify(after[name])}`);

/** Same JSON, whatever the order of its keys. */
export const same = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);
const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
