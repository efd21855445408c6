import type { CredentialId, GatewayId, KitId } from '../../domain/ids.ts';
import type { LaggardCode } from '../../domain/kit-verdict.ts';
import type { NewsAct, NewsFailure, NewsSeverity, NewsState } from '../../domain/news.ts';
import type { KeyLine } from '../../domain/own-keys.ts';
import type { Plan } from '../../domain/plan.ts';
import type { SecretTrouble } from '../../domain/secret-troubles.ts';
import type {
  Act,
  Ahead,
  CompromisePreview,
  CredentialLife,
  GatewayRow,
  GatewayState,
  HistoryEntry,
  KitMoves,
  KitRow,
  Late,
  Offer,
  Page,
  Part,
  Phase,
  RotationSummary,
  StepLook,
  UseSpan,
  Waiting,
} from './parts.ts';

export * from './parts.ts';

/** All gateways, those that need a person first. `counts` are of all gateways, whatever the filter. */
export type GatewaysView = {
  readonly view: 'gateways';
  readonly nowMs: number;
  readonly filter: string;
  readonly labels?: string;
  readonly state?: GatewayState;
  readonly counts: Readonly<Partial<Record<GatewayState, number>>>;
  readonly page: Page;
  readonly rows: readonly GatewayRow[];
};

/** One gateway: what is going on, its credentials, its kits, its record, and what a person can do. */
export type GatewayView = {
  readonly view: 'gateway';
  readonly nowMs: number;
  readonly gatewayId: GatewayId;
  readonly revision: number;
  readonly state: GatewayState;
  readonly rotation?: RotationSummary;
  /** Create, distribute, verify, revoke: how each of them stands; absent when no rotation runs. */
  readonly steps?: Readonly<Record<Phase, StepLook>>;
  readonly nextScheduledAtMs?: number;
  /** The credential that kits shall hold. */
  readonly targetId?: CredentialId;
  readonly waitsFor: readonly Waiting[];
  /** How Secrets Manager and the record differ, and what to do. */
  readonly secretTroubles: readonly SecretTrouble[];
  /** With what kits and PingOne are reached, the first 20 of those that end first; absent before the first look. */
  readonly ownKeys?: {
    readonly lookedAtMs: number;
    /** False: some could not be looked at yet. */
    readonly isWhole: boolean;
    readonly total: number;
    /** How many end before a rotation could. */
    readonly ending: number;
    readonly lines: readonly KeyLine[];
  };
  readonly ahead: readonly Ahead[];
  /** Live ones and the last revoked, oldest first. */
  readonly credentials: readonly CredentialLife[];
  /** Kits' moves to that credential. */
  readonly moves: readonly KitMoves[];
  /** Which kits were asked for; labels as `env=prod,team=edge`. */
  readonly filter: string;
  readonly labels?: string;
  readonly owner?: string;
  readonly late?: Late;
  /** Only this part of the page is asked for. */
  readonly part?: Part;
  readonly kits: {
    readonly page: Page;
    readonly total: number;
    readonly updated: number;
    readonly late: number;
    /** Late ones, and those that present a revoked credential: what 'only late' shows. */
    readonly attention: number;
    /** How many are late for which reason, whatever is asked for. */
    readonly lateFor: Readonly<Partial<Record<LaggardCode, number>>>;
    /** The first five that could not be given the credential, whatever is asked for. */
    readonly failed: readonly KitRow[];
    readonly rows: readonly KitRow[];
  };
  /** On live credentials, by sources that no registered kit accounts for; the latest 50, and how many more there are. */
  readonly unregistered: readonly UseSpan[];
  readonly moreUnregistered: number;
  /** The sources with the latest use of an old credential first; the first 20, and how many there are. */
  readonly uses: {
    readonly sources: number;
    readonly spans: readonly (readonly UseSpan[])[];
    readonly byCredential: readonly {
      readonly credentialId: CredentialId;
      readonly sources: number;
      readonly lastUsedAtMs: number;
    }[];
  };
  /** The last ten; the view `history` has more. */
  readonly history: readonly HistoryEntry[];
  readonly offers: readonly Offer[];
};

/** A page of the record of a gateway. */
export type HistoryView = {
  readonly view: 'history';
  readonly nowMs: number;
  readonly gatewayId: GatewayId;
  readonly page: Page;
  readonly entries: readonly HistoryEntry[];
};

/** One message to people; times are epoch ms. */
export type NewsLine = {
  readonly atMs: number;
  readonly subject: string;
  readonly text: string;
  readonly severity: NewsSeverity;
  /** Absent: operators. */
  readonly owner?: string;
  readonly kitId?: KitId;
  /** Absent: it was published to the topic only. */
  readonly channel?: string;
  readonly channelKind?: string;
  readonly act: NewsAct;
  readonly state: NewsState;
  readonly attempts: number;
  readonly attemptedAtMs?: number;
  readonly nextAttemptAtMs?: number;
  readonly failure?: NewsFailure;
  readonly why?: string;
};

/** A page of what people were told of a gateway. */
export type NewsView = {
  readonly view: 'news';
  readonly nowMs: number;
  readonly gatewayId: GatewayId;
  readonly page: Page;
  readonly entries: readonly NewsLine[];
};

/** One act before it is done: whether it may, and what the person has to know and to repeat. */
export type ActView = {
  readonly view: 'act';
  readonly nowMs: number;
  readonly gatewayId: GatewayId;
  readonly state: GatewayState;
  readonly act: Act;
  readonly isAllowed: boolean;
  readonly why?: string;
  readonly rotation?: RotationSummary;
  readonly kit?: KitRow;
  /** The credential that an owner acknowledges. */
  readonly credentialId?: CredentialId;
  /** The source that is retired. */
  readonly source?: string;
  /** What forcing has to repeat. */
  readonly force?: {
    readonly kits: number;
    readonly kitsHash: string;
    readonly named: readonly { readonly kitId: KitId; readonly owner: string; readonly code: LaggardCode }[];
    readonly unregistered: number;
    /** What is revoked, and how long after the force at the latest. */
    readonly retires: readonly CredentialId[];
    readonly withinSeconds: number;
  };
  readonly compromise?: CompromisePreview;
};

/** A plan that was asked for. */
export type PlanView = {
  readonly view: 'plan';
  readonly nowMs: number;
  readonly gatewayId: GatewayId;
  readonly execution: string;
  readonly status: 'RUNNING' | 'READY' | 'FAILED';
  readonly plan?: Plan;
};

/** Whatever the console shows. */
export type View = GatewaysView | GatewayView | HistoryView | NewsView | ActView | PlanView;
