import { codesOf } from './codes.ts';
import type { CredentialId, KitId } from './ids.ts';
import type { Kit, Use } from './kit.ts';

/** What may prove that a kit moved. */
export const evidenceKinds = {
  observed: 'The policy check saw every source of the kit use the new credential.',
  'read-back': "The kit's management API shows the new credential, and that is what the kit presents.",
  acknowledged: 'Its owner, or its own endpoint, said that the new credential is installed.',
} as const;

/** What proves that a kit moved, and when it was seen. */
export type Evidence = { readonly kind: keyof typeof evidenceKinds; readonly atMs: number };

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
  READ_BACK_DIFFERS: {
    word: 'read-back differs',
    means: 'It shows another credential than the one it was given.',
    todo: 'Look for another tool that writes its configuration.',
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
      /** Source addresses last seen on a predecessor. */
      readonly addresses: readonly string[];
      /** Whether giving it the credential again may help. */
      readonly redo: boolean;
    };

/** What kits shall hold now, and how use is recorded; all of it from the gateway record. */
export type Expected = {
  readonly targetId: CredentialId;
  readonly generation: number;
  readonly useRecordingSeconds: number;
};

/**
 * Whether one kit has sufficient evidence for the target. `uses` are all recorded uses by this kit, of any credential.
 * Observation beats everything and does not age; a kit that was used within its look-back is believed only on
 * observation, for every one of its sources. What an idle kit needs follows from its traits. Silence is never evidence.
 */
export const judgeKit = (kit: Kit, uses: readonly Use[], expected: Expected, nowMs: number): KitVerdict => {
  const { kitId, owner, work } = kit;
  const laggard = (code: LaggardCode, redo: boolean, addresses: readonly string[] = []): KitVerdict => ({
    kind: 'LAGGARD',
    kitId,
    owner,
    code,
    addresses,
    redo,
  });
  const updated = (kind: Evidence['kind'], atMs: number): KitVerdict => ({
    kind: 'UPDATED',
    kitId,
    owner,
    evidence: { kind, atMs },
  });

  if (work?.credentialId !== expected.targetId || work.generation > expected.generation || work.state === 'PENDING')
    return laggard('NOT_DISTRIBUTED', true);
  if (work.state === 'FAILED') return laggard('DISTRIBUTION_FAILED', true);

  const recent = uses.filter((use) => use.lastUsedAtMs >= nowMs - kit.lookBackSeconds * 1000);
  const onTarget = uses.filter((use) => use.credentialId === expected.targetId && use.lastUsedAtMs >= work.changedAtMs);
  const stuck = sourcesStillElsewhere(recent, onTarget, expected.targetId);
  if (work.readBack && !work.readBack.matches)
    return laggard(
      'READ_BACK_DIFFERS',
      true,
      stuck.map((use) => use.address),
    );
  if (stuck.length > 0) {
    const settledAtMs = work.changedAtMs + (kit.traits.propagationSeconds + expected.useRecordingSeconds) * 1000;
    return laggard(
      'STILL_ON_PREDECESSOR',
      stuck.some((use) => use.lastUsedAtMs > settledAtMs) && kit.traits.installedBy === 'us',
      stuck.map((use) => use.address),
    );
  }
  const seen = onTarget.reduce((latest, use) => Math.max(latest, use.lastUsedAtMs), 0);
  if (seen > 0) return updated('observed', seen);

  const readBack = work.readBack?.matches ? work.readBack : undefined;
  if (readBack && kit.traits.readBackProves === 'data-plane') return updated('read-back', readBack.atMs);
  const acknowledged =
    kit.acknowledged?.credentialId === expected.targetId && kit.acknowledged.atMs >= work.changedAtMs
      ? kit.acknowledged
      : undefined;
  if (acknowledged && (kit.traits.installedBy === 'owner' || readBack))
    return updated('acknowledged', acknowledged.atMs);
  return laggard(kit.traits.installedBy === 'owner' ? 'WAITS_FOR_OWNER' : 'NOT_SEEN_YET', false);
};

/** The addresses whose latest use is of another credential; a tie counts as not moved. */
const sourcesStillElsewhere = (
  recent: readonly Use[],
  onTarget: readonly Use[],
  targetId: CredentialId,
): readonly Use[] => {
  const moved = new Map<string, number>();
  for (const use of onTarget) moved.set(use.address, Math.max(moved.get(use.address) ?? 0, use.lastUsedAtMs));
  return recent.filter((use) => use.credentialId !== targetId && use.lastUsedAtMs >= (moved.get(use.address) ?? 0));
};
