import { type By, by, type Decision, record, unchanged } from './decision.ts';
import type { Gateway } from './gateway.ts';
import { type Kit, type RevertedUse, sourceOf, type Use } from './kit.ts';
import { isRetired } from './kit-verdict.ts';

/** It is looked every quarter of an hour: a shorter look-back would see nothing. */
const leastLookBackMs = 3_600_000;

/** So many sources of a kit are named. */
const sourcesNamed = 10;

/**
 * Whether a kit presents a revoked credential: somebody set it back, or left a node behind. A source that was seen with a
 * live one since has moved; one that has been silent for the look-back, or that a person retired, is nobody any more.
 */
export const revertedUse = (
  kit: Kit,
  refused: readonly Use[],
  live: readonly Use[],
  nowMs: number,
): RevertedUse | undefined => {
  const movedAtMs = new Map<string, number>();
  for (const use of live) movedAtMs.set(sourceOf(use), Math.max(movedAtMs.get(sourceOf(use)) ?? 0, use.lastUsedAtMs));
  const [latest, ...others] = refused
    .filter(
      (use) =>
        use.lastUsedAtMs >= nowMs - Math.max(leastLookBackMs, kit.lookBackSeconds * 1000) &&
        use.lastUsedAtMs >= (movedAtMs.get(sourceOf(use)) ?? 0) &&
        !isRetired(kit, use),
    )
    .toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs);
  if (!latest) return undefined;
  const sources = [...new Set([latest, ...others].map(sourceOf))].slice(0, sourcesNamed);
  return { credentialId: latest.credentialId, sources, lastUsedAtMs: latest.lastUsedAtMs };
};

/** So many kits present a revoked credential: recorded when the number changes. */
export type KitsBehind = By & { readonly kind: 'kits-behind'; readonly kits: number };
export const kitsBehind = (gateway: Gateway, command: KitsBehind, nowMs: number): Decision => {
  const { kitsBehind: before = 0, ...rest } = gateway;
  if (command.kits === before) return unchanged;
  return record(rest, command.kits > 0 ? { kitsBehind: command.kits } : {}, nowMs, {
    kind: 'kits-behind',
    ...by(command),
    detail: { kits: command.kits },
  });
};
