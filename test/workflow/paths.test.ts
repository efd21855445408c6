import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import type { RotationId } from '../../lambdas/domain/ids.ts';
import { listenAt } from '../../lib/emulator/wire/held-port.ts';
import { openWebhookReceiver } from '../../lib/local/stand-ins/webhook-receiver.ts';
import { gatewayId, manualKit, openRotated, openSystem, type System, tagOfKits } from '../support/system.ts';

const open: System[] = [];
const visited = new Set<string>();
const arms = new Set<string>();
const by = { actor: 'ann', reason: 'test' };
const signingSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

const rotated = async (...given: Parameters<typeof openRotated>): Promise<System> => {
  const system = await openRotated(...given);
  open.push(system);
  return system;
};

/** Remembers which states and which arms of the choice an ended execution took. */
const remember = async (
  { deployment: { stepFunctions } }: System,
  executionArn: string,
): Promise<readonly string[]> => {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn, ...(nextToken ? { nextToken } : {}) }),
    );
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  const names = events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
  for (const [index, name] of names.entries()) {
    visited.add(name);
    if (name === 'NextStage') arms.add(names[index + 1] ?? 'none');
  }
  return names;
};

/** Waits for the end of an execution and answers how it ended. */
const endOf = async (system: System, executionArn: string, withinMs = 3_600_000) => {
  const { stepFunctions } = system.deployment;
  const describeIt = () => stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  await system.timers.runUntil(async () => (await describeIt()).status !== 'RUNNING', withinMs);
  const { status, error, cause } = await describeIt();
  return { status, error, cause, states: await remember(system, executionArn) };
};

const start = (system: System): Promise<string> => system.start({ gatewayId, reason: 'quarterly' });
const kinds = async (system: System): Promise<readonly string[]> => (await system.audit()).map(({ kind }) => kind);
const current = async (system: System): Promise<string> => {
  const { currentVersionId } = await system.gateway();
  return system.credentialOf({ versionId: currentVersionId });
};
const executionsOf = async ({ deployment: { stepFunctions, cloud } }: System): Promise<readonly string[]> => {
  const { executions = [] } = await stepFunctions.send(
    new ListExecutionsCommand({ stateMachineArn: cloud.outputs.stateMachineArn }),
  );
  return executions.map(({ executionArn }) => executionArn ?? '');
};
const atDistributed = (system: System) => system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');

afterEach(async () => {
  for (const system of open.splice(0)) {
    for (const executionArn of await executionsOf(system)) await remember(system, executionArn);
    await system.close();
  }
});

