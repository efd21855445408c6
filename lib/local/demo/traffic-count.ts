import type { Problem } from '../stand-ins/kit-node.ts';

/** Why so many requests of a kit were not allowed. */
export type KitProblem = Problem & { readonly kitId: string };

/**
 * Requests of a gateway's kits, as the kits saw them: from before the rotation until after the old credential was refused.
 * `refused` were answered with a no; `failed` were not answered, or by a machine that was too busy: an outage is not a refusal.
 */
export type TrafficCount = {
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  readonly problems: readonly KitProblem[];
};

const listOf = (problems: readonly KitProblem[]): string =>
  problems.map(({ count, kitId, reason }) => `${count} of ${kitId}: ${reason}`).join(', ');

/** How many requests were not allowed, and why: what was refused apart from what had no answer. */
export const trafficText = ({ requests, refused, failed, problems }: TrafficCount): string => {
  const why = (kind: Problem['kind']): string => {
    const list = listOf(problems.filter((one) => one.kind === kind));
    return list === '' ? '' : ` (${list})`;
  };
  const unanswered = failed === 0 ? '' : `, ${failed} failed${why('FAILED')}`;
  return `${requests} kit requests, ${refused} refused${why('REFUSED')}${unanswered}`;
};

/** What was counted since `before`. */
export const since = (before: TrafficCount, after: TrafficCount): TrafficCount => ({
  requests: after.requests - before.requests,
  refused: after.refused - before.refused,
  failed: after.failed - before.failed,
  problems: after.problems.flatMap((one) => {
    const earlier = before.problems.find(
      ({ kitId, kind, reason }) => kitId === one.kitId && kind === one.kind && reason === one.reason,
    );
    const count = one.count - (earlier?.count ?? 0);
    return count === 0 ? [] : [{ ...one, count }];
  }),
});

/** Nothing was counted. */
export const noTraffic: TrafficCount = { requests: 0, refused: 0, failed: 0, problems: [] };

/** What several nodes counted, the same problem of the same kit once. */
export const sumOf = (counts: readonly TrafficCount[]): TrafficCount => {
  const problems = new Map<string, KitProblem>();
  for (const one of counts.flatMap(({ problems }) => problems)) {
    const key = `${one.kitId} ${one.kind} ${one.reason}`;
    problems.set(key, { ...one, count: one.count + (problems.get(key)?.count ?? 0) });
  }
  const total = (count: (one: TrafficCount) => number): number => counts.reduce((sum, one) => sum + count(one), 0);
  return {
    requests: total(({ requests }) => requests),
    refused: total(({ refused }) => refused),
    failed: total(({ failed }) => failed),
    problems: [...problems.values()],
  };
};
