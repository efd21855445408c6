import { expectedIn } from '../../domain/expected.ts';
import type { Gateway, Rotation } from '../../domain/gateway.ts';
import type { CredentialId } from '../../domain/ids.ts';
import { type Kit, type RevertedUse, sourceOf, type Use } from '../../domain/kit.ts';
import { failureSaid, nextTryAtMs } from '../../domain/kit-failure.ts';
import { judgeKit, type KitVerdict, type LaggardCode, laggardCodes, laggards } from '../../domain/kit-verdict.ts';
import type { KeyLine } from '../../domain/own-keys.ts';
import { firstOf, inFull } from './labels.ts';
import { type KitAct, type KitMoves, type KitRow, kitActs, type SilentSource } from './views.ts';

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
  const expected = expectedIn(gateway, kits.length === 1);
  return kits.map((kit) => {
    const mine = byKit.get(kit.kitId) ?? [];
    return { kit, uses: mine, verdict: expected && judgeKit(kit, mine, expected, nowMs) };
  });
};

type Late = Extract<KitVerdict, { kind: 'LAGGARD' }>;

/** What a late kit waits for, with what is known of this one. */
const waitText = (gateway: Gateway, { code, addresses, sources, lastUseMs, failure }: Late): string => {
  const { means, todo, mayAcknowledge } = laggards[code];
  const silent = lastUseMs === undefined ? '' : `, last seen there at ${inFull(lastUseMs)}`;
  switch (code) {
    case 'DISTRIBUTION_FAILED':
      return `${means} ${failure ? failureSaid(gateway, failure) : 'No reason is given.'} ${todo}`;
    case 'STILL_ON_PREDECESSOR':
      return `${means} The other one comes from ${firstOf(addresses)}${silent}.`;
    case 'SEEN_ON_BOTH':
      return `Seen from one address on both: several nodes behind it? That is ${firstOf(addresses)}${silent}. ${todo}`;
    case 'TOO_FEW_SOURCES':
      return `${means} Seen were ${sources?.seen ?? 0}/${sources?.expected ?? 1}. ${todo}`;
    default:
      return mayAcknowledge ? `${means} ${todo}` : means;
  }
};

/** What is shown of a late kit, beside what every kit shows. */
const lateOf = (gateway: Gateway, late: Late): Partial<KitRow> => {
  const { code, sources, lastUseMs, failure } = late;
  const nextTry = failure && nextTryAtMs(gateway, failure);
  return {
    late: code,
    ...(sources ? { sources } : {}),
    ...(lastUseMs === undefined ? {} : { addressesSilentSinceAtMs: lastUseMs }),
    ...(failure
      ? {
          failure: {
            ...{ code: failure.code, message: failure.message, attempts: failure.attempts },
            ...(nextTry === undefined ? {} : { nextTryAtMs: nextTry }),
          },
        }
      : {}),
  };
};

/** What is shown of the mark: when its owner was told is not. */
const revertedPart = ({ reverted }: Kit): RevertedUse | undefined => {
  if (!reverted) return undefined;
  const { credentialId, sources, lastUsedAtMs } = reverted;
  return { credentialId, sources, lastUsedAtMs };
};

const revertedText = ({ credentialId, sources, lastUsedAtMs }: RevertedUse): string =>
  `It presents the revoked credential ${credentialId} from ${sources.join(', ')}, last at ${inFull(lastUsedAtMs)}, and is refused. Look for who else writes its configuration (decK, Terraform, an operator), and reload nodes that were left behind.`;

/** So many addresses of one kit are shown. */
const addressesAtMost = 20;

