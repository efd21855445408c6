import type { CredentialValue } from '../domain/credential.ts';
import type { CredentialId, GatewayId } from '../domain/ids.ts';
import type { ShownKey } from '../domain/own-keys.ts';
import type { Schedule } from '../domain/registry-changes.ts';

/** A credential with its value; the value stays in the memory of the function that asked. */
export type Minted = { readonly credentialId: CredentialId; readonly value: CredentialValue };

/** The same with its version in the gateway's secret. */
export type Stored = Minted & { readonly versionId: string };

/** A secret's name and ARN, whether it rotates, and the labels of its versions. */
export type SecretDescription = {
  readonly arn: string;
  readonly name: string;
  readonly rotates: boolean;
  /** Scheduled for deletion: its values cannot be read until it is taken back. */
  readonly isBeingDeleted: boolean;
  /** Secrets Manager rotates it by then: the end of the next window (DescribeSecret); absent without a schedule. */
  readonly nextRotationAtMs?: number;
  readonly labels: ReadonlyMap<string, readonly string[]>;
};

/** Whether nobody needs a version that is kept for a credential any more. */
export type IsDone = (credentialId: CredentialId, versionId: string) => boolean;

/** The versions of the gateways' secrets: the only place where values are stored. Throws StepFailed and TemporarilyUnavailable. */
export type SecretVersions = {
  /** The credential in a version; `undefined` when the version does not exist or has no value yet. Throws StepFailed for a value that is no credential. */
  readVersion(secretArn: string, versionId: string): Promise<Stored | undefined>;
  /** The secret as Secrets Manager describes it. Throws SecretGone when there is none. */
  describe(secretId: string): Promise<SecretDescription>;
  /** The gateway's secret, usable: as it is, taken back from deletion, found under the name that this deployment gives it, or made anew under that with the placeholder. */
  reopen(secretArn: string, gatewayId: GatewayId): Promise<SecretDescription>;
  /** Puts a value under a version id, once: when the version has one already, that one stays. Answers what the version holds, read back. */
  putOnce(
    secretArn: string,
    versionId: string,
    minted: Minted,
    rotation?: { readonly rotationToken: string | undefined },
  ): Promise<Stored>;
  /** Takes AWSPENDING off a version that is not AWSCURRENT, so that Secrets Manager can rotate again; without `versionId`, off any such version. */
  stripPending(secretArn: string, versionId?: string): Promise<boolean>;
  /** Moves AWSCURRENT to a version, only from one of the versions named; `undefined` means from whatever it is on (a compromise). Already there: nothing. An AWSPENDING does not stay on the version that it leaves: Secrets Manager would take that for an unfinished rotation. */
  promote(secretArn: string, versionId: string, fromVersionIds: readonly string[] | undefined): Promise<void>;
  /** Puts the `live-` label of an adopted credential on its version. */
  keep(secretArn: string, credentialId: CredentialId, versionId: string): Promise<void>;
  /**
   * Takes the `live-` labels off the versions that nobody needs any more, but never off the one under AWSCURRENT or
   * AWSPENDING. `readIsDone` is called after the labels were read.
   */
  release(secretArn: string, readIsDone: () => Promise<IsDone>): Promise<void>;
};

/** A gateway's secret as the registry sees it. */
export type GatewaySecret = {
  readonly arn: string;
  readonly isBeingDeleted: boolean;
  /** The version under AWSCURRENT; absent when the secret has no value. */
  readonly currentVersionId?: string;
  readonly rotates: boolean;
  /** The schedule it has, which may be one that this system did not set; `isOurs`: with our rotation function. */
  readonly schedule?: Schedule & { readonly isOurs: boolean };
};

/** What became of a change of a secret's schedule: Secrets Manager takes none while a rotation of the secret is not complete. */
export type ScheduleChange = 'CHANGED' | 'ROTATION_UNFINISHED';

/** The gateways' secrets themselves, for the registry. `secretId` is a name or an ARN. Throws StepFailed and TemporarilyUnavailable. */
export type GatewaySecrets = {
  /** `undefined` when there is no such secret. */
  find(secretId: string): Promise<GatewaySecret | undefined>;
  /** A new secret that holds the placeholder. */
  create(name: string, gatewayId: GatewayId): Promise<GatewaySecret>;
  /** Takes a secret back that is scheduled for deletion; of one that is not, nothing changes. */
  restore(secretId: string): Promise<void>;
  /** Lets Secrets Manager rotate the secret by this schedule with our function; nothing is rotated by this. */
  setSchedule(secretId: string, schedule: Schedule): Promise<ScheduleChange>;
  clearSchedule(secretId: string): Promise<ScheduleChange>;
};

/** The current version of a secret, and what is shown of it beside. */
export type KitSecret = {
  readonly arn: string | undefined;
  readonly versionId: string | undefined;
  readonly text: string | undefined;
} & Omit<ShownKey, 'text'>;

/** The secrets that one kit may use: those whose tag names it or its gateway. All throw KitCallFailed. */
export type KitSecrets = {
  /** The text of one that is only read, such as a token. */
  readText(secretId: string, signal: AbortSignal): Promise<string>;
  /** One that a kit reads; `undefined` when it has no value yet. */
  read(secretId: string, signal: AbortSignal): Promise<KitSecret | undefined>;
  /** Makes `text` current under this version id, once. */
  write(secretId: string, versionId: string, text: string, signal: AbortSignal): Promise<void>;
};
