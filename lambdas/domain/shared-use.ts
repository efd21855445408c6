import type { Gateway } from './gateway.ts';
import type { CredentialId } from './ids.ts';
import type { Kit, KitWork } from './kit.ts';
import type { Evidence } from './kit-verdict.ts';

/**
 * What is known of use where kits call PingOne itself: `lastUsedAt` of each credential, which names no kit. So a kit is
 * believed on other proof, and every use of a predecessor, whoever's it is, begins the quiet window again.
 */
export type SharedUse = {
  /** The last use of the new credential by somebody else than us, epoch ms of our clock. */
  readonly targetUsedAtMs?: number;
  /** Whether no other kit is registered, so that the use must be its own. */
  readonly isOnlyKit: boolean;
};

/** PingOne's clock is read in whole seconds, and ours beside it. */
const clockResolutionMs = 1_000;

/**
 * The last use of a credential by somebody else than us; `undefined` when none is proven. Absent means never used. A time
 * not later than our own last probe and the lag may be the probe itself, and is no evidence of anybody.
 */
export const lastUseByOthers = (
  lastUsedAtMs: number | undefined,
  probedUntilMs: number | undefined,
  lagMs: number,
): number | undefined => {
  if (lastUsedAtMs === undefined || probedUntilMs === undefined) return lastUsedAtMs;
  return lastUsedAtMs > probedUntilMs + clockResolutionMs + lagMs ? lastUsedAtMs : undefined;
};

/** A credential and its last use, as PingOne lists them; epoch ms of our clock. */
type ShownUse = { readonly credentialId: CredentialId; readonly lastUsedAtMs?: number };

/** The record with the last uses that PingOne shows now. */
export const withShownUse = (gateway: Gateway, listed: readonly ShownUse[]): Gateway => {
  const shown = new Map(listed.map(({ credentialId, lastUsedAtMs }) => [credentialId, lastUsedAtMs]));
  return {
    ...gateway,
    live: gateway.live.map((one) => {
      const lastUsedAtMs = shown.get(one.credentialId);
      return lastUsedAtMs === undefined || lastUsedAtMs < (one.lastUsedAtMs ?? 0) ? one : { ...one, lastUsedAtMs };
    }),
  };
};

/** The clocks that the two lists are read by may be so far apart. */
const listToleranceMs = 5_000;

/** Whether a list says less of the use of these credentials than an earlier one: it is of an older moment, and proves nothing. */
export const contradicts = (
  { live }: Gateway,
  credentialIds: readonly CredentialId[],
  listed: readonly ShownUse[],
): boolean =>
  live.some(({ credentialId, lastUsedAtMs = 0 }) => {
    const one = listed.find((shown) => shown.credentialId === credentialId);
    const isAbout = credentialIds.includes(credentialId) && one !== undefined;
    return isAbout && (one.lastUsedAtMs ?? 0) < lastUsedAtMs - listToleranceMs;
  });

/** What the record has of the use of a gateway whose kits call PingOne; `undefined` for every other. */
export const sharedUseIn = (
  { authority, live, rotation, currentCredentialId }: Gateway,
  isOnlyKit: boolean,
): SharedUse | undefined => {
  if (!authority) return undefined;
  const target = live.find(({ credentialId }) => credentialId === (rotation?.targetId ?? currentCredentialId));
  const lagMs = authority.lastUsedLagSeconds * 1000;
  const targetUsedAtMs = lastUseByOthers(target?.lastUsedAtMs, target?.probedUntilMs, lagMs);
  return { isOnlyKit, ...(targetUsedAtMs === undefined ? {} : { targetUsedAtMs }) };
};

/** The last use of any of these credentials that the record has from PingOne. */
export const shownLastUse = ({ live }: Gateway, credentialIds: readonly CredentialId[]): number | undefined => {
  const times = live.flatMap(({ credentialId, lastUsedAtMs }) =>
    lastUsedAtMs !== undefined && credentialIds.includes(credentialId) ? [lastUsedAtMs] : [],
  );
  return times.length > 0 ? Math.max(...times) : undefined;
};

/** The kinds of proof there are for such a kit, the strongest first; `stored` is enough only with a use beside it. */
const sharedProofs = ['read-back', 'probed', 'used', 'stored', 'acknowledged'] as const;
type SharedProof = (typeof sharedProofs)[number];

/** What is proven of one kit since it was given the credential, when, and what is lacking. */
export const proofsOf = (
  { traits, acknowledged }: Pick<Kit, 'traits' | 'acknowledged'>,
  work: KitWork,
  use: SharedUse,
): { readonly evidence?: Evidence; readonly lacks: readonly SharedProof[] } => {
  const since = (atMs: number | undefined, fromMs = work.changedAtMs): number | undefined =>
    atMs !== undefined && atMs >= fromMs ? atMs : undefined;
  const usedAtMs = since(use.targetUsedAtMs);
  const probedAtMs = since(work.probedAtMs);
  const readBackAtMs = work.readBack?.matches ? since(work.readBack.atMs) : undefined;
  const isShown = traits.readBackProves === 'data-plane';
  const said = acknowledged?.credentialId === work.credentialId ? since(acknowledged.atMs) : undefined;
  const at: Readonly<Record<SharedProof, number | undefined>> = {
    'read-back': isShown ? readBackAtMs : undefined,
    probed: probedAtMs === undefined ? undefined : since(use.targetUsedAtMs, probedAtMs),
    used: use.isOnlyKit ? usedAtMs : undefined,
    stored: !isShown && usedAtMs !== undefined ? readBackAtMs : undefined,
    acknowledged: said,
  };
  const restsOn = sharedProofs.filter((kind) => at[kind] !== undefined);
  const lacks = sharedProofs.filter((kind) => at[kind] === undefined);
  const [kind] = restsOn;
  if (kind === undefined) return { lacks };
  return { evidence: { kind, atMs: at[kind] ?? work.changedAtMs, restsOn, lacks }, lacks };
};

/** The kinds of proof that a kit can come to at all, from what is registered of it: for whoever plans. */
export const proofsPossible = (
  { traits, probeUrl }: Pick<Kit, 'traits' | 'probeUrl'>,
  canBeReadBack: boolean,
  isOnlyKit: boolean,
): readonly SharedProof[] => {
  const can: Readonly<Record<SharedProof, boolean>> = {
    'read-back': canBeReadBack && traits.readBackProves === 'data-plane',
    probed: probeUrl !== undefined,
    used: isOnlyKit,
    stored: canBeReadBack && traits.readBackProves === 'store',
    acknowledged: true,
  };
  return sharedProofs.filter((kind) => can[kind]);
};