/** One kit as it is shown. */
export const kitRow = (
  { kit, uses, verdict }: JudgedKit,
  gateway: Gateway,
  nowMs: number,
  keysOf: (kit: Kit) => readonly KeyLine[],
): KitRow => {
  const laggard = verdict?.kind === 'LAGGARD' ? verdict : undefined;
  const late = laggard?.code;
  const addresses = laggard?.addresses.slice(0, addressesAtMost) ?? [];
  const silent = silentSources(addresses, uses, gateway, nowMs);
  const reverted = revertedPart(kit);
  const waits = [
    ...(reverted ? [revertedText(reverted)] : []),
    ...(laggard ? [waitText(gateway, laggard), ...silent.map(silentText)] : []),
  ];
  const last = uses.reduce<Use | undefined>(
    (latest, use) => (latest && latest.lastUsedAtMs >= use.lastUsedAtMs ? latest : use),
    undefined,
  );
  return {
    ...{ kitId: kit.kitId, kind: kit.kind, owner: kit.owner, addresses, acts: actsOn({ kit, late, silent }, gateway) },
    ownKeys: keysOf(kit),
    ...(kit.labels ? { labels: kit.labels } : {}),
    ...(verdict?.kind === 'UPDATED' ? { evidence: verdict.evidence } : {}),
    ...(laggard ? lateOf(gateway, laggard) : {}),
    ...(waits.length > 0 ? { waitsFor: waits.join(' ') } : {}),
    ...(reverted ? { reverted } : {}),
    ...(silent.length > 0 ? { silent } : {}),
    ...(gateway.authority ? { callsPingOne: true as const } : {}),
    ...(last ? { lastSeen: { credentialId: last.credentialId, atMs: last.lastUsedAtMs } } : {}),
  };
};

/**
 * Of the sources that hold a kit up, those that nobody has heard of for a quiet window: the nodes behind them may be gone.
 * Before that nothing is revoked anyway, and there is nothing to gain by retiring them.
 */
const silentSources = (
  addresses: readonly string[],
  uses: readonly Use[],
  { policy }: Gateway,
  nowMs: number,
): readonly SilentSource[] =>
  addresses.flatMap((source) => {
    const mine = uses.filter((use) => sourceOf(use) === source);
    const lastUsedAtMs = Math.max(...mine.map((use) => use.lastUsedAtMs));
    return lastUsedAtMs < nowMs - policy.quietWindowSeconds * 1000 ? [{ source, lastUsedAtMs }] : [];
  });

const silentText = ({ source, lastUsedAtMs }: SilentSource): string =>
  `${source} is silent since ${inFull(lastUsedAtMs)}: if it is gone for good, retire it.`;

type LateKit = { readonly kit: Kit; readonly late: LaggardCode; readonly silent: readonly SilentSource[] };

/** What may be done to a late kit, by what it waits for. */
const isOpen: Readonly<Record<KitAct, (late: LateKit, rotation: Rotation) => boolean>> = {
  'acknowledge-kit': ({ late }) => laggards[late].mayAcknowledge,
  'retry-kit': ({ kit: { work } }, { held, generation }) =>
    !held && !(work?.state === 'PENDING' && work.generation === generation && !work.failure),
  'retire-source': ({ silent }) => silent.length > 0,
};

const actsOn = (
  { late, ...rest }: Omit<LateKit, 'late'> & { readonly late: LaggardCode | undefined },
  { rotation }: Gateway,
): readonly KitAct[] =>
  late && rotation?.targetId ? kitActs.filter((act) => isOpen[act]({ late, ...rest }, rotation)) : [];

/** Those that hold the rotation up first, in the order of the reasons' weight; then by name. */
export const byLateness = (kits: readonly JudgedKit[]): readonly JudgedKit[] =>
  kits.toSorted((one, other) => weight(one) - weight(other) || (one.kit.kitId < other.kit.kitId ? -1 : 1));

const weight = ({ kit, verdict }: JudgedKit): number => {
  if (kit.reverted) return -1; // it is refused now
  return verdict?.kind === 'LAGGARD' ? laggardCodes.indexOf(verdict.code) : laggardCodes.length;
};

/** Whether somebody has to look at it: it holds the rotation up, or is refused now. */
export const isLate = ({ kit, verdict }: JudgedKit): boolean =>
  kit.reverted !== undefined || verdict?.kind === 'LAGGARD';

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
