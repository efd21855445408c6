import { codesOf } from '../../domain/codes.ts';
import type {
  CredentialStage,
  Outcome,
  QuietBreak,
  RevocationCause,
  RotationStage,
  Trigger,
} from '../../domain/gateway.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../../domain/ids.ts';
import type { RevertedUse } from '../../domain/kit.ts';
import type { Evidence, LaggardCode } from '../../domain/kit-verdict.ts';
import type { Labels } from '../../domain/labels.ts';
import { commandsAbout } from '../../domain/operator-commands.ts';
import type { KeyLine } from '../../domain/own-keys.ts';

/*
 * What the console shows and what the command line prints: facts, ids and codes, never a value and never a digest.
 * Every time is epoch milliseconds, in a field that ends in `AtMs`; `nowMs` is the time at which the view was made.
 */

/** How a gateway stands, in the order in which a person should look at them. */
export const states = {
  COMPROMISED: { word: 'Compromised', means: 'A live credential is compromised, and is being replaced.' },
  HELD: { word: 'Held', means: 'The rotation stands still until a person decides.' },
  VALUES_LOST: {
    word: 'Values lost',
    means:
      'Live credentials are accepted whose values are kept nowhere any more: no kit can be given them. The gateway says which, and both ways out.',
  },
  BEHIND: {
    word: 'Kits behind',
    means:
      'Kits present a revoked credential and are refused (set back, or never moved), or had not moved when the last rotation was completed by force.',
  },
  LATE: {
    word: 'Late',
    means: 'An attempt failed, or the owners of late kits were reminded and kits have still not moved.',
  },
  FAILED: { word: 'Last rotation failed', means: 'The last rotation was given up; the history says why.' },
  SECRET_TROUBLE: {
    word: 'Secret to look at',
    means: 'Secrets Manager and the record differ; the gateway says how, and what to do.',
  },
  KEYS_ENDING: {
    word: 'Keys end',
    means:
      'A key with which this system reaches kits or PingOne has ended, or ends before a rotation could: put a new one into its secret.',
  },
  ROTATING: { word: 'Rotating', means: 'A rotation runs.' },
  NO_CREDENTIAL: { word: 'No credential yet', means: 'The gateway has no live credential.' },
  AT_REST: {
    word: 'At rest',
    means:
      'No rotation runs, the last one did not fail, and no kit is known to be left behind or to present a revoked credential.',
  },
  RETIRED: { word: 'Retired', means: 'The gateway left gateways.json.' },
} as const;
export type GatewayState = keyof typeof states;
export const gatewayStates = codesOf(states);

/** The four steps of a rotation as people know them. */
export const phases = ['create', 'distribute', 'verify', 'revoke'] as const;
export type Phase = (typeof phases)[number];

/** How a step of the running rotation looks; what is past is only "done" where nothing of it is missing. */
export const stepLooks = {
  TO_COME: { word: 'to come', sign: '' },
  NOW: { word: 'now', sign: '▶' },
  DONE: { word: 'done', sign: '✓' },
  DONE_WITH_FAILURES: { word: 'done with failures', sign: '!' },
  FORCED: { word: 'forced', sign: '»' },
} as const;
export type StepLook = keyof typeof stepLooks;

/** Which part of a list is shown: pages count from 1. */
export type Page = {
  readonly page: number;
  readonly pages: number;
  readonly pageSize: number;
  readonly total: number;
};

/** A live credential in a list. */
export type CredentialSummary = {
  readonly credentialId: CredentialId;
  readonly stage: CredentialStage;
  readonly createdAtMs: number;
  readonly isForeign: boolean;
  /** From when a compromised one is refused. */
  readonly rejectAfterAtMs?: number;
};

/** Who said something, when and why. */
type Said = { readonly actor: string; readonly reason: string; readonly atMs: number };

