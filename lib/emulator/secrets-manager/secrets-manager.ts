import type { Persistence } from '../wire/persistence.ts';
import { AwsError, type AwsService, type Clock, unknownOperation } from '../wire/service.ts';
import { describeSecret, listSecrets, listSecretVersionIds } from './descriptions.ts';
import { getRandomPassword } from './password.ts';
import { cancelRotateSecret, rotateSecret, rotationFunctionOf } from './rotation.ts';
import { attemptRotation, beginScheduled, dueAtMs, type RotationEvent, type RotationNotice } from './rotation-run.ts';
import { createSecret, deleteSecret, restoreSecret, tagResource, untagResource, updateSecret } from './secrets.ts';
import { purgeDeleted, type SecretsState, secretOf, type Tag, type World } from './state.ts';
import { getSecretValue, noteRead, putSecretValue, updateSecretVersionStage } from './values.ts';

/** What the emulated Secrets Manager needs from its deployment. */
export type SecretsManagerOptions = {
  readonly persistence: Persistence<SecretsState>;
  readonly clock: Clock;
  /** Whether a rotation function of that name or ARN exists, and lets Secrets Manager invoke it for the secret. */
  readonly canInvoke: (functionArn: string, secretArn: string) => Promise<boolean>;
  /** Invokes a rotation function and waits; rejects when it is not there or ends with an error. */
  readonly invokeFunction: (functionArn: string, event: RotationEvent) => Promise<void>;
  readonly report: (notice: RotationNotice) => void;
  /** Whether the key of the secret of that name can be used; default: each can. */
  readonly isKeyEnabled?: (secretName: string) => boolean;
};

/** What policies may look at in a secret. */
export type KnownSecret = {
  readonly arn: string;
  readonly tags: readonly Tag[];
  readonly functionArn: string | undefined;
};

/** The emulated Secrets Manager; its owner calls `runDue` at start, whenever `nextDueAtMs` has come, or simply every second. */
export type SecretsManager = AwsService & {
  /** When the next rotation or attempt is due; undefined when none is planned. API calls change it. */
  nextDueAtMs(): number | undefined;
  /** Runs what is due and resolves when it has ended. A rotation that a killed process left is due at once. */
  runDue(): Promise<void>;
  /** The secret of that name, ARN, or ARN without its suffix. */
  find(secretId: string): KnownSecret | undefined;
};

type Operation = (world: World, input: Record<string, unknown>) => Record<string, unknown>;

const READS: ReadonlyMap<string, Operation> = new Map([
  ['DescribeSecret', describeSecret],
  ['GetRandomPassword', getRandomPassword],
  ['GetSecretValue', getSecretValue],
  ['ListSecrets', listSecrets],
  ['ListSecretVersionIds', listSecretVersionIds],
]);

const CHANGES: ReadonlyMap<string, Operation> = new Map([
  ['CancelRotateSecret', cancelRotateSecret],
  ['CreateSecret', createSecret],
  ['DeleteSecret', deleteSecret],
  ['PutSecretValue', putSecretValue],
  ['RestoreSecret', restoreSecret],
  ['TagResource', tagResource],
  ['UntagResource', untagResource],
  ['UpdateSecret', updateSecret],
  ['UpdateSecretVersionStage', updateSecretVersionStage],
]);

/** Secrets Manager on this machine: one saved state, each operation whole or not at all. */
export const createSecretsManager = (options: SecretsManagerOptions): SecretsManager => {
  const { persistence, clock, canInvoke, invokeFunction, report, isKeyEnabled = () => true } = options;
  let state: SecretsState = persistence.load() ?? { secrets: [] };
  const running = new Map<string, Promise<void>>();

  const change = <Result>(work: (world: World) => Result): Result => {
    const world: World = { state: structuredClone(state), nowMs: clock(), isKeyEnabled };
    purgeDeleted(world);
    const result = work(world);
    persistence.save(world.state);
    state = world.state;
    return result;
  };

  const look = <Result>(work: (world: World) => Result): Result => {
    const world: World = { state, nowMs: clock(), isKeyEnabled };
    purgeDeleted(world);
    return work(world);
  };

  /** The day of a read is no reason to refuse it while nothing can be written: it is saved with the next change. */
  const saveNote = (): void => {
    try {
      persistence.save(state);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  };

  const runDue = async (): Promise<void> => {
    const nowMs = clock();
    const due = () => state.secrets.filter((secret) => (dueAtMs(secret) ?? Number.POSITIVE_INFINITY) <= nowMs);
    if (due().some(({ rotation }) => !rotation?.underWay)) {
      change((world) => {
        for (const secret of world.state.secrets) beginScheduled(world, secret);
      });
    }
    for (const { arn } of due()) {
      if (running.has(arn)) continue;
      const attempt = attemptRotation(arn, { change, invokeFunction, report }).finally(() => running.delete(arn));
      running.set(arn, attempt);
    }
    await Promise.all(running.values());
  };

  /** What fails here to be saved is still due, and fails again where the owner calls `runDue`. */
  const runSoon = () => setImmediate(() => runDue().catch(() => undefined));

  return {
    signingName: 'secretsmanager',
    call: async (name, input) => {
      const reading = READS.get(name);
      if (reading) {
        const output = look((world) => reading(world, input));
        if (name === 'GetSecretValue') {
          const read = { arn: output.ARN, versionId: output.VersionId };
          if (look((world) => noteRead(world, read))) saveNote();
        }
        return output;
      }
      const changing = CHANGES.get(name);
      if (changing) return change((world) => changing(world, input));
      if (name !== 'RotateSecret') throw unknownOperation(name);
      const { functionArn, secretArn } = look((world) => rotationFunctionOf(world, input));
      const isInvocable = functionArn !== undefined && (await canInvoke(functionArn, secretArn));
      const output = change((world) => rotateSecret(world, input, isInvocable));
      runSoon();
      return output;
    },
    nextDueAtMs: () => {
      const all = state.secrets.map(dueAtMs).filter((atMs) => atMs !== undefined);
      return all.length > 0 ? Math.min(...all) : undefined;
    },
    runDue,
    find: (secretId) => {
      const secret = secretOf(state, secretId);
      return secret && { arn: secret.arn, tags: secret.tags, functionArn: secret.rotation?.functionArn };
    },
  };
};
