import { codesOf } from './codes.ts';
import type { CredentialId, KitId } from './ids.ts';
import { failureOfWork, type Kit, type KitFailure, type KitWork, sourceOf, type Use } from './kit.ts';
import { proofsOf, type SharedUse } from './shared-use.ts';

/** What may prove that a kit moved. */
export const evidenceKinds = {
  observed: 'The policy check saw every source of the kit use the new credential.',
  'read-back': "The kit's management API shows the new credential, and that is what the kit presents.",
  probed:
    'A client request through the kit was answered, and PingOne has shown a use of the new credential since, and none of a predecessor.',
  used: 'PingOne has shown a use of the new credential since, and the gateway has no other kit.',
  stored: 'What the kit is configured with is the new credential, and PingOne has shown a use of it since.',
  acknowledged: 'Its owner, or its own endpoint, said that the new credential is installed.',
} as const;

export type EvidenceKind = keyof typeof evidenceKinds;

/**
 * What proves that a kit moved, and when it was seen. Where kits call PingOne nobody sees them use a credential: there it
 * says every kind that it rests on, and those that it lacks.
 */
export type Evidence = {
  readonly kind: EvidenceKind;
  readonly atMs: number;
  readonly restsOn?: readonly EvidenceKind[];
  readonly lacks?: readonly EvidenceKind[];
};

/**
 * Why a kit is a laggard; the earlier in the list, the more it matters. A word for tables, a sentence, what its owner can do,
 * and whether an acknowledgement may end it.
 */
export const laggards = {
  NOT_DISTRIBUTED: {
    word: 'not distributed',
    means: 'It was not given the credential yet.',
    todo: 'See whether its management API can be reached.',
    mayAcknowledge: false,
  },
  DISTRIBUTION_FAILED: {
    word: 'distribution failed',
    means: 'Giving it the credential failed.',
    todo: 'See whether its management API answers and lets us in, then retry the kit.',
    mayAcknowledge: false,
  },
  STILL_ON_PREDECESSOR: {
    word: 'still on predecessor',
    means: 'It was given the credential, but still presents another one.',
    todo: 'Reload or restart the nodes that do.',
    mayAcknowledge: false,
  },
  SEEN_ON_BOTH: {
    word: 'seen on both',
    means: 'It was seen on both credentials from one address: several nodes may be behind it.',
    todo: 'Reload or restart them all.',
    mayAcknowledge: false,
  },
  READ_BACK_DIFFERS: {
    word: 'read-back differs',
    means: 'It shows another credential than the one it was given.',
    todo: 'Look for another tool that writes its configuration (decK, Terraform, an operator).',
    mayAcknowledge: false,
  },
  NOT_READ_BACK: {
    word: 'cannot be read back',
    means:
      'It cannot be asked what it holds just now, or its pods are just being replaced: nothing is revoked before it shows the new credential.',
    todo: 'See whether its management API answers, and its roll-out gets on.',
    mayAcknowledge: false,
  },
  TOO_FEW_SOURCES: {
    word: 'nodes missing',
    means: 'Not all of its nodes were seen with the credential yet.',
    todo: 'Send a client request through each of them.',
    mayAcknowledge: false,
  },
  WAITS_FOR_OWNER: {
    word: 'waits for owner',
    means: 'It waits for its owner.',
    todo: 'Install the credential as the instructions said, then acknowledge the kit.',
    mayAcknowledge: true,
  },
  NOT_SEEN_YET: {
    word: 'not seen yet',
    means: 'It has the credential, and was not seen with it yet.',
    todo: 'Send one client request through it, or acknowledge the kit.',
    mayAcknowledge: true,
  },
} as const;
export type LaggardCode = keyof typeof laggards;
/** From the one that matters most on. */
export const laggardCodes: readonly LaggardCode[] = codesOf(laggards);

export type KitVerdict =
  | { readonly kind: 'UPDATED'; readonly kitId: KitId; readonly owner: string; readonly evidence: Evidence }
  | {
      readonly kind: 'LAGGARD';
      readonly kitId: KitId;
      readonly owner: string;
      readonly code: LaggardCode;
      /** Sources that were seen on a predecessor, see `sourceOf`. */
      readonly addresses: readonly string[];
      /** How many sources were seen on the target, of how many that there are. */
      readonly sources?: { readonly seen: number; readonly expected: number };
      /** When the latest of `addresses` was last seen there. */
      readonly lastUseMs?: number;
      /** Why it could not be given the credential. */
      readonly failure?: KitFailure;
      /** Whether giving it the credential again may help. */
      readonly redo: boolean;
    };

