import type { Use } from './kit.ts';

/** Lists for people name so many; of the rest it is said how many they are. */
export const namedAtMost = 50;

/** Uses that no registered kit accounts for: the latest by name, and how many there are. */
export type Strangers = { readonly named: readonly Use[]; readonly total: number };
export const noStrangers: Strangers = { named: [], total: 0 };

/** With one more. Those of many together that are called the same, in whatever shards they were recorded, are one. */
export const withStranger = ({ named, total }: Strangers, use: Use): Strangers => {
  const isSame = (one: Use): boolean =>
    one.areMany === true &&
    one.kitId === use.kitId &&
    one.address === use.address &&
    one.credentialId === use.credentialId;
  const known = use.areMany ? named.find(isSame) : undefined;
  if (known) return { named: latestOf([...named.filter((one) => one !== known), together(known, use)]), total };
  const [earliest] = named.slice(namedAtMost - 1);
  if (earliest && earliest.lastUsedAtMs >= use.lastUsedAtMs) return { named, total: total + 1 };
  return { named: latestOf([...named, use]), total: total + 1 };
};

const latestOf = (uses: readonly Use[]): readonly Use[] =>
  uses.toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs).slice(0, namedAtMost);

const together = (one: Use, other: Use): Use => ({
  ...one,
  firstUsedAtMs: Math.min(one.firstUsedAtMs, other.firstUsedAtMs),
  lastUsedAtMs: Math.max(one.lastUsedAtMs, other.lastUsedAtMs),
});

/** What is known of the use of retiring credentials, added up use by use: the last one by anybody in epoch ms, and the strangers. */
export type RetiringUse = { readonly lastUseMs?: number; readonly strangers: Strangers };
export const noRetiringUse: RetiringUse = { strangers: noStrangers };

/** With one more use of a retiring credential. */
export const withRetiringUse = (
  { lastUseMs = 0, strangers }: RetiringUse,
  use: Use,
  isRegistered: (kitId: string) => boolean,
): RetiringUse => ({
  lastUseMs: Math.max(lastUseMs, use.lastUsedAtMs),
  strangers: use.kitId !== undefined && isRegistered(use.kitId) ? strangers : withStranger(strangers, use),
});
