/** The kinds of proof there are for a kit that calls PingOne itself; none of them is an observation of that very kit. */
const proofKinds = [
  'only-kit-uses-it',
  'probed-through-kit',
  'read-back-data-plane',
  'read-back-store',
  'acknowledged',
] as const;
type ProofKind = (typeof proofKinds)[number];

/** What is known of one kit after the new credential was given to it; times by one clock, in epoch ms. */
export type KitProofs = {
  readonly distributedAtMs: number;
  readonly readBack?: { readonly proves: 'store' | 'data-plane'; readonly matches: boolean; readonly atMs: number };
  /** A request through the kit (`probeUrl`) after which PingOne showed a use of the new credential. */
  readonly probedAtMs?: number;
  /** Its owner named the new credential as the one installed. */
  readonly acknowledgedAtMs?: number;
};

/** What PingOne shows of the whole gateway. */
export type GatewayUse = {
  readonly kits: number;
  /** The last use of the new credential by somebody else than us (`lastUseByOthers`). */
  readonly newUsedAtMs?: number;
};

export type PingOneKitVerdict =
  | { readonly kind: 'UPDATED'; readonly restsOn: readonly ProofKind[]; readonly lacks: readonly ProofKind[] }
  | {
      readonly kind: 'LAGGARD';
      readonly code: 'READ_BACK_DIFFERS' | 'NOT_SEEN_YET';
      readonly restsOn: readonly ProofKind[];
      readonly lacks: readonly ProofKind[];
    };

/**
 * Whether one kit is believed to have moved, what that rests on and what it lacks. A read-back of what is only stored
 * needs somebody to use the new credential as well. Nothing at all is never enough: its owner has to acknowledge. This
 * is beside the quiet of the predecessors, never in place of it.
 */
export const judgePingOneKit = (proofs: KitProofs, use: GatewayUse): PingOneKitVerdict => {
  const since = (atMs: number | undefined): boolean => atMs !== undefined && atMs >= proofs.distributedAtMs;
  const isUsed = since(use.newUsedAtMs);
  const readBack = proofs.readBack !== undefined && since(proofs.readBack.atMs) ? proofs.readBack : undefined;
  const holds: Record<ProofKind, boolean> = {
    'only-kit-uses-it': use.kits === 1 && isUsed,
    'probed-through-kit': since(proofs.probedAtMs),
    'read-back-data-plane': readBack?.proves === 'data-plane' && readBack.matches,
    'read-back-store': readBack?.proves === 'store' && readBack.matches,
    acknowledged: since(proofs.acknowledgedAtMs),
  };
  const restsOn = proofKinds.filter((kind) => holds[kind]);
  const lacks = proofKinds.filter((kind) => !holds[kind]);
  if (readBack?.matches === false) return { kind: 'LAGGARD', code: 'READ_BACK_DIFFERS', restsOn, lacks };
  const isEnough = restsOn.some((kind) => kind !== 'read-back-store') || (holds['read-back-store'] && isUsed);
  return isEnough ? { kind: 'UPDATED', restsOn, lacks } : { kind: 'LAGGARD', code: 'NOT_SEEN_YET', restsOn, lacks };
};
