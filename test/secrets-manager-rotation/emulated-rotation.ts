import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import { usesIn } from '../../lambdas/aws/uses.ts';
import { digestOf } from '../../lambdas/domain/digest.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { GatewayId, RotationId } from '../../lambdas/domain/ids.ts';
import type { Executions, PolicyCheck } from '../../lambdas/ports.ts';
import { rotateSecret } from '../../lambdas/secrets-manager-rotation/rotate-secret.ts';
import { gatewaysIn } from '../../lambdas/wiring/gateways.ts';
import { createCredential } from '../../lambdas/workflow/create-credential.ts';
import { startAttempt } from '../../lambdas/workflow/shared/start-attempt.ts';
import { gateway as blank, mintIn, openEmulated } from '../aws/emulated.ts';
import { noPingOne } from '../support/no-pingone.ts';

export const token = '55555555-5555-4555-8555-555555555555' as RotationId;
export const other = '66666666-6666-4666-8666-666666666666' as RotationId;
export const first = '11111111-1111-4111-8111-111111111111' as RotationId;
export const fourSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
const by = { actor: 'ann', reason: 'test' };

/** The calls of one run, and what happens at each: called before a call is sent, and after it was answered. */
export type Watch = { before: (call: string) => Promise<void>; after: (call: string) => Promise<void> };
const nobody: Watch = { before: async () => undefined, after: async () => undefined };