describe('A rotation', () => {
  it('goes create, distribute, verify, revoke; old and new are accepted in between, and the old one is refused at the end (invariants 1, 2 and 8)', async () => {
    const system = await rotated();
    const old = await current(system);
    const before = (await kinds(system)).length;
    const executionArn = await start(system);
    await atDistributed(system);
    expect(await system.ask(old, 'one')).toBe(200);
    expect(await system.ask(await current(system), 'one')).toBe(200);
    await system.acknowledge();
    const { status, states } = await endOf(system, executionArn);
    expect(status).toBe('SUCCEEDED');
    expect(states.at(-1)).toBe('RotationCompleted');
    expect((await kinds(system)).slice(before)).toEqual([
      'begin',
      'created',
      'accepted',
      'promoting',
      'promoted',
      'distributed',
      'acknowledge-kit',
      'verified',
      'revoke',
      'confirm',
      'complete',
    ]);
    expect(await system.ask(old)).toBe(401);
    expect(await system.ask(await current(system))).toBe(200);
    expect((await system.gateway()).live).toMatchObject([{ stage: 'CURRENT' }]);
  });

  it('lets any use of the old credential restart the quiet window (invariant 2)', async () => {
    const system = await rotated();
    const old = await current(system);
    const executionArn = await start(system);
    await atDistributed(system);
    await system.acknowledge();
    await system.timers.advance(3_000);
    const usedAtMs = system.timers.now();
    expect(await system.ask(old, 'stranger')).toBe(200);
    await endOf(system, executionArn);
    const revoked = (await system.audit()).findLast(({ kind }) => kind === 'revoke');
    expect(revoked?.atMs).toBeGreaterThanOrEqual(usedAtMs + 4_000);
  });

  it('takes in a kit that appears on the way: nothing is revoked before it has evidence (invariant 2)', async () => {
    const system = await rotated();
    const executionArn = await start(system);
    await atDistributed(system);
    await system.acknowledge();
    const { stores } = system.deployment;
    for await (const kit of stores.kits.all(gatewayId, 1)) {
      const { work: _w, acknowledged: _a, ...registered } = kit;
      await stores.kits.save({ ...registered, kitId: 'late' as typeof kit.kitId, owner: 'late' }, 1);
    }
    await stores.gateways.apply(gatewayId, { kind: 'kits-changed', added: 1, changed: 0, retired: 0, ...by });
    await system.timers.advance(60_000);
    expect((await system.gateway()).live).toHaveLength(2);
    expect(system.messages.some(({ message }) => message.includes('late'))).toBe(true);
    await system.acknowledge('late');
    expect(await endOf(system, executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('says revoked only after the propagation bound, and waits for it (invariant 8)', async () => {
    const system = await rotated({ policy: { serveStaleSeconds: 30, quietWindowSeconds: 31 } });
    const executionArn = await start(system);
    await atDistributed(system);
    await system.acknowledge();
    const { states } = await endOf(system, executionArn);
    expect(states).toContain('WaitForPropagation');
    const { revoked } = await system.gateway();
    expect((revoked[0]?.confirmedAtMs ?? 0) - (revoked[0]?.revokedAtMs ?? 0)).toBeGreaterThanOrEqual(30_000);
  });

  it('gives a kit that refused it the credential again, and completes when the kit takes it', async () => {
    const receiver = await openWebhookReceiver({ port: 0, signingSecret, applyMs: 0, nowMs: Date.now });
    const { url, readBackUrl } = receiver;
    const settings = { url, readBackUrl, signingSecret: 'kits/key', propagationSeconds: 1 };
    const system = await openSystem({ kits: [{ ...manualKit('one'), kind: 'webhook', settings }] });
    open.push(system);
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await system.timers.advance(5_000);
    expect((await system.gateway()).rotation).toBeDefined();
    await system.deployment.secretsManager.send(
      new CreateSecretCommand({ Name: 'kits/key', SecretString: signingSecret, Tags: [tagOfKits] }),
    );
    const [executionArn = ''] = await executionsOf(system);
    expect(await endOf(system, executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      states: expect.arrayContaining(['WaitToDistribute']),
    });
    await receiver.close();
  });
});

describe('An execution ends FAILED and says what is allowed', () => {
  it.each([
    ['"orders"'],
    ['[]'],
    ['{}'],
    ['{"gatewayId":"orders"}'],
    ['{"gatewayId":"orders","reason":""}'],
    ['{"gatewayId":"orders","reason":"x","force":true}'],
    ['{"gatewayId":"nobody","reason":"x"}'],
    ['{"gatewayId":"orders","rotationId":"11111111-1111-4111-8111-111111111111","attempt":1}'],
  ])('for the input %s', async (input) => {
    const system = await rotated();
    const { stepFunctions, cloud } = system.deployment;
    const before = (await system.gateway()).revision;
    const { executionArn } = await stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn: cloud.outputs.stateMachineArn, input }),
    );
    const { status, error, cause } = await endOf(system, executionArn ?? '');
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'InputRefused' });
    expect(cause).toMatch(/Allowed is/);
    expect((await system.gateway()).revision).toBe(before);
  });

  it('when another rotation runs (invariant 3)', async () => {
    const system = await rotated();
    await start(system);
    await atDistributed(system);
    const { rotation } = await system.gateway();
    const second = await endOf(system, await start(system));
    expect(second).toMatchObject({
      status: 'FAILED',
      error: 'RotationRefused',
      cause: expect.stringContaining('ROTATION_RUNNING'),
    });
    expect((await system.gateway()).rotation?.rotationId).toBe(rotation?.rotationId);
  });

  it('when a compromise has pre-empted it (invariant 3)', async () => {
    const system = await rotated();
    const executionArn = await start(system);
    await atDistributed(system);
    const rotationId = '22222222-2222-4222-8222-222222222222' as RotationId;
    await system.deployment.stores.gateways.apply(gatewayId, {
      kind: 'compromise',
      requestId: 'r',
      rotationId,
      rejectWithinSeconds: 60,
      ...by,
    });
    const after = (await system.gateway()).revision;
    expect(await endOf(system, executionArn)).toMatchObject({ status: 'FAILED', error: 'RotationPreempted' });
    expect((await system.gateway()).revision).toBe(after);
  });

  it('when the rotation was given up meanwhile', async () => {
    const system = await rotated();
    const executionArn = await start(system);
    await atDistributed(system);
    const { rotation } = await system.gateway();
    const rotationId = rotation?.rotationId ?? ('' as RotationId);
    await system.deployment.stores.gateways.apply(gatewayId, { kind: 'fail', rotationId, ...by });
    expect(await endOf(system, executionArn)).toMatchObject({ status: 'FAILED', error: 'RotationPreempted' });
    const late = await system.start({ gatewayId, rotationId, attempt: 1 });
    expect(await endOf(system, late)).toMatchObject({ status: 'FAILED', error: 'RotationFailed' });
    expect((await system.gateway()).live).toHaveLength(2); // it was distributed: it stays live, and the next rotation retires it
  });

  it('when somebody put a value by hand; nothing is moved, and after the repair the next attempt completes', async () => {
    const system = await rotated();
    const { secretsManager } = system.deployment;
    const { secretArn, currentVersionId } = await system.gateway();
    const byHand = '33333333-3333-4333-8333-333333333333';
    await secretsManager.send(
      new PutSecretValueCommand({ SecretId: secretArn, ClientRequestToken: byHand, SecretString: '{"by":"hand"}' }),
    );
    const executionArn = await start(system);
    expect(await endOf(system, executionArn)).toMatchObject({ status: 'FAILED', error: 'CurrentMovedElsewhere' });
    const { VersionIdsToStages } = await secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }));
    expect(VersionIdsToStages?.[byHand]).toContain('AWSCURRENT');
    await secretsManager.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secretArn,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: currentVersionId,
        RemoveFromVersionId: byHand,
      }),
    );
    await system.timers.advance(60_000);
    await system.call('reconcile', {});
    await system.finish();
    const { ended, live } = await system.gateway();
    expect(ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(live).toHaveLength(1);
  });
});