/** What kits shall hold now, and how use is recorded; all of it from the gateway record. */
export type Expected = {
  readonly targetId: CredentialId;
  readonly generation: number;
  readonly useRecordingSeconds: number;
  /** Nothing that may help is put off for longer. */
  readonly longestWaitSeconds: number;
  /** What can be read back has to match since then: in the passes that decide; absent in those that only look. */
  readonly readBackSinceMs?: number;
  /** Where kits call PingOne: what it shows of the use of all of them together. */
  readonly sharedUse?: SharedUse;
};

/**
 * Whether one kit has sufficient evidence for the target. `uses` are all recorded uses by this kit, of any credential.
 * Observation beats everything and does not age; a kit that was used within its look-back is believed only on
 * observation, for every one of its sources. What an idle kit needs follows from its traits. Silence is never evidence,
 * and what another tool can set back is read back again before it counts.
 */
export const judgeKit = (kit: Kit, uses: readonly Use[], expected: Expected, nowMs: number): KitVerdict => {
  const { kitId, owner, work } = kit;
  type Laggard = Extract<KitVerdict, { kind: 'LAGGARD' }>;
  const laggard = (code: LaggardCode, redo: boolean, more: Partial<Laggard> = {}): KitVerdict => ({
    ...{ kind: 'LAGGARD', kitId, owner, code, redo, addresses: [] },
    ...more,
  });
  const updated = (evidence: Evidence): KitVerdict => ({ kind: 'UPDATED', kitId, owner, evidence });

  if (work?.credentialId !== expected.targetId || work.generation > expected.generation)
    return laggard('NOT_DISTRIBUTED', true);
  const failure = failureOfWork(work);
  if (work.state === 'FAILED' || failure)
    return laggard('DISTRIBUTION_FAILED', isTryDue(work, expected, nowMs), failure ? { failure } : {});
  if (work.state === 'PENDING') return laggard('NOT_DISTRIBUTED', true);

  if (expected.sharedUse) return judgeBySharedUse(kit, work, expected, expected.sharedUse, { updated, laggard });

  const recent = uses.filter((use) => use.lastUsedAtMs >= nowMs - kit.lookBackSeconds * 1000 && !isRetired(kit, use));
  const onTarget = uses.filter((use) => use.credentialId === expected.targetId && use.lastUsedAtMs >= work.changedAtMs);
  const settledAtMs = work.changedAtMs + (kit.traits.propagationSeconds + expected.useRecordingSeconds) * 1000;
  const elsewhere = sourcesElsewhere(
    recent,
    onTarget,
    { installedAtMs: work.changedAtMs, settledAtMs },
    expected.targetId,
  );
  if (work.readBack && !work.readBack.matches) return laggard('READ_BACK_DIFFERS', true, seenAt(elsewhere.all));
  if (elsewhere.stuck.length > 0) {
    const mayHelp = elsewhere.stuck.some((use) => use.lastUsedAtMs > settledAtMs) && kit.traits.installedBy === 'us';
    return laggard('STILL_ON_PREDECESSOR', mayHelp, seenAt(elsewhere.all));
  }
  if (elsewhere.onBoth.length > 0) return laggard('SEEN_ON_BOTH', false, seenAt(elsewhere.onBoth));
  if (isReadBackMissing(kit, work, expected)) return laggard('NOT_READ_BACK', false);
  const seen = onTarget.reduce((latest, use) => Math.max(latest, use.lastUsedAtMs), 0);
  if (seen > 0) {
    const sources = { seen: new Set(onTarget.map(sourceOf)).size, expected: kit.expectedSources ?? 1 };
    return sources.seen < sources.expected
      ? laggard('TOO_FEW_SOURCES', false, { sources })
      : updated({ kind: 'observed', atMs: seen });
  }

  const readBack = work.readBack?.matches ? work.readBack : undefined;
  if (readBack && kit.traits.readBackProves === 'data-plane')
    return updated({ kind: 'read-back', atMs: readBack.atMs });
  const acknowledged =
    kit.acknowledged?.credentialId === expected.targetId && kit.acknowledged.atMs >= work.changedAtMs
      ? kit.acknowledged
      : undefined;
  if (acknowledged && (kit.traits.installedBy === 'owner' || readBack))
    return updated({ kind: 'acknowledged', atMs: acknowledged.atMs });
  return laggard(kit.traits.installedBy === 'owner' ? 'WAITS_FOR_OWNER' : 'NOT_SEEN_YET', false);
};

