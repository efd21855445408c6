import type { Gateway } from '../../domain/gateway.ts';
import type { CredentialId } from '../../domain/ids.ts';
import type { Kit, Use } from '../../domain/kit.ts';
import { judgeKit, type KitVerdict, type LaggardCode, laggardCodes } from '../../domain/kit-verdict.ts';
import type { KitAct, KitMoves, KitRow } from './views.ts';

/** A kit with what is known of it. */
export type JudgedKit = { readonly kit: Kit; readonly uses: readonly Use[]; readonly verdict: KitVerdict | undefined };

/** Every kit with its uses and its verdict for the credential that it shall hold; none while there is no such credential. */
export const judgeKits = (
  gateway: Gateway,
  kits: readonly Kit[],
  uses: readonly Use[],
  nowMs: number,
): readonly JudgedKit[] => {
  const byKit = Map.groupBy(uses, ({ kitId }) => kitId);
  const targetId = expectedOf(gateway);
  const expected = targetId && {
    targetId,
    generation: gateway.generation,
    useRecordingSeconds: gateway.policy.useRecordingSeconds,
  };
  return kits.map((kit) => {
    const mine = byKit.get(kit.kitId) ?? [];
    return { kit, uses: mine, verdict: expected && judgeKit(kit, mine, expected, nowMs) };
  });
};

/** The credential that kits shall hold. */
export const expectedOf = ({ rotation, currentCredentialId }: Gateway): CredentialId | undefined =>
  rotation?.targetId ?? currentCredentialId;

type Late = Extract<KitVerdict, { kind: 'LAGGARD' }>;

/** What a late kit waits for, in a sentence. */
const waitTexts: Readonly<Record<LaggardCode, (kit: Kit, late: Late) => string>> = {
  NOT_DISTRIBUTED: () => 'It was not given the credential yet.',
  DISTRIBUTION_FAILED: ({ work }) => `Giving it the credential failed: ${work?.failure?.message ?? 'no reason given'}`,
  STILL_ON_PREDECESSOR: (_, { addresses }) => `It still presents another credential, from ${addresses.join(', ')}.`,
  SEEN_ON_BOTH: (_, { addresses }) =>
    `Seen from one address on both (${addresses.join(', ')}): several nodes behind it?`,
  READ_BACK_DIFFERS: () => 'It shows another credential than the one it was given.',
  NOT_READ_BACK: () => 'It cannot be asked what it holds just now.',
  TOO_FEW_SOURCES: (_, { sources }) =>
    `${sources?.seen ?? 0}/${sources?.expected ?? 1} of its nodes were seen with it.`,
  WAITS_FOR_OWNER: ({ owner }) => `${owner} has to install the credential and acknowledge it.`,
  NOT_SEEN_YET: () => 'It has the credential, and was not seen with it yet: one client request through it is enough.',
};

/** One kit as it is shown. */
export const kitRow = ({ kit, uses, verdict }: JudgedKit, gateway: Gateway): KitRow => {
  const laggard = verdict?.kind === 'LAGGARD' ? verdict : undefined;
  const late = laggard?.code;
  const addresses = laggard?.addresses ?? [];
  const last = uses.reduce<Use | undefined>(
    (latest, use) => (latest && latest.lastUsedAtMs >= use.lastUsedAtMs ? latest : use),
    undefined,
  );
  return {
    ...{ kitId: kit.kitId, kind: kit.kind, owner: kit.owner, addresses, acts: kitActs(kit, late, gateway) },
    ...(verdict?.kind === 'UPDATED' ? { evidence: verdict.evidence } : {}),
    ...(laggard ? { late: laggard.code, waitsFor: waitTexts[laggard.code](kit, laggard) } : {}),
    ...(last ? { lastSeen: { credentialId: last.credentialId, atMs: last.lastUsedAtMs } } : {}),
  };
};

const kitActs = (kit: Kit, late: LaggardCode | undefined, { rotation }: Gateway): readonly KitAct[] => {
  if (!late || !rotation?.targetId) return [];
  const mayAcknowledge = late === 'WAITS_FOR_OWNER' || late === 'NOT_SEEN_YET';
  const isUnderWay = kit.work?.state === 'PENDING' && kit.work.generation === rotation.generation;
  return [...(mayAcknowledge ? (['acknowledge-kit'] as const) : []), ...(isUnderWay ? [] : (['retry-kit'] as const))];
};

/** Those that hold the rotation up first, in the order of the reasons' weight; then by name. */
export const byLateness = (kits: readonly JudgedKit[]): readonly JudgedKit[] =>
  kits.toSorted((one, other) => weight(one) - weight(other) || (one.kit.kitId < other.kit.kitId ? -1 : 1));

const weight = ({ verdict }: JudgedKit): number =>
  verdict?.kind === 'LAGGARD' ? laggardCodes.indexOf(verdict.code) : laggardCodes.length;

const movesAtMost = 48;

/** When the kits moved, put together into at most 48 moments between the first and the last. */
export const movesOf = (kits: readonly JudgedKit[], targetId: CredentialId | undefined): readonly KitMoves[] => {
  const moved = kits
    .flatMap(({ kit, uses, verdict }) =>
      verdict?.kind === 'UPDATED'
        ? [{ kitId: kit.kitId, atMs: movedAtMs(uses, targetId) ?? verdict.evidence.atMs }]
        : [],
    )
    .toSorted((one, other) => one.atMs - other.atMs);
  const firstMs = moved[0]?.atMs ?? 0;
  const widthMs = Math.max(1, ((moved.at(-1)?.atMs ?? 0) - firstMs) / (movesAtMost - 1));
  const moments = Map.groupBy(moved, ({ atMs }) => Math.floor((atMs - firstMs) / widthMs));
  return [...moments.values()].map((together) => ({
    atMs: together[0]?.atMs ?? 0,
    kits: together.length,
    named: together.slice(0, 3).map(({ kitId }) => kitId),
  }));
};

/** A kit has moved when the last of its sources was first seen on the new credential. */
const movedAtMs = (uses: readonly Use[], targetId: CredentialId | undefined): number | undefined =>
  uses
    .filter(({ credentialId }) => credentialId === targetId)
    .reduce<number | undefined>((latest, { firstUsedAtMs }) => Math.max(latest ?? 0, firstUsedAtMs), undefined);
