import { usedUntilMs } from './authority.ts';
import { leftToRetire } from './decision.ts';
import { type Gateway, hasReached, type KitSummary, liveCredential, timeOf } from './gateway.ts';
import type { CredentialId } from './ids.ts';
import type { Use } from './kit.ts';
import { type EvidenceKind, type KitVerdict, laggardCodes } from './kit-verdict.ts';
import { isWatched } from './quiet-window.ts';
import { namedAtMost, type RetiringUse, withStranger } from './retiring-use.ts';
import { latest } from './shown-use.ts';
import type { WaveLook } from './wave-look.ts';

/** What was read of a gateway's kits and their use, added up shard by shard. Lists keep the first {@link namedAtMost}, addresses of a kit the first {@link addressesAtMost}. */
export type EvidenceSummary = {
  readonly kits: number;
  readonly observed: number;
  readonly readBack: number;
  readonly acknowledged: number;
  /** Kits that call PingOne, by what they rest on besides; see `shared-use.ts`. */
  readonly shared?: Readonly<Partial<Record<'probed' | 'used' | 'stored', number>>>;
  readonly laggards: number;
  readonly named: readonly Laggard[];
  /** How many more laggards each owner has than are named; of the first {@link ownersAtMost} owners. */
  readonly unnamed: Readonly<Record<string, number>>;
  readonly redoShards: readonly number[];
  /** How many kits there are in these to be given the credential again. */
  readonly redoKits: number;
  readonly undistributed: number;
  readonly failed: number;
  /** The last use of any retiring credential by anybody. */
  readonly lastUseMs?: number;
  /** Sources that no registered kit accounts for, on a retiring credential, the latest first; and how many more there are. */
  readonly unregistered: readonly Use[];
  readonly moreUnregistered?: number;
  /** The version that AWSCURRENT names. */
  readonly currentVersionId?: string;
  /** Of the kits of the open wave, in a look at it. */
  readonly wave?: WaveLook;
};

type Laggard = Extract<KitVerdict, { kind: 'LAGGARD' }>;

const ownersAtMost = 500;
const addressesAtMost = 5;

export const emptySummary: EvidenceSummary = {
  kits: 0,
  observed: 0,
  readBack: 0,
  acknowledged: 0,
  laggards: 0,
  named: [],
  unnamed: {},
  redoShards: [],
  redoKits: 0,
  undistributed: 0,
  failed: 0,
  unregistered: [],
};

/** The summary with one more shard: its kits' verdicts, and the use of retiring credentials recorded under it. */
export const addShard = (
  summary: EvidenceSummary,
  shard: number,
  verdicts: readonly KitVerdict[],
  retiring: RetiringUse,
): EvidenceSummary => {
  const laggards = verdicts.filter((one) => one.kind === 'LAGGARD');
  return addKits(summary, shard, { updated: updatedIn(verdicts), laggards, retiring });
};

/** How many kits of a shard have evidence, by its kind. */
export type Updated = Readonly<Partial<Record<EvidenceKind, number>>>;

const updatedIn = (verdicts: readonly KitVerdict[]): Updated => {
  const kinds = verdicts.flatMap((one) => (one.kind === 'UPDATED' ? [one.evidence.kind] : []));
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, { length }]) => [kind, length]));
};

/** The same for a shard in which nobody was late, nor anybody else, when it was last read; `undefined` for any other. */
export const settledIn = (verdicts: readonly KitVerdict[], { strangers }: RetiringUse): Updated | undefined =>
  strangers.total === 0 && verdicts.every(({ kind }) => kind === 'UPDATED') ? updatedIn(verdicts) : undefined;

/** The summary with one more shard, of whose kits it is known that none is late. */
export const addSettled = (
  summary: EvidenceSummary,
  shard: number,
  updated: Updated,
  retiring: RetiringUse,
): EvidenceSummary => addKits(summary, shard, { updated, laggards: [], retiring });

const addKits = (
  summary: EvidenceSummary,
  shard: number,
  {
    updated,
    laggards,
    retiring,
  }: { readonly updated: Updated; readonly laggards: readonly Laggard[]; readonly retiring: RetiringUse },
): EvidenceSummary => {
  const count = (kind: EvidenceKind): number => updated[kind] ?? 0;
  const kits = Object.values(updated).reduce((sum, some) => sum + some, laggards.length);
  const late = (code: Laggard['code']): number => laggards.filter((one) => one.code === code).length;
  const room = namedAtMost - summary.named.length;
  const lastUseMs = latest([summary.lastUseMs, retiring.lastUseMs]);
  const { named: unregistered, total } = retiring.strangers.named.reduce(withStranger, {
    named: summary.unregistered,
    total: summary.unregistered.length + (summary.moreUnregistered ?? 0),
  });
  const moreUnregistered = total + retiring.strangers.total - retiring.strangers.named.length - unregistered.length;
  return {
    kits: summary.kits + kits,
    observed: summary.observed + count('observed'),
    readBack: summary.readBack + count('read-back'),
    acknowledged: summary.acknowledged + count('acknowledged'),
    ...sharedIn(summary, count),
    laggards: summary.laggards + laggards.length,
    named: [
      ...summary.named,
      ...laggards.slice(0, room).map((one) => ({ ...one, addresses: one.addresses.slice(0, addressesAtMost) })),
    ],
    unnamed: counted(summary.unnamed, laggards.slice(room)),
    redoShards: laggards.some((one) => one.redo) ? [...summary.redoShards, shard] : summary.redoShards,
    redoKits: summary.redoKits + laggards.filter((one) => one.redo).length,
    undistributed: summary.undistributed + late('NOT_DISTRIBUTED'),
    failed: summary.failed + late('DISTRIBUTION_FAILED'),
    ...(lastUseMs === undefined ? {} : { lastUseMs }),
    unregistered,
    ...(moreUnregistered > 0 ? { moreUnregistered } : {}),
  };
};

