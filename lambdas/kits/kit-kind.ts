import type * as z from 'zod';
import type { CredentialValue } from '../domain/credential.ts';
import type { CredentialId, RotationId } from '../domain/ids.ts';
import type { Kit, KitTraits, OwnerMessage } from '../domain/kit.ts';
import type {
  KitCommands,
  KitEdge,
  KitFetch,
  KitFiles,
  KitFunctions,
  KitParameters,
  KitSecrets,
  SecretsByRole,
} from '../ports.ts';

/** What a kind may use for one kit; made by whoever calls it, so that a kind reads no clock and no environment. */
export type KitAccess = {
  readonly fetch: KitFetch;
  /** The AWSCURRENT text of a secret that the kit's settings name (a token, a signing key). */
  readSecret(secretId: string): Promise<string>;
  /** A secret that the kit itself reads its credential from. */
  readonly secrets: Pick<KitSecrets, 'read' | 'write'>;
  /** The same of another account or team, by a role of its owner. */
  readonly secretsByRole: SecretsByRole;
  /** The parameters that the kit itself reads its credential from. */
  readonly parameters: KitParameters;
  /** The Lambda functions that kits are. */
  readonly functions: KitFunctions;
  /** Those at the edge of CloudFront, and its distributions. */
  readonly edge: KitEdge;
  /** Files that kits read. */
  readonly files: KitFiles;
  /** Commands by which nodes fetch their credential themselves. */
  readonly commands: KitCommands;
  /** The credential under AWSCURRENT in the gateway's own secret; `undefined` when none is. Throws StepFailed and TemporarilyUnavailable. */
  currentIn(secretArn: string): Promise<CredentialId | undefined>;
  notifyOwner(message: OwnerMessage): Promise<void>;
  nowMs(): number;
  /** Aborts when the time for this kit is over. */
  readonly signal: AbortSignal;
};

/** The URLs that the settings of a kit name, the names or ARNs of their secrets, of parameters and of Lambda functions, the paths of files, and SSM documents with their nodes. */
export type Destinations = {
  readonly urls: readonly string[];
  readonly secrets: readonly string[];
  /** Those of the secrets that are used by a role of their owner, wherever they are. */
  readonly secretsByRole?: readonly string[];
  readonly parameters?: readonly string[];
  readonly functions?: readonly string[];
  /** Those of `secrets` that hold the kit's credential itself; all others are own keys, with which the kit is reached. */
  readonly credentialSecrets?: readonly string[];
  readonly files?: readonly string[];
  readonly documents?: readonly string[];
};

/** One credential to put into one kit; `deadlineAtMs` is the rotation's, in epoch ms. */
export type Installation = {
  readonly kit: Kit;
  readonly credentialId: CredentialId;
  readonly value: CredentialValue;
  readonly rotationId: RotationId;
  readonly secretArn: string;
  readonly deadlineAtMs: number;
};

/** `acknowledged`: the kit's own endpoint repeated the credentialId that it installed. */
type Installed = { readonly state: 'INSTALLED' | 'WITH_OWNER'; readonly acknowledged?: boolean };

/** A kit that is only asked; `secretArn` is the gateway's own secret, if it has one yet. */
export type OnlyAsked = { readonly kit: Kit; readonly secretArn?: string };

/**
 * What a kit showed that was only asked, in sentences of our own: they name ids and settings, and never hold a value or a
 * text of somebody else.
 */
export type KitCheck = {
  /** What was reached and read. */
  readonly seen: readonly string[];
  /** What only a change would show. */
  readonly notShown: readonly string[];
  /** What giving it a credential would change. */
  readonly would: readonly string[];
  /** The ids of the credentials that it shows, each once. */
  readonly holds: readonly string[];
};

/**
 * Whether the kit shows exactly this credential; what that proves is in the kind's traits. `undefined`: it shows no value, or
 * is about to take it up, which is neither a proof nor a reason to give it again.
 */
type ReadBack = { readonly matches: boolean } | undefined;

/**
 * How credentials reach one kind of kit. `install` may be run twice and asks first whether it is already done; `readBack`
 * is absent when there is nothing to ask; `check` reaches it as both do, changes nothing and needs no credential. All throw
 * KitUnreachable (may help to try again), KitRefused or KitMisconfigured, whose messages never hold a credential or
 * anything that the kit answered.
 */
export type KitKind<Settings> = {
  readonly kind: string;
  /** The strict schema of this kind's `settings` in gateways.json. */
  readonly settings: z.ZodType<Settings>;
  readonly traits: KitTraits | ((settings: Settings) => KitTraits);
  /** Where a credential goes, or is asked for, and the secrets that are used for it. */
  destinations(settings: Settings): Destinations;
  install(installation: Installation, settings: Settings, access: KitAccess): Promise<Installed>;
  readBack?(installation: Installation, settings: Settings, access: KitAccess): Promise<ReadBack>;
  check(asked: OnlyAsked, settings: Settings, access: KitAccess): Promise<KitCheck>;
};
