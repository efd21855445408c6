import type { PingOneAuthority } from './authority.ts';
import type { Outcome, QuietBreak, RevocationCause, Trigger } from './causes.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from './ids.ts';
import type { LaggardCode } from './kit-verdict.ts';
import type { Labels } from './labels.ts';
import type { MintIntent } from './pingone-mint.ts';
import type { Policy } from './policy.ts';
import type { Probe } from './probe.ts';
import type { Waves } from './wave.ts';

export type { Outcome, QuietBreak, RevocationCause, Trigger };

/** How far a live credential has come: recorded (the authority accepts it), proven accepted, AWSCURRENT, or on its way out. */
export type CredentialStage = 'CREATED' | 'ACCEPTED' | 'CURRENT' | 'RETIRING';

/**
 * A credential that the authority accepts. The digest is the SHA-256 of its value, base64url; `versionId` is the version of
 * the gateway's secret that holds the value. One that PingOne had before and a person gave us has neither: nobody here
 * knows its value.
 */
export type LiveCredential = {
  readonly credentialId: CredentialId;
  readonly digest?: string | undefined;
  readonly stage: CredentialStage;
  readonly createdAtMs: number;
  readonly versionId?: string | undefined;
  /** Minted by this rotation, or given to us by a named person; `foreign` ones are never revoked by us. */
  readonly origin:
    | { readonly kind: 'minted'; readonly rotationId: RotationId; readonly trigger: Trigger }
    | { readonly kind: 'adopted'; readonly actor: string; readonly reason: string }
    | { readonly kind: 'foreign' };
  readonly compromised?: Compromised;
  /** The last use that PingOne showed when it was last asked: for kits that call it, nothing is recorded here. */
  readonly lastUsedAtMs?: number;
  /** Until when we may have presented it to PingOne ourselves, which moves its `lastUsedAt`. */
  readonly probedUntilMs?: number;
  /** It was presented before as well, and that request may still be under way. */
  readonly probedAgain?: true;
};

/** When the button was pressed, and from when on the credential is refused. */
export type Compromised = { readonly atMs: number; readonly rejectAfterMs: number };

/**
 * A credential that the authority refuses for good; `confirmedAtMs` is set once the policy check was seen to refuse it,
 * `notProven` when a person recorded that nobody can see that any more.
 */
export type RevokedCredential = {
  readonly credentialId: CredentialId;
  readonly digest?: string | undefined;
  readonly versionId?: string | undefined;
  readonly cause: RevocationCause;
  readonly rotationId: RotationId;
  readonly revokedAtMs: number;
  readonly confirmedAtMs?: number;
  readonly notProven?: Decided;
};

/**
 * The stages a rotation passes, in order. PROMOTING is written before AWSCURRENT is moved, so that a run which ended
 * earlier can never have handed the credential out. Revocation is seen in the credentials themselves.
 */
export const rotationStages = [
  'BEGUN',
  'CREATED',
  'ACCEPTED',
  'PROMOTING',
  'PROMOTED',
  'DISTRIBUTED',
  'VERIFIED',
] as const;
export type RotationStage = (typeof rotationStages)[number];

/** Who decided, when and why. */
type Decided = { readonly actor: string; readonly reason: string; readonly atMs: number };

export type Rotation = {
  readonly rotationId: RotationId;
  readonly trigger: Trigger;
  /** Who runs the steps until promotion: the workflow, or Secrets Manager until `handOverByMs`. */
  readonly driver: 'workflow' | 'secrets-manager';
  readonly handOverByMs?: number;
  /** The version of the secret that Secrets Manager rotates to, when its id is not the rotation's. */
  readonly versionId?: string;
  readonly stage: RotationStage;
  /** Counts up with every change of what kits should hold; writes to kit items carry it, so a pre-empted run's fail. */
  readonly generation: number;
  readonly begun: Decided;
  readonly deadlineAtMs: number;
  /** Which level of the escalation was done: 0 none, 1 reminded, 2 escalated, 3 the deadline itself. */
  readonly escalationLevel: 0 | 1 | 2 | 3;
  /** Whom nobody could tell yet of the last level that was done; see `tell.ts` for what is kept of them. */
  readonly untold?: readonly string[];
  /** The running execution: raised before it is started. `failedAttempts` counts those since the last progress. */
  readonly attempt: number;
  readonly failedAttempts: number;
  readonly executionArn?: string;
  /** The credential that kits shall hold; absent until it is created. */
  readonly targetId?: CredentialId;
  /** The live credentials this rotation retires; on roll-back the two roles are exchanged. */
  readonly retireIds: readonly CredentialId[];
  /** What AWSCURRENT named when this rotation began: promotion moves the label from nothing else. */
  readonly fromVersionId: string;
  readonly fromCredentialId?: CredentialId;
  readonly rolledBack?: Decided;
  readonly held?: Decided;
  /** When somebody resumed it after its deadline: the escalation is counted from there. */
  readonly resumedAtMs?: number;
  readonly forced?: Forced;
  readonly distributedAtMs?: number;
  /** No use of a retiring credential is known since then; absent until recording of use is proven to work (again). */
  readonly quietSinceMs?: number;
  /** When the policy check was last proven to answer and to record use; quiet is counted only while this goes on. */
  readonly watchedAtMs?: number;
  /** Why the quiet window last began again. */
  readonly quietBroken?: { readonly atMs: number; readonly why: QuietBreak };
  /** What the last pass of VerifyKits saw of the kits: for showing only, decisions read the kits. */
  readonly kitSummary?: KitSummary;
  /** Where it gives the credential to a part of the kits after another. */
  readonly waves?: Waves;
};