const sharedIn = (
  { shared }: EvidenceSummary,
  count: (kind: EvidenceKind) => number,
): Pick<EvidenceSummary, 'shared'> => {
  const kinds = ['probed', 'used', 'stored'] as const;
  const counts = kinds
    .map((kind) => [kind, (shared?.[kind] ?? 0) + count(kind)] as const)
    .filter(([, some]) => some > 0);
  return counts.length > 0 ? { shared: Object.fromEntries(counts) } : {};
};

/** The counts by owner with more laggards; an owner beyond the limit is not counted. */
const counted = (before: EvidenceSummary['unnamed'], laggards: readonly Laggard[]): EvidenceSummary['unnamed'] => {
  const counts = new Map(Object.entries(before));
  for (const { owner } of laggards)
    if (counts.has(owner) || counts.size < ownersAtMost) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return Object.fromEntries(counts);
};

/** What a summary comes to in the record: the counts, and the laggard whose reason weighs most. */
export const kitSummaryOf = ({ kits, laggards, named }: EvidenceSummary, atMs: number): KitSummary => {
  const [worst] = named.toSorted((one, other) => laggardCodes.indexOf(one.code) - laggardCodes.indexOf(other.code));
  return {
    ...{ atMs, kits, laggards },
    ...(worst ? { worst: { kitId: worst.kitId, owner: worst.owner, code: worst.code } } : {}),
  };
};

/** Why a predecessor may not be revoked yet. */
export const blockers = {
  NOT_DISTRIBUTED: 'The credential is not distributed yet.',
  NO_KITS: 'No kit is registered: an empty list is no proof that all have moved.',
  LAGGARDS: 'Kits have no sufficient evidence for the new credential yet.',
  NOT_QUIET: 'The old credentials have to stay unused for the whole quiet window.',
  NOT_WATCHED: 'It was not just now proven that use would be seen; the next check proves it.',
  CURRENT_MOVED: 'AWSCURRENT was moved back to a credential that would be revoked: what it names is not.',
} as const;
type Blocker =
  | { readonly code: 'NOT_DISTRIBUTED' }
  | { readonly code: 'NO_KITS' }
  | { readonly code: 'LAGGARDS'; readonly count: number }
  | { readonly code: 'NOT_QUIET'; readonly quietAtMs: number }
  /** Nobody has proven lately that the policy check answers and records: silence says nothing. */
  | { readonly code: 'NOT_WATCHED' }
  /** Somebody moved AWSCURRENT back to it: whoever reads the secret gets it, so it is not revoked. */
  | { readonly code: 'CURRENT_MOVED'; readonly versionId: string; readonly credentialId: CredentialId };

/** May the retiring credentials be revoked, and if not, why and because of whom. */
export type RevocationVerdict = {
  readonly atMs: number;
  readonly mayRevoke: boolean;
  readonly targetId?: CredentialId;
  readonly blockers: readonly Blocker[];
  /** The earliest time at which the answer can be yes; absent while somebody has to act first. */
  readonly earliestAtMs?: number;
};

/**
 * Invariant 2: yes only when every kit has sufficient evidence and the whole quiet window passed without a use. An empty
 * list of kits is not "all kits moved"; with nothing to retire (a gateway's first credential) only the kits count.
 */
export const judgeRevocation = (gateway: Gateway, summary: EvidenceSummary, clockMs: number): RevocationVerdict => {
  const nowMs = timeOf(gateway, clockMs);
  const { rotation, policy } = gateway;
  if (!rotation?.targetId || !hasReached(rotation, 'DISTRIBUTED'))
    return { atMs: nowMs, mayRevoke: false, blockers: [{ code: 'NOT_DISTRIBUTED' }] };
  const retiring = leftToRetire(gateway, rotation);
  const quietSinceMs = Math.max(rotation.quietSinceMs ?? nowMs, usedUntilMs(gateway, summary.lastUseMs) ?? 0);
  const quietAtMs = quietSinceMs + policy.quietWindowSeconds * 1000;
  const blockers: Blocker[] = [];
  if (summary.kits === 0 && retiring.length > 0) blockers.push({ code: 'NO_KITS' });
  if (summary.laggards > 0) blockers.push({ code: 'LAGGARDS', count: summary.laggards });
  if (retiring.length > 0 && nowMs < quietAtMs) blockers.push({ code: 'NOT_QUIET', quietAtMs });
  if (retiring.length > 0 && !isWatched(policy, rotation, nowMs)) blockers.push({ code: 'NOT_WATCHED' });
  const named = retiring.find((id) => liveCredential(gateway, id)?.versionId === summary.currentVersionId);
  if (named && summary.currentVersionId !== undefined)
    blockers.push({ code: 'CURRENT_MOVED', versionId: summary.currentVersionId, credentialId: named });
  const onlyTime = blockers.every(({ code }) => code === 'NOT_QUIET' || code === 'NOT_WATCHED');
  return {
    atMs: nowMs,
    mayRevoke: blockers.length === 0,
    targetId: rotation.targetId,
    blockers,
    ...(onlyTime ? { earliestAtMs: Math.max(nowMs, quietAtMs) } : {}),
  };
};
