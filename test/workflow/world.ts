import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { inject } from 'vitest';
import type { Gateway, Transition } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import type { Template } from '../../lib/emulator/cloudformation/template.ts';
import { openForTest } from '../support/open-deployment.ts';
import { statusFor } from '../support/status-for.ts';
import { tagOfKits } from '../support/system.ts';
import { virtualTimers } from '../support/virtual-timers.ts';

const gatewayId = 'orders' as GatewayId;
const kitId = 'reader';
const kitSecret = 'kits/reader';

/** A process that runs the deployment over a data folder, with one kit that asks all the time, until it is killed. */
export type World = Awaited<ReturnType<typeof openWorld>>;

export type WorldOptions = {
  /** What survives the process. */
  readonly folder: string;
  readonly startAtMs: number;
  /** The process dies as soon as a transition of this kind is published. */
  readonly diesAt?: string;
  /** The text of the definition that is deployed; default that of the stack. */
  readonly definition?: string | undefined;
};

/** A folder with the gateway "orders" and its kit, which reads its credential from a secret of its own. */
export const newFolder = (changed: object = {}): string => {
  const folder = mkdtempSync(join(tmpdir(), 'world-'));
  const policy = {
    quietWindowSeconds: 4,
    useRecordingSeconds: 1,
    longestRequestSeconds: 1,
    longestWaitSeconds: 2,
    ...changed,
  };
  const settings = { secretId: kitSecret, propagationSeconds: 1 };
  const kits = [{ kitId, kind: 'secrets-manager', owner: 'reader-team@example.com', lookBackSeconds: 60, settings }];
  const gateways = [{ gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, policy, kits }];
  writeFileSync(join(folder, 'gateways.json'), JSON.stringify({ gateways }));
  return folder;
};

export const copyOf = (folder: string): string => {
  const copy = mkdtempSync(join(tmpdir(), 'world-'));
  cpSync(folder, copy, { recursive: true });
  return copy;
};

export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

const withDefinition = ({ Resources }: Template, DefinitionString: string): Template => ({
  Resources: Object.fromEntries(
    Object.entries(Resources).map(([logicalId, { Properties, ...resource }]) => [
      logicalId,
      resource.Type === 'AWS::StepFunctions::StateMachine'
        ? { ...resource, Properties: { ...Properties, DefinitionString } }
        : { ...resource, ...(Properties ? { Properties } : {}) },
    ]),
  ),
});