/** Who takes it on himself to cut off which kits: `kitsHash` is of the list that he was shown; sources that are no registered kit included; without it (a policy decided beforehand) it covers everybody. */
type Forced = Decided & {
  readonly kitsHash?: string;
  /** How many kits had not moved then. */
  readonly kits?: number;
};

/** How many kits there are and how many are late; the one that matters most by name. */
export type KitSummary = {
  readonly atMs: number;
  readonly kits: number;
  readonly laggards: number;
  readonly worst?: { readonly kitId: KitId; readonly owner: string; readonly code: LaggardCode };
};

export type EndedRotation = {
  readonly rotationId: RotationId;
  readonly outcome: Outcome;
  readonly endedAtMs: number;
  /** So many kits had not moved when a person forced it. */
  readonly kitsBehind?: number;
};

/** One recorded transition: the audit item `gateway#revision`, and the event that is published. */
export type Transition = {
  readonly revision: number;
  readonly kind: string;
  readonly atMs: number;
  readonly actor: string;
  readonly reason: string;
  readonly rotationId?: RotationId;
  readonly credentialIds?: readonly CredentialId[];
  readonly detail?: Readonly<Record<string, unknown>>;
  /** The digest of the entry before it, see `audit-chain.ts`; the first one of a gateway has none. */
  readonly previous?: string;
};

/**
 * What may be done behind a good credential is not ours to invent: it is stated, and there is no default. `forward` asks
 * PingOne at this Service URL, with the credential in the secret of the gateway `to`.
 */
export type AccessDecision =
  | { readonly kind: 'allow-all' }
  | { readonly kind: 'forward'; readonly to: GatewayId; readonly serviceUrl: string };

/** An accepted press of the compromise button; a second one with the same `requestId` gets this answer again. */
export type Press = {
  readonly requestId: string;
  readonly rotationId: RotationId;
  readonly credentialIds: readonly CredentialId[];
  readonly atMs: number;
  /** When the last of the credentials is refused: an earlier press may have set it. */
  readonly rejectAfterMs: number;
  /** The rotation that it ended, and whose successor it took over, if so. */
  readonly preempted?: RotationId;
  readonly adopted?: CredentialId;
  /** Live then, ours, and not refused by it; absent when there was none. */
  readonly spared?: readonly CredentialId[];
  /** Everything that it asked for was so already. */
  readonly changedNothing?: true;
  /** No live credential stayed: everything depended on a successor. */
  readonly leavesNone?: true;
};