describe('A rotation that is turned', () => {
  it('ends its execution when it is held, revokes nothing, and goes on when it is resumed', async () => {
    const system = await rotated();
    const executionArn = await start(system);
    await atDistributed(system);
    await system.acknowledge();
    await system.call('operate', { command: 'hold', gatewayId, ...by });
    const { status, states } = await endOf(system, executionArn);
    expect({ status, end: states.at(-1) }).toEqual({ status: 'SUCCEEDED', end: 'RotationHeld' });
    await system.timers.advance(600_000);
    expect((await system.gateway()).live).toHaveLength(2);
    await system.call('operate', { command: 'resume', gatewayId, ...by });
    await system.until(({ rotation }) => rotation === undefined);
    expect((await system.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
  });

  it('goes back with its kits, keeps the new credential accepted until they have, and then revokes it (invariant 2)', async () => {
    const system = await rotated();
    const old = await current(system);
    const oldVersion = (await system.gateway()).currentVersionId;
    const executionArn = await start(system);
    await atDistributed(system);
    const young = await current(system);
    await system.acknowledge();
    await system.call('operate', { command: 'roll-back', gatewayId, ...by });
    await system.until(({ rotation }) => rotation?.rolledBack !== undefined && rotation.stage === 'DISTRIBUTED');
    expect((await system.gateway()).currentVersionId).toBe(oldVersion);
    await system.timers.advance(120_000);
    expect(await system.ask(young, 'one')).toBe(200);
    await system.timers.advance(120_000);
    await system.acknowledge();
    const { states } = await endOf(system, executionArn);
    expect(states.at(-1)).toBe('RotationRolledBack');
    expect([await system.ask(old), await system.ask(young)]).toEqual([200, 401]);
  });

  it.each([
    ['hold', { kind: 'hold' }, 'RotationHeld', 2],
    ['force', { kind: 'force', author: 'eve' }, 'RotationCompleted', 1],
  ])('does what the policy says at the deadline: %s', async (_, atDeadline, end, live) => {
    const system = await rotated({
      policy: { remindAfterSeconds: 10, escalateAfterSeconds: 20, deadlineSeconds: 30, atDeadline },
    });
    const executionArn = await start(system);
    const { states } = await endOf(system, executionArn);
    expect(states.at(-1)).toBe(end);
    expect((await system.gateway()).live).toHaveLength(live);
    expect((await kinds(system)).filter((kind) => kind === 'escalate')).toHaveLength(3);
    const revoke = (await system.audit()).findLast(({ kind }) => kind === 'revoke');
    if (end === 'RotationCompleted') expect(revoke?.actor).toBe('claimed: eve (the policy)');
  });

  it('leaves a shard whose run was pre-empted, gives no further kit the credential, and ends (invariant 3)', async () => {
    let onPost: () => Promise<unknown> = async () => undefined;
    const server = createServer(async (request, response) => {
      request.resume();
      if (request.method === 'POST') await onPost();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"credentialId":null}');
    });
    const port = await listenAt(server, '127.0.0.1', 0);
    const url = `http://127.0.0.1:${port}/credential`;
    const settings = { url, readBackUrl: url, signingSecret: 'kits/key', propagationSeconds: 1 };
    const kits = Array.from({ length: 12 }, (_, index) => ({
      ...manualKit(`kit-${index}`),
      kind: 'webhook',
      settings,
    }));
    const system = await openSystem({ kits });
    open.push(system);
    const { stores, secretsManager } = system.deployment;
    const preempt = () =>
      stores.gateways.apply(gatewayId, {
        kind: 'compromise',
        requestId: 'r',
        rotationId: '44444444-4444-4444-8444-444444444444' as RotationId,
        rejectWithinSeconds: 60,
        ...by,
      });
    let pressed: Promise<unknown> | undefined;
    onPost = () => {
      pressed ??= preempt();
      return pressed;
    };
    await secretsManager.send(
      new CreateSecretCommand({ Name: 'kits/key', SecretString: signingSecret, Tags: [tagOfKits] }),
    );
    const [executionArn = ''] = await executionsOf(system);
    const { states, error } = await endOf(system, executionArn);
    expect(error).toBe('RotationPreempted');
    expect(states).toContain('ShardLeft');
    const untouched: string[] = [];
    for await (const { kitId, work } of stores.kits.all(gatewayId, 1)) if (!work) untouched.push(kitId);
    expect(untouched).toHaveLength(2);
    server.close();
  });

  it('hands on to the next attempt before its history is full', async () => {
    const system = await rotated();
    const { stores } = system.deployment;
    const { decision, policy } = await system.gateway();
    await stores.gateways.apply(gatewayId, {
      kind: 'configure',
      configuration: { decision, policy, shardCount: 1_700 },
      ...by,
    });
    for await (const { work: _w, acknowledged: _a, ...kit } of stores.kits.all(gatewayId, 1))
      await stores.kits.save(kit, 1_700);
    const executionArn = await start(system);
    const { status, states } = await endOf(system, executionArn);
    expect({ status, end: states.at(-1) }).toEqual({ status: 'SUCCEEDED', end: 'AttemptHandedOn' });
    await system.call('reconcile', {});
    expect((await system.gateway()).rotation).toMatchObject({ attempt: 2, failedAttempts: 0 });
  });
});

describe('Together the tests above', () => {
  const definition = JSON.parse(readFileSync(new URL('../../lib/rotation.asl.json', import.meta.url), 'utf8')) as {
    States: Record<string, { Choices?: { StringEquals: string; Next: string }[]; ItemProcessor?: { States: object } }>;
  };

  it('enter every state and take every arm, but the one for a defect, the ones for a plan and the wait for PingOne', () => {
    // A stage that no handler answers; a plan is tested in plan.test.ts; the wait where an interrupted create is, in test/pingone.
    const elsewhere = ['NoSuchStage', 'PlanReady', 'WaitToCreate'];
    const all = Object.entries(definition.States).flatMap(([name, { ItemProcessor }]) => [
      name,
      ...Object.keys(ItemProcessor?.States ?? {}),
    ]);
    expect(all.filter((name) => !visited.has(name) && !elsewhere.includes(name))).toEqual([]);
    const choices = definition.States.NextStage?.Choices ?? [];
    expect(choices.map(({ Next }) => Next).filter((name) => !arms.has(name) && !elsewhere.includes(name))).toEqual([]);
  });
});