/** Whether a kit that can be read back was not in a pass that decides: in this one, or in an earlier one and not since. */
const isReadBackMissing = (
  { traits }: Kit,
  { state, readBack, unansweredAtMs }: KitWork,
  { readBackSinceMs }: Expected,
): boolean =>
  state === 'INSTALLED' &&
  traits.readBackProves !== 'nothing' &&
  (unansweredAtMs !== undefined || (readBackSinceMs !== undefined && (readBack?.atMs ?? 0) < readBackSinceMs));

const firstPauseMs = 5_000;

/** A kit that failed is tried again after twice the time of before, and at the latest after the longest wait of the policy. */
const isTryDue = (
  { state, attempts, changedAtMs }: KitWork,
  { longestWaitSeconds }: Expected,
  nowMs: number,
): boolean =>
  state === 'PENDING' ||
  nowMs >= changedAtMs + Math.min(longestWaitSeconds * 1000, firstPauseMs * 2 ** Math.min(20, attempts - 1));

type Verdicts = {
  readonly updated: (evidence: Evidence) => KitVerdict;
  readonly laggard: (code: LaggardCode, redo: boolean) => KitVerdict;
};

/** A kit that calls PingOne itself. This is beside the quiet of the predecessors, never in place of it. */
const judgeBySharedUse = (
  kit: Kit,
  work: KitWork,
  expected: Expected,
  use: SharedUse,
  { updated, laggard }: Verdicts,
): KitVerdict => {
  if (work.readBack && !work.readBack.matches) return laggard('READ_BACK_DIFFERS', true);
  if (isReadBackMissing(kit, work, expected)) return laggard('NOT_READ_BACK', false);
  const evidence = proofsOf(kit, work, use);
  if (evidence) return updated(evidence);
  return laggard(kit.traits.installedBy === 'owner' ? 'WAITS_FOR_OWNER' : 'NOT_SEEN_YET', false);
};

/** Whether a person has declared the source gone, and it has been silent since. */
export const isRetired = ({ retiredSources = [] }: Kit, use: Use): boolean =>
  retiredSources.some(({ source, atMs }) => source === sourceOf(use) && use.lastUsedAtMs <= atMs);

/** Names the sources, and when the latest of them was seen. */
const seenAt = (uses: readonly Use[]): { addresses: readonly string[]; lastUseMs?: number } => ({
  addresses: [...new Set(uses.map(sourceOf))],
  ...(uses.length > 0 ? { lastUseMs: Math.max(...uses.map((use) => use.lastUsedAtMs)) } : {}),
});

/**
 * The uses that show a source elsewhere: `stuck` is one whose latest use is of another credential (a tie counts as not
 * moved; neither do many that are not told apart), `onBoth` one that used another credential after its own first use of the target: several nodes behind one address.
 */
const sourcesElsewhere = (
  recent: readonly Use[],
  onTarget: readonly Use[],
  { installedAtMs, settledAtMs }: { readonly installedAtMs: number; readonly settledAtMs: number },
  targetId: CredentialId,
): { readonly stuck: readonly Use[]; readonly onBoth: readonly Use[]; readonly all: readonly Use[] } => {
  /** Of a credential that was used before it was installed (again), the first use since is not known: the time to pick it up is. */
  const firstUseMs = (use: Use): number => (use.firstUsedAtMs >= installedAtMs ? use.firstUsedAtMs : settledAtMs);
  const moved = new Map<string, { firstMs: number; lastMs: number }>();
  for (const use of onTarget) {
    if (use.areMany) continue; // who of them moved is not known
    const before = moved.get(sourceOf(use));
    moved.set(sourceOf(use), {
      firstMs: Math.min(before?.firstMs ?? Number.POSITIVE_INFINITY, firstUseMs(use)),
      lastMs: Math.max(before?.lastMs ?? 0, use.lastUsedAtMs),
    });
  }
  const others = recent.filter((use) => use.credentialId !== targetId);
  const stuck = others.filter((use) => use.lastUsedAtMs >= (moved.get(sourceOf(use))?.lastMs ?? 0));
  const onBoth = others.filter((use) => {
    const own = moved.get(sourceOf(use));
    return own !== undefined && use.lastUsedAtMs > own.firstMs && !stuck.includes(use);
  });
  return { stuck, onBoth, all: [...stuck, ...onBoth] };
};
