import { useDelaySeconds } from './authority.ts';
import { codesOf } from './codes.ts';
import type { DeadlineAct } from './deadline.ts';
import type { Gateway } from './gateway.ts';
import type { CredentialId, GatewayId, KitId } from './ids.ts';
import type { Kit, Use } from './kit.ts';
import type { Evidence } from './kit-verdict.ts';
import type { Standing } from './own-keys.ts';
import type { RefusalCode } from './refusals.ts';
import { proofsPossible } from './shared-use.ts';
import { bakesOf, type PlannedWave } from './wave-plan.ts';

/** A kit whose nodes may take longer than this is called slow. */
const slowSeconds = 60;

/** Why a kit will hold a rotation up; in the order in which people should look at them. */
export const attention = {
  UNREACHABLE: { word: 'cannot be reached', means: 'Its management API did not show what it holds.' },
  OWNER_INSTALLS: { word: 'its owner installs', means: 'Only its owner can give it a credential.' },
  IDLE_WITHOUT_PROOF: {
    word: 'idle, needs an acknowledgement',
    means: 'It is not used, and nothing but an acknowledgement can prove that it moved.',
  },
  ONLY_ACKNOWLEDGEMENT: {
    word: 'needs an acknowledgement',
    means: 'Its kits call PingOne, and nothing but an acknowledgement can prove that this one moved.',
  },
  SLOW: { word: 'slow', means: 'Its nodes may take longer than a minute to use a new credential.' },
} as const;
type AttentionCode = keyof typeof attention;
const attentionCodes: readonly AttentionCode[] = codesOf(attention);

/** What a rotation would need of one kit. */
export type KitPlan = {
  readonly kitId: KitId;
  readonly kind: string;
  readonly owner: string;
  /** The last recorded use of any live credential by it. */
  readonly lastSeenMs?: number;
  readonly isIdle: boolean;
  readonly evidenceNeeded: Evidence['kind'];
  /** Where kits call PingOne: every kind of proof that there may be of this kit. */
  readonly canRestOn?: readonly Evidence['kind'][];
  readonly propagationSeconds: number;
  readonly why?: AttentionCode;
  /** What its management API answered, when it did not show what it holds. */
  readonly failure?: string;
};

/** What the evidence rules will ask of a kit, as it was used so far; `failure` is that of a read-back tried now. */
export const planKit = (kit: Kit, uses: readonly Use[], nowMs: number, failure?: string): KitPlan => {
  const { kitId, kind, owner, traits, probeUrl } = kit;
  const lastSeenMs = uses.reduce<number | undefined>((last, use) => Math.max(last ?? 0, use.lastUsedAtMs), undefined);
  const isIdle = lastSeenMs === undefined || lastSeenMs < nowMs - kit.lookBackSeconds * 1000;
  const proves = traits.readBackProves === 'data-plane' && traits.installedBy === 'us';
  const evidenceNeeded = !isIdle || (probeUrl && !proves) ? 'observed' : proves ? 'read-back' : 'acknowledged';
  const why =
    failure !== undefined
      ? 'UNREACHABLE'
      : traits.installedBy === 'owner'
        ? 'OWNER_INSTALLS'
        : evidenceNeeded === 'acknowledged'
          ? 'IDLE_WITHOUT_PROOF'
          : traits.propagationSeconds > slowSeconds
            ? 'SLOW'
            : undefined;
  return {
    kitId,
    kind,
    owner,
    ...(lastSeenMs === undefined ? {} : { lastSeenMs }),
    isIdle,
    evidenceNeeded,
    propagationSeconds: traits.propagationSeconds,
    ...(why ? { why } : {}),
    ...(failure === undefined ? {} : { failure }),
  };
};

/** The same for a kit that calls PingOne, where nobody sees it use a credential. */
export const planSharedKit = (kit: Kit, canBeReadBack: boolean, isOnlyKit: boolean, failure?: string): KitPlan => {
  const { kitId, kind, owner, traits } = kit;
  const canRestOn = proofsPossible(kit, canBeReadBack, isOnlyKit);
  const why =
    failure !== undefined
      ? 'UNREACHABLE'
      : traits.installedBy === 'owner'
        ? 'OWNER_INSTALLS'
        : canRestOn.length === 1
          ? 'ONLY_ACKNOWLEDGEMENT'
          : traits.propagationSeconds > slowSeconds
            ? 'SLOW'
            : undefined;
  return {
    ...{ kitId, kind, owner, isIdle: false, canRestOn, propagationSeconds: traits.propagationSeconds },
    evidenceNeeded: canRestOn[0] ?? 'acknowledged',
    ...(why ? { why } : {}),
    ...(failure === undefined ? {} : { failure }),
  };
};

/** How many kits can rest on each kind of proof, where kits call PingOne; `observed` is never among them. */
export const proofsIn = (kits: readonly KitPlan[]): NonNullable<Plan['proofs']> => {
  const kinds = kits.flatMap(({ canRestOn = [] }) => canRestOn);
  return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]));
};

