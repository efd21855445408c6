import type { CredentialId, GatewayId, KitId, RotationId } from './ids.ts';
import type { Labels } from './labels.ts';
import type { NewsThread } from './news.ts';
import type { RefusedUse, RefusedValue } from './refused-use.ts';
import type { UseScope, UseSource } from './use-places.ts';
import type { KitWave } from './wave.ts';

/** What a kind of kit declares, and a kit may refine: who installs, what reading back proves, how long until all nodes use it. */
export type KitTraits = {
  readonly installedBy: 'us' | 'owner';
  /** `data-plane`: what the kit really presents. `store`: only what its configuration holds. */
  readonly readBackProves: 'data-plane' | 'store' | 'nothing';
  readonly propagationSeconds: number;
};

/** The longest times that a kit may be given, in seconds: for its look-back, and until all its nodes use a new credential. */
export const longestLookBackSeconds = 30 * 86_400;
export const longestPropagationSeconds = 86_400;

/** Where the distribution of one credential to one kit stands. */
export type KitWork = {
  readonly rotationId: RotationId;
  readonly generation: number;
  readonly credentialId: CredentialId;
  readonly state: 'PENDING' | 'INSTALLED' | 'WITH_OWNER' | 'FAILED';
  readonly attempts: number;
  readonly changedAtMs: number;
  readonly failure?: { readonly code: string; readonly message: string };
  readonly readBack?: { readonly matches: boolean; readonly atMs: number };
  /** It was to be read back then and did not answer; gone when it has answered since. */
  readonly unansweredAtMs?: number;
  /** A client request through the kit was answered then, see `probeUrl`; the first one since `changedAtMs`, and since a predecessor was used. */
  readonly probedAtMs?: number;
};

export type Acknowledgement = { readonly credentialId: CredentialId; readonly actor: string; readonly atMs: number };

/** One integration kit installation; `settings` are its kind's, and name secrets but never hold one. */
export type Kit = {
  readonly gatewayId: GatewayId;
  readonly kitId: KitId;
  readonly kind: string;
  readonly owner: string;
  readonly labels?: Labels;
  readonly traits: KitTraits;
  /** A kit unused for so long counts as idle. */
  readonly lookBackSeconds: number;
  /** A client API URL behind the kit: asking it makes an idle kit show itself. */
  readonly probeUrl?: string;
  /** So many nodes are known to present its credential: all of them have to be seen on a new one. */
  readonly expectedSources?: number;
  /** It is in the first wave, before all others. */
  readonly canary?: true;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly registeredAtMs: number;
  readonly retiredAtMs?: number;
  readonly work?: KitWork;
  readonly acknowledged?: Acknowledgement;
  readonly retiredSources?: readonly RetiredSource[];
  readonly reverted?: Reverted;
  readonly wave?: KitWave;
};

/** Why a kit could not be given the credential, how often that was tried, and when last something was done about it. */
export type KitFailure = {
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly atMs: number;
};

/** The failure of a kit's work; a kit that waits for its next try keeps that of the last one. */
export const failureOfWork = (work: KitWork | undefined): KitFailure | undefined =>
  work?.failure && (work.state === 'FAILED' || work.state === 'PENDING')
    ? { ...work.failure, attempts: work.attempts, atMs: work.changedAtMs }
    : undefined;

/** What work for this credential keeps of the failure before it, so that the reason is seen until there is a result. */
export const keptFailure = ({ work }: Kit, credentialId: string): Pick<KitWork, 'failure'> =>
  work?.failure && work.credentialId === credentialId ? { failure: work.failure } : {};

/** A source that a named person has declared gone; any use after `atMs` undoes it. */
export type RetiredSource = {
  readonly source: string;
  readonly actor: string;
  readonly reason: string;
  readonly atMs: number;
};

/** A kit presents a revoked credential, from these sources, and is refused; its owner was last told of it at `toldAtMs`. */
export type Reverted = RevertedUse & { readonly toldAtMs?: number };
export type RevertedUse = {
  readonly credentialId: CredentialId;
  readonly sources: readonly string[];
  readonly lastUsedAtMs: number;
};

/** So many fit into a kit's item with room to spare; one that is forgotten only counts again. */
const retiredSourcesKept = 50;

/** The sources of a kit that are declared gone, newest first, with one more. */
export const withRetiredSource = (before: readonly RetiredSource[], retired: RetiredSource): readonly RetiredSource[] =>
  [retired, ...before.filter(({ source }) => source !== retired.source)].slice(0, retiredSourcesKept);

/** The recorded use of one credential by one source; without `kitId` the Service URL named no kit. Times in epoch ms. */
export type Use = {
  readonly credentialId: CredentialId;
  readonly kitId?: string;
  /** The node that the Service URL named: then it is the source, whatever its address. */
  readonly node?: string;
  readonly address: string;
  /** It stands for sources that are not told apart any more: `address` says where they are, see `use-places.ts`. */
  readonly areMany?: true;
  readonly firstUsedAtMs: number;
  readonly lastUsedAtMs: number;
  /** When the same source was last refused while a wave was open. */
  readonly refused?: RefusedUse;
};

/** Who used it, as people call it: the named node, or the address. */
export const sourceOf = ({ node, address }: Pick<Use, 'node' | 'address'>): string => node ?? address;

/** Where and by whom a credential was used; `probe` is the hash of the nonce of one of our own probes. */
export type Seen = {
  readonly gatewayId: GatewayId;
  readonly credentialId: CredentialId;
  readonly shard: number;
  /** It was presented after its revocation, and refused: kept apart from use. */
  readonly isRefused?: true;
  /** How much of the source is told apart; without it, the source itself. */
  readonly scope?: UseScope;
  readonly source: UseSource | { readonly probe: string };
};

/** Who was refused while a wave was open: it is kept beside his use of a good credential, and not without one. */
export type RefusedSource = Pick<Seen, 'gatewayId' | 'credentialId' | 'shard'> & {
  readonly scope: UseScope;
  readonly source: UseSource;
  readonly code: RefusedValue;
};

/** A message to the owner of a kit: what happened, what to do, by when; never a value. */
export type OwnerMessage = {
  readonly owner: string;
  readonly subject: string;
  readonly text: string;
  readonly gatewayId: string;
  /** Absent when it is about several kits. */
  readonly kitId?: string;
  /** Absent when it is about none in particular. */
  readonly credentialId?: string;
  /** What it is about, beside other messages; without it, the rotation of the gateway. */
  readonly thread?: NewsThread;
  /** How urgent it is, for subscriptions to filter on; without it, `instruction`. */
  readonly severity?: 'instruction' | 'reminder' | 'escalation' | 'deadline' | 'page';
};
