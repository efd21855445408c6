import { randomInt } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { type CredentialValue, composeCredential, parseCredential, randomDigits } from '../domain/credential.ts';
import { CurrentMovedElsewhere, StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import type { CredentialId } from '../domain/ids.ts';

/** What a gateway's secret holds before its first credential; every reader refuses it. */
export const placeholder = JSON.stringify({ state: 'bootstrap' });

/** A value with its version in the gateway's secret; the value stays in the memory of the function that asked. */
export type Stored = {
  readonly credentialId: CredentialId;
  readonly value: CredentialValue;
  readonly versionId: string;
};

/** A secret's name and ARN, whether it rotates, and the labels of its versions. */
export type SecretDescription = {
  readonly arn: string;
  readonly name: string;
  readonly rotates: boolean;
  /** Secrets Manager rotates it by then: the end of the next window (DescribeSecret); absent without a schedule. */
  readonly nextRotationAtMs?: number;
  readonly labels: ReadonlyMap<string, readonly string[]>;
};

/** The gateway secrets in Secrets Manager: the only place where values are stored. */
export type SecretVersions = {
  /** The credential in a version; `undefined` when the version does not exist or has no value yet. Throws StepFailed for a value that is no credential. */
  readVersion(secretArn: string, versionId: string): Promise<Stored | undefined>;
  /** The secret as Secrets Manager describes it. Throws StepFailed when there is none. */
  describe(secretId: string): Promise<SecretDescription>;
  /** The value of the version, made and put once: a second call with the same version id finds what the first has put. */
  mint(
    secretArn: string,
    versionId: string,
    rotation?: { readonly rotationToken: string | undefined },
  ): Promise<Stored>;
  /** Takes AWSPENDING off a version that is not AWSCURRENT, so that Secrets Manager can rotate again; without `versionId`, off any such version. */
  stripPending(secretArn: string, versionId?: string): Promise<boolean>;
  /** Moves AWSCURRENT to a version, only from one of the versions named; `undefined` means from whatever it is on (a compromise). Already there: nothing. An AWSPENDING does not stay on the version that it leaves: Secrets Manager would take that for an unfinished rotation. */
  promote(secretArn: string, versionId: string, fromVersionIds: readonly string[] | undefined): Promise<void>;
  /** Puts the `live-` label of an adopted credential on its version. */
  keep(secretArn: string, credentialId: CredentialId, versionId: string): Promise<void>;
  /** Takes the `live-` labels off the versions that nobody needs any more. */
  release(secretArn: string, isDone: (credentialId: CredentialId, versionId: string) => boolean): Promise<void>;
};

/** Keeps a live credential's version from being cleaned up, whatever happens to AWSCURRENT and AWSPREVIOUS. */
export const liveLabel = (credentialId: CredentialId): string => `${liveLabelPrefix}${credentialId}`;
const liveLabelPrefix = 'live-';

const valueText = (stored: Pick<Stored, 'credentialId' | 'value'>): string =>
  JSON.stringify({ credentialId: stored.credentialId, credential: stored.value });

/** Reads what {@link valueText} wrote; never names the text in an error. */
export const parseValue = (text: string, versionId: string): Stored => {
  let credential: unknown;
  try {
    ({ credential } = JSON.parse(text) as { credential?: unknown });
  } catch {
    credential = text;
  }
  const parsed = typeof credential === 'string' ? parseCredential(credential) : undefined;
  if (!parsed)
    throw new StepFailed(
      `Version ${versionId} of the gateway's secret does not hold a credential; put it back or roll the version's labels back.`,
    );
  return { ...parsed, versionId };
};

/** Errors of Secrets Manager that the same request meets again. */
const notRetryable: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'DecryptionFailure',
  'EncryptionFailure',
  'InvalidParameterException',
  'InvalidRequestException',
  'LimitExceededException',
]);

const callSecretsManager = async <Output>(
  what: string,
  call: Promise<Output>,
  isNotRetryable = (name: string): boolean => notRetryable.has(name),
): Promise<Output | undefined> => {
  try {
    return await call;
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown';
    if (name === 'ResourceNotFoundException') return undefined;
    if (isNotRetryable(name))
      throw new StepFailed(
        `${what}: Secrets Manager answered ${name}; check the secret, its key and the function's permissions.`,
        { cause },
      );
    throw new TemporarilyUnavailable(`${what}: Secrets Manager answered ${name}.`, { cause });
  }
};

/** The AWSCURRENT text of any other secret, such as a kit's token. Throws StepFailed when there is none. */
export const readSecret = async (secretsManager: SecretsManagerClient, secretId: string): Promise<string> => {
  const found = await callSecretsManager(
    `Reading secret ${secretId}`,
    secretsManager.send(new GetSecretValueCommand({ SecretId: secretId })),
  );
  if (found?.SecretString === undefined) throw new StepFailed(`Secret ${secretId} does not exist or holds no text.`);
  return found.SecretString;
};