/** Emulated services with a rotation function, and any number of gateways on them, each with a secret of its own. */
export const openRotations = async () => {
  const emulated = await openEmulated({ canInvoke: true });
  const clock = { nowMs: 1_800_000_000_000 };
  const now = () => clock.nowMs;
  let count = 0;

  /** What the stages need; every call to AWS and to the policy check passes the watch. */
  const needsWatched = (watch: Watch, started: string[]) => {
    const through = async <Output>(call: string, send: () => Promise<Output>): Promise<Output> => {
      await watch.before(call);
      const output = await send();
      await watch.after(call);
      return output;
    };
    const dynamodb = new DynamoDBClient(emulated.settings);
    const secretsManager = new SecretsManagerClient(emulated.settings);
    const names = { step: 'initialize', name: 'watch' } as const;
    dynamodb.middlewareStack.add(
      (next, { commandName }) =>
        (args) =>
          through(`${commandName}`, () => next(args)),
      names,
    );
    secretsManager.middlewareStack.add(
      (next, { commandName }) =>
        (args) =>
          through(`${commandName}`, () => next(args)),
      names,
    );
    const gateways = gatewaysIn(dynamodb, emulated.table, async () => undefined, now);
    const policyCheck: PolicyCheck = {
      ask: (gatewayId, value) =>
        through('AskPolicyCheck', async () => {
          const live = (await unwatched.read(gatewayId))?.live ?? [];
          const known = live.find(({ digest }) => digest === digestOf(value));
          const isDead = known?.compromised !== undefined && now() >= known.compromised.rejectAfterMs;
          return known && !isDead ? 'ACCEPTED' : 'REFUSED';
        }),
    };
    const executions: Executions = {
      arnOf: ({ rotationId }, attempt) => `arn:${rotationId}-${attempt}`,
      start: ({ rotation }) =>
        through('StartExecution', async () => void started.push(`arn:${rotation?.rotationId}-${rotation?.attempt}`)),
      stateOf: (arn) =>
        through('DescribeExecution', async () =>
          started.includes(arn) ? ({ kind: 'RUNNING' } as const) : ({ kind: 'ABSENT' } as const),
        ),
      stop: async () => undefined,
    };
    return {
      gateways,
      secretVersions: secretVersionsIn(secretsManager),
      policyCheck,
      pingOne: noPingOne,
      executions,
      uses: usesIn(dynamodb, emulated.table),
      secretPrefix: 'gateway-credential/',
      now,
      log: () => undefined,
      pause: async () => undefined,
    };
  };
  const unwatched = gatewaysIn(emulated.dynamodb, emulated.table, async () => undefined, now);

  /** A gateway whose secret rotates and has begun to with `token`; with one current credential, or with the placeholder. */
  const openGateway = async (kind: 'rotated' | 'bootstrap' = 'rotated') => {
    const gatewayId = `orders-${++count}` as GatewayId;
    const started: string[] = [];
    const needs = needsWatched(nobody, started);
    const secret = await emulated.secretsManager.send(
      new CreateSecretCommand({ Name: `gateway-credential/${gatewayId}`, SecretString: '{"state":"bootstrap"}' }),
    );
    const secretArn = secret.ARN ?? '';
    const bare: Gateway = { ...blank(gatewayId), secretArn, currentVersionId: secret.VersionId ?? '', shardCount: 1 };
    const minted = kind === 'rotated' ? await mintIn(needs.secretVersions, secretArn, first) : undefined;
    if (minted) await needs.secretVersions.promote(secretArn, first, undefined);
    await unwatched.register(
      minted
        ? {
            ...bare,
            currentVersionId: first,
            currentCredentialId: minted.credentialId,
            live: [
              {
                credentialId: minted.credentialId,
                digest: digestOf(minted.value),
                stage: 'CURRENT',
                createdAtMs: 1,
                versionId: first,
                origin: { kind: 'minted', rotationId: first, trigger: 'bootstrap' },
              },
            ],
          }
        : bare,
    );
    const begin = (ClientRequestToken: string) =>
      emulated.secretsManager.send(
        new RotateSecretCommand({
          SecretId: secretArn,
          ClientRequestToken,
          RotationLambdaARN: 'arn:aws:lambda:us-east-1:000000000000:function:rotate-secret',
          RotationRules: { AutomaticallyAfterDays: 300 },
        }),
      );
    await begin(token);
    const record = async (): Promise<Gateway> => {
      const found = await unwatched.read(gatewayId);
      if (!found) throw new Error('The gateway is not registered.');
      return found;
    };
    const labels = async (): Promise<Record<string, string[]>> =>
      (await emulated.secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }))).VersionIdsToStages ?? {};
    const eventOf = (Step: string, ClientRequestToken: string) => ({ Step, SecretId: secretArn, ClientRequestToken });
    return {
      gatewayId,
      secretArn,
      started,
      needs,
      record,
      labels,
      begin,
      /** The version that a label is on. */
      holder: async (label: string): Promise<string | undefined> =>
        Object.entries(await labels()).find(([, held]) => held.includes(label))?.[0],
      step: (Step: string, ClientRequestToken: string = token, given: Partial<typeof needs> = {}) =>
        rotateSecret({ ...needs, ...given }, eventOf(Step, ClientRequestToken)),
      /** All four steps as Secrets Manager runs them: up to the first that fails. */
      run: async (watch: Watch = nobody, ClientRequestToken: string = token): Promise<void> => {
        const watched = needsWatched(watch, started);
        for (const Step of fourSteps) await rotateSecret(watched, eventOf(Step, ClientRequestToken));
      },
      /** Presses the button, as the record is told of it. */
      press: () =>
        unwatched.apply(gatewayId, {
          kind: 'compromise',
          requestId: 'press',
          rotationId: other,
          rejectWithinSeconds: 60,
          ...by,
        }),
      /** The compromise run up to its promotion. */
      replace: async (): Promise<void> => {
        if ((await record()).rotation?.attempt === 0)
          await startAttempt(needs, await record(), { failed: false, ...by });
        const { rotation } = await record();
        if (rotation)
          await createCredential(needs, {
            gatewayId,
            rotationId: rotation.rotationId,
            attempt: rotation.attempt,
            historyEvents: 0,
          });
      },
    };
  };
  return { ...emulated, clock, openGateway };
};
export type Rotations = Awaited<ReturnType<typeof openRotations>>;