/** The gateway record: the one source of truth. Saved whole, by one write on condition of `revision`. */
export type Gateway = {
  readonly gatewayId: GatewayId;
  readonly revision: number;
  /** The revision of the last recorded transition: what our own probes note raises `revision` and not this. */
  readonly transitionRevision: number;
  /** When the record was last written; nothing is judged at an earlier time. */
  readonly writtenAtMs: number;
  /** Absent: the builtin one, whose kits call our policy check. */
  readonly authority?: PingOneAuthority | undefined;
  /** What our policy check decides; absent where kits call PingOne. */
  readonly decision?: AccessDecision | undefined;
  readonly policy: Policy;
  /** What people sort gateways by; decides nothing. */
  readonly labels?: Labels | undefined;
  /** A larger bound that was in force before and still holds for instances of the policy check until then. */
  readonly earlierStale?: { readonly seconds: number; readonly untilMs: number };
  readonly secretArn: string;
  /** Whether gateways.json has a schedule, by which Secrets Manager should rotate the secret. */
  readonly isScheduled?: boolean;
  /** Kits are spread over this many shards, see `shardOf`. */
  readonly shardCount: number;
  /** How many there were before, oldest first: recorded use stays where it was written. */
  readonly earlierShardCounts?: readonly number[];
  readonly live: readonly LiveCredential[];
  readonly revoked: readonly RevokedCredential[];
  readonly currentVersionId: string;
  readonly currentCredentialId?: CredentialId;
  readonly generation: number;
  readonly rotation?: Rotation;
  /** The one-time nonce of our own probe under way: of a rotation's, or of the reconciler's while none runs. */
  readonly probe?: Probe;
  /** What was asked of PingOne to make a credential, until nothing can come of it any more that is not in the record. */
  readonly mint?: MintIntent;
  readonly ended: readonly EndedRotation[];
  readonly presses: readonly Press[];
  readonly outbox: readonly Transition[];
  /** The digest of the last entry: so the audit cannot lack one unseen. Absent in records from before there was a chain. */
  readonly lastEntryDigest?: string;
  /** From this revision on, transitions are in the audit but could not be published yet. */
  readonly unpublishedFrom?: number;
  /** So many kits present a revoked credential, as the reconciler last saw; absent when none does. For showing only. */
  readonly kitsBehind?: number;
  /** So many own keys end before a rotation could, as the reconciler last saw; absent when none does. For showing only. */
  readonly keysEnding?: number;
  readonly retiredAtMs?: number;
};

/** PingOne's limit, kept by the builtin authority too (PingOne: "create gateway credentials"). */
export const maxLiveCredentials = 5;

/** How many confirmed revocations, ended rotations and presses a record remembers: it stays below 4 KB, one read unit. */
export const remembered = { revoked: 5, ended: 5, presses: 5 } as const;

export const liveCredential = (gateway: Gateway, credentialId: CredentialId | undefined): LiveCredential | undefined =>
  gateway.live.find((credential) => credential.credentialId === credentialId);

/** Whether the rotation has come at least as far as `stage`. */
export const hasReached = (rotation: Rotation, stage: RotationStage): boolean =>
  rotationStages.indexOf(rotation.stage) >= rotationStages.indexOf(stage);

/** The version of the gateway's secret that holds what the rotation mints. */
export const versionIdOf = ({ rotationId, versionId }: Pick<Rotation, 'rotationId' | 'versionId'>): string =>
  versionId ?? rotationId;

/** Whether Secrets Manager still drives the rotation and nobody can have its credential: it may be given up without harm. */
export const isUnpromoted = (rotation: Rotation): boolean =>
  rotation.driver === 'secrets-manager' && !hasReached(rotation, 'PROMOTING');

/** From when reminding and escalating are counted: a roll-back begins the escalation anew, and so does a resume after the deadline. */
export const escalationFromMs = ({ begun, rolledBack, resumedAtMs = 0 }: Rotation): number =>
  Math.max(rolledBack?.atMs ?? begun.atMs, resumedAtMs);

/** The clocks of two functions are never further apart than this: more is a clock that was set. */
export const clockSkewMs = 5_000;

/** The time at which a record is judged: never earlier than its last write, whatever the clock says. */
export const timeOf = ({ writtenAtMs }: Pick<Gateway, 'writtenAtMs'>, nowMs: number): number =>
  Math.max(nowMs, writtenAtMs);

/**
 * Whether the time of a compromised credential has passed. A clock that shows a time before the press was set back and
 * cannot tell how long ago that was: then it has passed, since it may come too early and never too late (invariant 7).
 */
export const isPastItsTime = (
  gateway: Pick<Gateway, 'writtenAtMs'>,
  { atMs, rejectAfterMs }: Compromised,
  nowMs: number,
): boolean => timeOf(gateway, nowMs) >= rejectAfterMs || nowMs < atMs - clockSkewMs;

/** The longest time after a revocation during which an instance of the policy check could still accept, in ms. */
export const propagationBoundMs = (gateway: Gateway, nowMs: number): number => {
  const earlier = gateway.earlierStale;
  return 1000 * Math.max(gateway.policy.serveStaleSeconds, earlier && nowMs < earlier.untilMs ? earlier.seconds : 0);
};

/** Whether nothing is left to be seen of a revocation: the policy check refused it, or a person gave the proof up. */
export const isSettled = ({ confirmedAtMs, notProven }: RevokedCredential): boolean =>
  confirmedAtMs !== undefined || notProven !== undefined;

/** From when on no instance of the policy check can accept a revoked credential any more, in epoch ms. */
export const refusedEverywhereAtMs = (
  gateway: Gateway,
  { revokedAtMs }: Pick<RevokedCredential, 'revokedAtMs'>,
): number => revokedAtMs + propagationBoundMs(gateway, revokedAtMs);
