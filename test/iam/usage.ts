import type { Decided } from './evaluation/access.ts';
import type { Grant } from './evaluation/grants.ts';
import { lineOf } from './grant-line.ts';
import { outsideTheProof } from './outside-the-proof.ts';

/** How often a grant allowed a call. */
export type GrantUse = { readonly grant: Grant; calls: number; readonly resources: Set<string> };

/** What all scenarios together have used. */
export type Usage = {
  readonly grants: ReadonlyMap<string, GrantUse>;
  /** Calls that were refused, each with how often. */
  readonly refused: ReadonlyMap<string, number>;
};

/** Adds up what deployments of the same template have used: grants are the same when they read the same. */
export const countUsage = () => {
  const grants = new Map<string, GrantUse>();
  const refused = new Map<string, number>();
  const keyOf = (grant: Grant): string => `${grant.of}: ${lineOf(grant)}${JSON.stringify(grant.principal ?? '')}`;
  return {
    usage: { grants, refused } satisfies Usage,
    add: (all: readonly Grant[], decisions: readonly Decided[]): void => {
      for (const grant of all)
        if (!grants.has(keyOf(grant))) grants.set(keyOf(grant), { grant, calls: 0, resources: new Set() });
      for (const { caller, isAllowed, by, question } of decisions) {
        const call = `${caller} ${question.action} on ${question.resource}`;
        if (!isAllowed) refused.set(call, (refused.get(call) ?? 0) + 1);
        for (const grant of by) {
          const use = grants.get(keyOf(grant));
          if (!use) continue; // the administrator's
          use.calls += 1;
          use.resources.add(question.resource);
        }
      }
    },
  };
};

/** Grants that should have been used, and were not: a path is missing, or they are too wide. A Deny is there to be never used. */
export const neverUsed = ({ grants }: Usage): readonly GrantUse[] =>
  [...grants.values()].filter(
    ({ calls, grant }) => calls === 0 && grant.effect === 'Allow' && outsideTheProof(grant) === undefined,
  );

/**
 * Grants whose calls were nearly refused: no other grant allowed them, and this one only by a wildcard in its resource,
 * so that a name which is put together otherwise would be refused.
 */
export const nearlyRefused = ({ grants }: Usage): readonly GrantUse[] =>
  [...grants.values()].filter(({ calls, grant }) => calls > 0 && /[*?]/.test(grant.resource));