/** The running rotation. */
export type RotationSummary = {
  readonly rotationId: RotationId;
  readonly trigger: Trigger;
  readonly stage: RotationStage;
  readonly phase: Phase;
  readonly begun: Said;
  readonly deadlineAtMs: number;
  readonly attempt: number;
  readonly failedAttempts: number;
  readonly targetId?: CredentialId;
  readonly retireIds: readonly CredentialId[];
  /** The wave that is open, or goes back; absent when every kit may have the credential. */
  readonly wave?: { readonly number: number; readonly of: number; readonly isGoingBack?: true };
  readonly held?: Said;
  readonly rolledBack?: Said;
  readonly forced?: Said;
  /** Since when no use of what is retired is known and the policy check is watched without a gap; why that last began again. */
  readonly quiet?: {
    readonly sinceAtMs?: number;
    readonly watchedAtMs?: number;
    readonly beganAgain?: { readonly atMs: number; readonly why: QuietBreak };
  };
  /** How many kits have moved, as the last pass of the workflow found; absent before the first. */
  readonly progress?: { readonly kits: number; readonly updated: number; readonly atMs: number };
};

/** The kit that holds a rotation up most, as the last pass of the workflow found. */
type WorstLaggard = { readonly kitId: KitId; readonly owner: string; readonly code: LaggardCode };

/** One gateway in the list. */
export type GatewayRow = {
  readonly gatewayId: GatewayId;
  readonly labels?: Labels;
  readonly state: GatewayState;
  readonly credentials: readonly CredentialSummary[];
  readonly rotation?: RotationSummary;
  readonly worstLaggard?: WorstLaggard;
  /** Secrets Manager's schedule begins the next rotation by then: the end of its next window. */
  readonly nextScheduledAtMs?: number;
};

/** One credential's life; what the record and the audit do not know any more is absent. */
export type CredentialLife = {
  readonly credentialId: CredentialId;
  readonly isLive: boolean;
  readonly stage?: CredentialStage;
  readonly isForeign: boolean;
  readonly createdAtMs?: number;
  /** The policy check was seen to accept it. */
  readonly acceptedAtMs?: number;
  /** From when kits were to use it, and from when it was on its way out. */
  readonly currentAtMs?: number;
  readonly retiringAtMs?: number;
  /** No use is known since then; the quiet window ends at `quietUntilAtMs`. */
  readonly quietSinceAtMs?: number;
  readonly quietUntilAtMs?: number;
  readonly compromisedAtMs?: number;
  readonly rejectAfterAtMs?: number;
  readonly revokedAtMs?: number;
  readonly cause?: RevocationCause;
  /** The policy check was seen to refuse it. */
  readonly confirmedAtMs?: number;
};

/** How many kits moved to a credential within a part of the timeline; the first few by name. */
export type KitMoves = { readonly atMs: number; readonly kits: number; readonly named: readonly KitId[] };

/** A use of a credential by one source: seen first and last, nothing is known of the time between. */
export type UseSpan = {
  readonly credentialId: CredentialId;
  readonly address: string;
  /** It stands for many that are not told apart. */
  readonly areMany?: true;
  readonly kitId?: string;
  readonly firstUsedAtMs: number;
  readonly lastUsedAtMs: number;
};

/** Which of the kits: all that somebody has to look at, or those that are late for one reason. */
export type Late = 'only' | LaggardCode;

/** The parts of a gateway's page, in their order. */
export const parts = ['now', 'acts', 'credentials', 'use', 'kits', 'strangers', 'history'] as const;
export type Part = (typeof parts)[number];

/** What a person may do to one kit now. */
export const kitActs = commandsAbout('kit');
export type KitAct = (typeof kitActs)[number];
export const isKitAct = (act: Act): act is KitAct => kitActs.some((one) => one === act);

/** A source that holds a kit up, and was last heard of at the given time. */
export type SilentSource = { readonly source: string; readonly lastUsedAtMs: number };

