import type { Kit, KitWork } from './kit.ts';

/**
 * What is known of use where kits call PingOne itself: `lastUsedAt` of each credential, which names no kit. So a kit is
 * believed on other proof, and every use of a predecessor, whoever's it is, begins the quiet window again.
 */
export type SharedUse = {
  /** The last use of the new credential by somebody else than us, epoch ms of our clock. */
  readonly targetUsedAtMs?: number;
  /** Whether no other kit is registered, so that the use must be its own. */
  readonly isOnlyKit: boolean;
  /** Of the predecessors, while any is left: the last use that was shown, by anybody, and until when all of them are shown. */
  readonly retiring?: { readonly usedAtMs?: number; readonly shownUntilMs: number };
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

/**
 * Whether a kit has to be asked once more: a predecessor was used when it answered the last time or since, and it may have
 * been the kit that did.
 */
export const isProbeSpent = (probedAtMs: number, { retiring }: Pick<SharedUse, 'retiring'>): boolean =>
  retiring?.usedAtMs !== undefined && retiring.usedAtMs >= probedAtMs - clockResolutionMs;

/** Whether PingOne would have shown by now that the kit answered with a predecessor, and has not. */
const isProbeTold = (probedAtMs: number, { retiring }: SharedUse): boolean =>
  retiring === undefined ||
  (retiring.shownUntilMs > probedAtMs + clockResolutionMs && !isProbeSpent(probedAtMs, { retiring }));

/** The kinds of proof there are for such a kit, the strongest first; `stored` is enough only with a use beside it. */
const sharedProofs = ['read-back', 'probed', 'used', 'stored', 'acknowledged'] as const;
type SharedProof = (typeof sharedProofs)[number];

/** The strongest proof, when it was seen, all that there are, and those that are lacking. */
type SharedEvidence = {
  readonly kind: SharedProof;
  readonly atMs: number;
  readonly restsOn: readonly SharedProof[];
  readonly lacks: readonly SharedProof[];
};

/** What is proven of one kit since it was given the credential; `undefined` while nothing is. */
export const proofsOf = (
  { traits, acknowledged }: Pick<Kit, 'traits' | 'acknowledged'>,
  work: KitWork,
  use: SharedUse,
): SharedEvidence | undefined => {
  const since = (atMs: number | undefined, fromMs = work.changedAtMs): number | undefined =>
    atMs !== undefined && atMs >= fromMs ? atMs : undefined;
  const usedAtMs = since(use.targetUsedAtMs);
  const probedAtMs = since(work.probedAtMs);
  const readBackAtMs = work.readBack?.matches ? since(work.readBack.atMs) : undefined;
  const isShown = traits.readBackProves === 'data-plane';
  const said = acknowledged?.credentialId === work.credentialId ? since(acknowledged.atMs) : undefined;
  const at: Readonly<Record<SharedProof, number | undefined>> = {
    'read-back': isShown ? readBackAtMs : undefined,
    probed:
      probedAtMs !== undefined && isProbeTold(probedAtMs, use) ? since(use.targetUsedAtMs, probedAtMs) : undefined,
    used: use.isOnlyKit ? usedAtMs : undefined,
    stored: !isShown && usedAtMs !== undefined ? readBackAtMs : undefined,
    acknowledged: said,
  };
  const restsOn = sharedProofs.filter((kind) => at[kind] !== undefined);
  const lacks = sharedProofs.filter((kind) => at[kind] === undefined);
  const [kind] = restsOn;
  return kind && { kind, atMs: at[kind] ?? work.changedAtMs, restsOn, lacks };
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