/** Opens the deployment over the folder. Its time stands at `startAtMs` and moves only by `second`. */
export const openWorld = async ({ folder, startAtMs, diesAt, definition }: WorldOptions) => {
  const timers = virtualTimers(startAtMs);
  const refusals: string[] = [];
  const stolen = { value: '', answers: [] as { readonly atMs: number; readonly status: number }[] };
  let dying: Promise<void> | undefined;
  const deployment = await openForTest({
    template: definition === undefined ? inject('template') : withDefinition(inject('template'), definition),
    registryFile: join(folder, 'gateways.json'),
    dataFolder: join(folder, 'data'),
    timers,
    onEvent: ({ detail }) => {
      if (diesAt !== undefined && 'kind' in detail && detail.kind === diesAt) dying ??= deployment.close();
    },
  });
  const { stores, call, secretsManager, stepFunctions, cloud } = deployment;

  const gateway = async (): Promise<Gateway> => {
    const found = await stores.gateways.read(gatewayId);
    if (!found) throw new Error('The gateway is not registered.');
    return found;
  };
  const secretText = async (SecretId: string): Promise<string> =>
    (await secretsManager.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
  const ask = (value: string): Promise<number> =>
    statusFor(`${deployment.policyCheckUrl}/gateways/${gatewayId}/kits/${kitId}`, value);
  /** The kit asks with what it holds; a credential that it was given is never refused. */
  const kitAsks = async (): Promise<void> => {
    const held = await secretText(kitSecret);
    if (held.startsWith('gwc_') && (await ask(held)) === 401) refusals.push(`at ${timers.now()}`);
  };
  /** Somebody else asks with what he has stolen, so that it is never quiet. */
  const thiefAsks = async (): Promise<void> => {
    const atMs = timers.now();
    if (stolen.value) stolen.answers.push({ atMs, status: await ask(stolen.value) });
  };
  /** One second passes, and everybody asks. What a dying process answers is nobody's concern. */
  const second = async (): Promise<void> => {
    await timers.advance(1_000);
    for (const asks of [kitAsks, thiefAsks])
      await asks().catch((error: unknown) => {
        if (!dying) throw error;
      });
  };
  const labels = async (): Promise<Readonly<Record<string, string>>> => {
    const { secretArn } = await gateway();
    const { VersionIdsToStages = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }));
    return Object.fromEntries(
      Object.entries(VersionIdsToStages).flatMap(([versionId, held]) => held.map((label) => [label, versionId])),
    );
  };
  const audit = async (): Promise<readonly Transition[]> => {
    await stores.gateways.flush(await gateway());
    const found: Transition[] = [];
    for await (const one of stores.audit(gatewayId, 0)) found.push(one);
    return found;
  };

  return {
    gateway,
    ask,
    second,
    labels,
    audit,
    call,
    refusals,
    stolen,
    now: timers.now,
    isDead: () => dying !== undefined,
    currentCredential: async (): Promise<string> => {
      const { secretArn } = await gateway();
      return (JSON.parse(await secretText(secretArn)) as { credential: string }).credential;
    },
    register: async (): Promise<void> => {
      await secretsManager.send(
        new CreateSecretCommand({ Name: kitSecret, SecretString: 'none yet', Tags: [tagOfKits] }),
      );
      await call('apply-registry', { actor: 'test', reason: 'test' });
    },
    rotate: () =>
      stepFunctions.send(
        new StartExecutionCommand({
          stateMachineArn: cloud.outputs.stateMachineArn,
          input: JSON.stringify({ gatewayId, reason: 'quarterly' }),
        }),
      ),
    compromise: (rejectWithinSeconds: number) =>
      call('compromise', {
        gatewayId,
        confirmGatewayId: gatewayId,
        reason: 'leaked',
        actor: 'ann',
        requestId: 'press-1',
        rejectWithinSeconds,
      }),
    /** Takes a decision as an operator. */
    decide: (command: string) => call('operate', { command, gatewayId, actor: 'ann', reason: 'test' }),
    /** Starts the execution of an attempt once more, as one that comes late. */
    lateAttempt: async (rotationId: string, attempt: number): Promise<string | undefined> => {
      const { executionArn } = await stepFunctions.send(
        new StartExecutionCommand({
          stateMachineArn: cloud.outputs.stateMachineArn,
          input: JSON.stringify({ gatewayId, rotationId, attempt }),
        }),
      );
      const describeIt = () => stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      await timers.runUntil(async () => (await describeIt()).status !== 'RUNNING', 600_000);
      return (await describeIt()).error;
    },
    credentialOf: async (versionId: string): Promise<string> => {
      const { secretArn: SecretId } = await gateway();
      const found = await secretsManager.send(new GetSecretValueCommand({ SecretId, VersionId: versionId }));
      return (JSON.parse(found.SecretString ?? '') as { credential: string }).credential;
    },
    close: async (): Promise<void> => {
      dying ??= deployment.close();
      await dying;
    },
  };
};

/** Seconds pass, and the reconciler runs every minute, until no rotation runs. Rejects after ten minutes. */
export const untilEnded = async (world: World): Promise<Gateway> => {
  for (let waited = 0; waited < 600; waited++) {
    if (waited % 60 === 0) await world.call('reconcile', {});
    const gateway = await world.gateway();
    if (!gateway.rotation) return gateway;
    await world.second();
  }
  throw new Error(`The rotation does not end: ${JSON.stringify((await world.gateway()).rotation)}`);
};

/** Seconds pass until the process is dead. Rejects after ten minutes. */
export const untilDead = async (world: World): Promise<void> => {
  for (let waited = 0; waited < 600 && !world.isDead(); waited++) await world.second();
  if (!world.isDead()) throw new Error('The process did not die: no such transition was recorded.');
  await world.close();
};