/** Which kits will hold it up: those that fail first, then those that wait for people, then the slowest. */
export const byAttention = (kits: readonly KitPlan[]): readonly KitPlan[] =>
  kits
    .filter(({ why }) => why !== undefined)
    .toSorted((one, other) => rank(one) - rank(other) || other.propagationSeconds - one.propagationSeconds);

const rank = ({ why }: KitPlan): number => attentionCodes.indexOf(why ?? 'SLOW');

/** What would happen to the live credentials. */
export const credentialsIn = (
  { live }: Gateway,
  listed: readonly PlannedCredential[] = [],
): { retires: readonly CredentialId[]; notOurs: readonly CredentialId[] } => {
  const idsOf = (isForeign: boolean) =>
    live.filter(({ origin }) => (origin.kind === 'foreign') === isForeign).map(({ credentialId }) => credentialId);
  const elsewhere = listed.filter(({ origin }) => origin === 'foreign').map(({ credentialId }) => credentialId);
  return { retires: idsOf(false), notOurs: [...new Set([...idsOf(true), ...elsewhere])] };
};

/** The earliest time at which a predecessor could be revoked, if it began now and every kit moved at once. */
export const earliestRevokeMs = (
  gateway: Gateway,
  isInUse: boolean,
  waves: readonly PlannedWave[],
  nowMs: number,
): number => {
  const { quietWindowSeconds } = gateway.policy;
  return nowMs + (quietWindowSeconds + bakesOf(waves) + (isInUse ? useDelaySeconds(gateway) : 0)) * 1000;
};

/** A reason for which a rotation would certainly fail: the record refuses it, or a kit does not show what it holds. */
export const obstacles = {
  KIT_UNREACHABLE: 'A kit with a management API did not show what it holds.',
  PINGONE_UNREADY: 'PingOne does not let us in, or its gateway cannot take another credential.',
} as const;
export type Obstacle = { readonly code: RefusalCode | keyof typeof obstacles; readonly message: string };

/** A credential as PingOne lists it; without `lastUsedAt` it was never used. Times are ISO texts. */
export type PlannedCredential = {
  readonly credentialId: CredentialId;
  readonly createdAt: string;
  readonly lastUsedAt?: string;
  /** `foreign`: made elsewhere and not adopted. */
  readonly origin: 'minted' | 'adopted' | 'foreign';
};

/** An own key as a plan shows it: how it stands to a rotation that begins now, and that in words. Times are ISO texts. */
export type PlannedKey = {
  readonly secretId: string;
  readonly standing: Standing;
  readonly text: string;
  readonly createdAt?: string;
  readonly endsAt?: string;
};

/** What a start with `"plan": true` answers; times are ISO texts. */
export type Plan = {
  readonly gatewayId: GatewayId;
  readonly at: string;
  readonly mayStart: boolean;
  readonly obstacles: readonly Obstacle[];
  readonly kits: {
    readonly total: number;
    readonly inUse: number;
    readonly idle: number;
    readonly waitForPeople: number;
    readonly slow: number;
    readonly unreachable: number;
    /** Not asked for what they hold although they could be: the time of the plan was over, or no credential is current. */
    readonly notAsked: number;
  };
  /** A rotation runs: kits may hold the current credential or the one before. */
  readonly rotationRuns?: true;
  /** What kits showed that were asked and answered, compared with the current credential; the first 50 that differ. */
  readonly readBack: {
    readonly matches: number;
    readonly differs: readonly Pick<KitPlan, 'kitId' | 'kind' | 'owner'>[];
    readonly moreDiffer: number;
    /** They show no value, so that nobody can compare it. */
    readonly showNothing: number;
  };
  /** The first 50 that block or will be slow. */
  readonly attention: readonly (Omit<KitPlan, 'lastSeenMs'> & { readonly lastSeenAt?: string })[];
  /** How many more block or will be slow. */
  readonly moreAttention: number;
  /** What kits and PingOne are reached with, those first that end first; at most 20. */
  readonly ownKeys: readonly PlannedKey[];
  /** How many more there are, of which some end before a rotation could, and how many were not looked at for lack of time. */
  readonly moreOwnKeys: { readonly total: number; readonly ending: number; readonly notLookedAt: number };
  readonly unregisteredSources: number;
  /** Where kits call PingOne: for each kind of proof, how many kits can rest on it. None is ever observed there. */
  readonly proofs?: Readonly<Partial<Record<Evidence['kind'], number>>>;
  /** What PingOne lists, where it is the authority. */
  readonly credentials?: readonly PlannedCredential[];
  /** Among them are some that stand for many: more use a credential than can be told apart. */
  readonly tooManySources?: true;
  readonly retires: readonly CredentialId[];
  readonly notOurs: readonly CredentialId[];
  /** In which parts kits would get the credential, as they would be chosen now; absent when all get it at once. */
  readonly waves?: readonly PlannedWave[];
  /** If every kit moved at once; absent while the rotation could not start. */
  readonly earliestRevokeAt?: string;
  readonly deadlineAt: string;
  /** What happens then to a rotation that waits for kits. */
  readonly atDeadline: DeadlineAct['kind'];
};