export const secretVersionsIn = (secretsManager: SecretsManagerClient): SecretVersions => {
  const describe: SecretVersions['describe'] = async (secretId) => {
    const found = await callSecretsManager(
      'Reading the labels of the gateway secret',
      secretsManager.send(new DescribeSecretCommand({ SecretId: secretId })),
    );
    if (!found) throw new StepFailed('The gateway secret does not exist; apply gateways.json again.');
    const labels = new Map(Object.entries(found.VersionIdsToStages ?? {}));
    const { ARN: arn = '', Name: name = '', RotationEnabled: rotates = false, NextRotationDate: next } = found;
    return { arn, name, rotates, ...(next ? { nextRotationAtMs: next.getTime() } : {}), labels };
  };
  /** Which version each label is on. */
  const labels = async (secretArn: string): Promise<ReadonlyMap<string, string>> =>
    new Map(
      [...(await describe(secretArn)).labels].flatMap(([versionId, held]) =>
        held.map((label) => [label, versionId] as const),
      ),
    );

  /** A compare-and-swap of one label: that it is not where it was just read is a lost race, and good to read again. */
  const moveLabel = (
    what: string,
    move: Omit<UpdateSecretVersionStageCommandInput, 'SecretId'> & { readonly SecretId: string },
  ): Promise<unknown> =>
    callSecretsManager<unknown>(
      what,
      secretsManager.send(new UpdateSecretVersionStageCommand(move)),
      (name) => name !== 'InvalidParameterException' && notRetryable.has(name),
    );

  const takePendingOff = (SecretId: string, RemoveFromVersionId: string): Promise<unknown> =>
    moveLabel('Taking AWSPENDING off', { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId });

  const readVersion: SecretVersions['readVersion'] = async (secretArn, versionId) => {
    const found = await callSecretsManager(
      'Reading a version of the gateway secret',
      secretsManager.send(new GetSecretValueCommand({ SecretId: secretArn, VersionId: versionId })),
    );
    return found?.SecretString === undefined ? undefined : parseValue(found.SecretString, versionId);
  };

  return {
    describe,
    readVersion,
    stripPending: async (secretArn, versionId) => {
      const held = await labels(secretArn);
      const pending = held.get('AWSPENDING');
      if (
        pending === undefined ||
        pending === held.get('AWSCURRENT') ||
        (versionId !== undefined && pending !== versionId)
      )
        return false;
      await takePendingOff(secretArn, pending);
      return true;
    },
    mint: async (secretArn, versionId, rotation) => {
      const before = await readVersion(secretArn, versionId);
      if (before) return before;
      const made = composeCredential(Array.from({ length: randomDigits }, () => randomInt(62)));
      const put = new PutSecretValueCommand({
        SecretId: secretArn,
        ClientRequestToken: versionId,
        SecretString: valueText(made),
        VersionStages: [...(rotation ? ['AWSPENDING'] : []), liveLabel(made.credentialId)],
        ...(rotation?.rotationToken ? { RotationToken: rotation.rotationToken } : {}),
      });
      const sent = secretsManager.send(put).catch((cause: unknown) => {
        // Another run put its value under this version id first: a version is immutable, so what it holds is the one.
        if (!(cause instanceof Error && cause.name === 'ResourceExistsException')) throw cause;
      });
      await callSecretsManager('Putting the new value', sent);
      const stored = await readVersion(secretArn, versionId);
      if (!stored) throw new TemporarilyUnavailable('The new version of the gateway secret cannot be read yet.');
      return stored;
    },
    promote: async (secretArn, versionId, fromVersionIds) => {
      const held = await labels(secretArn);
      const current = held.get('AWSCURRENT');
      if (current === versionId) return;
      if (fromVersionIds && !(current && fromVersionIds.includes(current)))
        throw new CurrentMovedElsewhere(
          `AWSCURRENT is on version ${current ?? 'none'}, and the record names ${[...new Set(fromVersionIds)].join(', ')}: somebody put a value by hand; move AWSCURRENT back to one of these.`,
        );
      if (current && held.get('AWSPENDING') === current) await takePendingOff(secretArn, current);
      const moved = await moveLabel('Moving AWSCURRENT', {
        SecretId: secretArn,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: versionId,
        ...(current ? { RemoveFromVersionId: current } : {}),
      });
      if (!moved) throw new StepFailed(`Version ${versionId} of the gateway secret does not exist.`);
    },
    keep: async (secretArn, credentialId, versionId) => {
      const label = liveLabel(credentialId);
      const holder = (await labels(secretArn)).get(label);
      if (holder === versionId) return;
      await moveLabel('Keeping a version of the gateway secret', {
        SecretId: secretArn,
        VersionStage: label,
        MoveToVersionId: versionId,
        ...(holder ? { RemoveFromVersionId: holder } : {}),
      });
    },
    release: async (secretArn, isDone) => {
      for (const [label, versionId] of await labels(secretArn)) {
        if (!label.startsWith(liveLabelPrefix)) continue;
        if (!isDone(label.slice(liveLabelPrefix.length) as CredentialId, versionId)) continue;
        await moveLabel('Releasing a label', {
          SecretId: secretArn,
          VersionStage: label,
          RemoveFromVersionId: versionId,
        });
      }
    },
  };
};