/** One kit with its evidence, or with what is missing. */
export type KitRow = {
  readonly kitId: KitId;
  readonly kind: string;
  readonly owner: string;
  readonly labels?: Labels;
  /** Moved with this evidence, or late for this reason; neither while there is no credential to move to. */
  readonly evidence?: Evidence;
  readonly late?: LaggardCode;
  /** Why it could not be given the credential; `message` says what to do about it. */
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly attempts: number;
    /** Absent while it is not tried again by itself. */
    readonly nextTryAtMs?: number;
  };
  /** How many of the nodes that it has were seen with the credential. */
  readonly sources?: { readonly seen: number; readonly expected: number };
  /** When the latest of `addresses` was last seen. */
  readonly addressesSilentSinceAtMs?: number;
  /** What is missing, in a sentence; absent when nothing is. */
  readonly waitsFor?: string;
  readonly lastSeen?: { readonly credentialId: CredentialId; readonly atMs: number };
  /** It calls PingOne: nobody here could see it. */
  readonly callsPingOne?: true;
  /** It presents a revoked credential and is refused, whatever its evidence is. */
  readonly reverted?: RevertedUse;
  /** Addresses that still present an old credential; at most 20. */
  readonly addresses: readonly string[];
  /** Those of them that are silent; one that is gone can be retired. */
  readonly silent?: readonly SilentSource[];
  readonly acts: readonly KitAct[];
  /** With what it is reached, and when that ends. */
  readonly ownKeys: readonly KeyLine[];
};

/** What the rotation waits for now. */
export type Waiting = { readonly text: string; readonly untilAtMs?: number };
/** What the system does by itself, and when. */
export type Ahead = { readonly text: string; readonly atMs: number };

/** What a person can do to a gateway: start a rotation, decide about it, or press the button. */
export const gatewayActs = ['rotate', 'plan', ...commandsAbout('rotation'), 'compromise'] as const;
export type GatewayAct = (typeof gatewayActs)[number];
export type Act = GatewayAct | KitAct;

/** Whether an act would be taken now, by the same rule that takes it; and if not, why. */
export type Offer = { readonly act: GatewayAct; readonly isAllowed: boolean; readonly why?: string };

/** Why a compromise cuts a kit off. */
export const cutOffReasons = {
  OWNER_INSTALLS: { word: 'waits for its owner', means: 'Only its owner can give it the new credential.' },
  SLOW: { word: 'takes longer than that', means: 'Its nodes may take longer than there is time.' },
  AT_ONCE: { word: 'until it is replaced', means: 'Nothing can replace its credential before.' },
} as const;

/** A kit that a compromise cuts off: its requests fail from the given time until it has the new credential. */
export type CutOffKit = {
  readonly kitId: KitId;
  readonly owner: string;
  readonly why: keyof typeof cutOffReasons;
  /** Used within its look-back: requests fail. An idle one fails with its next request. */
  readonly isInUse: boolean;
};

/** Who is cut off when everything is refused so many seconds after the press. */
export type CutOff = {
  readonly rejectWithinSeconds: number;
  readonly total: number;
  readonly inUse: number;
  /** The first 50. */
  readonly kits: readonly CutOffKit[];
};

/** What the button would do now. */
export type CompromisePreview = {
  readonly refusal?: string;
  readonly credentialIds: readonly CredentialId[];
  /** Everything that is asked for is so already: pressing changes nothing. */
  readonly changesNothing?: true;
  /** Only these were asked for; absent when the rule chooses. */
  readonly asked?: readonly CredentialId[];
  /** Live, ours, and not refused by this press: they can be named. */
  readonly spared: readonly CredentialId[];
  /** Live, and not refused: they were made elsewhere. */
  readonly notOurs: readonly CredentialId[];
  readonly preempts?: RotationId;
  readonly propagationBoundSeconds: number;
  /** Who refuses it; PingOne has to be told when its time has come. */
  readonly decider: 'PingOne' | 'the policy check';
  readonly kits: number;
  readonly unregistered: number;
  /** As asked, or as the policy of the gateway says. */
  readonly asPressed: CutOff;
  readonly replaceFirst: CutOff;
  readonly refuseNow: CutOff;
};

/** One recorded transition. */
export type HistoryStep = Said & {
  readonly revision: number;
  readonly kind: string;
  readonly credentialIds: readonly CredentialId[];
  /** Set where not all of it is done, or a person forced it. */
  readonly look?: 'DONE_WITH_FAILURES' | 'FORCED';
  readonly detail: Readonly<Record<string, unknown>>;
};

/** A rotation as it is recorded; without `rotationId` a transition outside of any. Newest first; steps in their order. */
export type HistoryEntry = {
  readonly rotationId?: RotationId;
  readonly trigger?: Trigger;
  readonly begun: Said;
  readonly endedAtMs?: number;
  readonly outcome?: Outcome | 'RUNNING';
  readonly steps: readonly HistoryStep[];
};
