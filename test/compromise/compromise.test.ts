import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import type { PressAnswer } from '../../lambdas/compromise/answer.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import type { AnsweredCall } from '../../lib/emulator/endpoint/answers.ts';
import { AwsError } from '../../lib/emulator/wire/service.ts';
import type { Decided } from '../iam/evaluation/access.ts';
import { gatewayId, manualKit, openRotated, openWithFiveLive, type System } from '../support/system.ts';

let system: System;
afterEach(() => system.close());

const press = (changes: object = {}) => ({
  gatewayId,
  confirmGatewayId: gatewayId,
  reason: 'found in a public repository',
  actor: 'alice',
  requestId: 'press-1',
  ...changes,
});
const pressed = async (changes: object = {}) => (await system.call('compromise', press(changes))) as PressAnswer;
const iso = (atMs: number) => new Date(atMs).toISOString();
const only = async () => {
  const [credential] = (await system.gateway()).live;
  if (!credential) throw new Error('Nothing is live.');
  return credential;
};
const endOf = async (credentialId: string) =>
  (await system.gateway()).live.find((one) => one.credentialId === credentialId)?.compromised?.rejectAfterMs;
const kinds = async () => (await system.audit()).map(({ kind }) => kind);
/** Starts a rotation by hand and waits until it has come so far. */
const rotationAt = async (stage: string) => {
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.until(({ rotation }) => rotation?.trigger === 'manual' && rotation.stage === stage);
  const { rotation } = await system.gateway();
  if (!rotation) throw new Error('No rotation runs.');
  return rotation;
};

const execution = async (executionArn = '') => {
  return system.deployment.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
};

describe('a press of the button', () => {
  it('dooms the live credential, replaces it, kills it on time, and proves it', async () => {
    system = await openRotated();
    const old = await only();
    const value = await system.credentialOf(old);
    const atMs = system.timers.now();
    const answer = await pressed();
    expect(answer).toMatchObject({
      result: 'DONE',
      credentialIds: [old.credentialId],
      rejectAfter: iso(atMs + 60_000),
      refusedEverywhereAt: iso(atMs + 60_000),
      propagationBoundSeconds: 0,
      notOurs: [],
    });
    expect(answer.message).toMatch(/Requests in flight at that moment may fail\./);
    expect(await system.ask(value)).toBe(200);
    const after = await system.finish();
    expect(await system.ask(value)).toBe(401);
    expect(after.ended.at(-1)).toMatchObject({ rotationId: answer.rotationId, outcome: 'COMPLETED' });
    expect(after.revoked.at(-1)).toMatchObject({ credentialId: old.credentialId, cause: 'COMPROMISED' });
    const audit = await system.audit();
    const proof = audit.find(
      ({ kind, credentialIds }) => kind === 'confirm' && credentialIds?.includes(old.credentialId),
    );
    expect(proof?.detail).toMatchObject({ refusedAtMs: expect.any(Number) });
    expect(Number(proof?.detail?.refusedAtMs)).toBeGreaterThanOrEqual(atMs + 60_000);
    const { messages, events, logged } = system;
    expect(JSON.stringify([answer, audit, events, messages, logged])).not.toMatch(/gwc_/);
  });

  it('is answered after its one write: executions are stopped and started after that, by another function', async () => {
    const calls: string[] = [];
    const onCall = ({ caller, operation }: AnsweredCall) => {
      if (caller === 'compromise' || caller === 'reconcile') calls.push(`${caller} ${operation}`);
    };
    system = await openRotated({ onCall });
    await rotationAt('DISTRIBUTED');
    calls.length = 0;
    await pressed();
    await system.until(({ rotation }) => rotation?.attempt === 1);
    await system.timers.advance(1_000);
    expect(calls.filter((call) => call.startsWith('compromise'))).toEqual([
      'compromise GetItem', // is there such a gateway?
      'compromise GetItem',
      'compromise PutItem', // this decides
      'compromise PutItem', // into the audit
      'compromise Invoke',
    ]);
    expect(calls.slice(calls.indexOf('compromise Invoke'))).toEqual(
      expect.arrayContaining(['reconcile StopExecution', 'reconcile StartExecution', 'reconcile PutEvents']),
    );
  });

  it.each(['states:StartExecution', 'lambda:InvokeFunction'])(
    'is answered the same when what follows fails, and the reconciler carries on (invariant 7): %s',
    async (action) => {
      let fails = false;
      const fault = ({ caller, question }: Decided) =>
        fails && ['compromise', 'reconcile'].includes(caller) && question.action === action
          ? new AwsError('ServiceException', 'Not now.', 500)
          : undefined;
      system = await openRotated({ fault });
      const old = await only();
      const value = await system.credentialOf(old);
      fails = true;
      const { result, rotationId } = await pressed({ rejectWithinSeconds: 0 });
      expect(result).toBe('DONE');
      expect(await system.ask(value)).toBe(401);
      await system.timers.advance(1_000);
      fails = false;
      await system.call('reconcile', {}); // the one of the minute
      expect((await system.finish()).ended.at(-1)).toMatchObject({ rotationId, outcome: 'COMPLETED' });
    },
  );

  it('names the time at which no instance can accept it any more', async () => {
    system = await openRotated({ policy: { serveStaleSeconds: 3 } });
    const atMs = system.timers.now();
    expect(await pressed({ rejectWithinSeconds: 10 })).toMatchObject({
      rejectAfter: iso(atMs + 10_000),
      refusedEverywhereAt: iso(atMs + 13_000),
      propagationBoundSeconds: 3,
    });
  });

  it('with 0 seconds kills the old one first, makes its successor before anything else, and then distributes', async () => {
    system = await openRotated();
    const old = await only();
    const value = await system.credentialOf(old);
    await pressed({ rejectWithinSeconds: 0 });
    expect(await system.ask(value)).toBe(401);
    await system.finish();
    const done = await kinds();
    expect(done.slice(done.lastIndexOf('compromise'))).toEqual([
      ...['compromise', 'next-attempt', 'revoke', 'created', 'accepted', 'promoting', 'promoted', 'confirm'],
      ...['distributed', 'escalate', 'acknowledge-kit', 'verified', 'complete'],
    ]);
  });

  it('revokes at its time whatever the kits do (invariant 7)', async () => {
    system = await openRotated();
    const old = await only();
    const atMs = system.timers.now();
    await pressed();
    await system.until(({ revoked }) =>
      revoked.some((one) => one.credentialId === old.credentialId && one.confirmedAtMs),
    );
    expect(system.timers.now()).toBeLessThan(atMs + 63_000);
    expect((await system.gateway()).rotation?.stage).toBe('DISTRIBUTED');
  });

  it('changes nothing more than once, however often it comes (invariant 5)', async () => {
    system = await openRotated();
    const [first, second] = await Promise.all([pressed(), pressed()]);
    await system.timers.advance(5_000);
    expect(second).toEqual(first);
    expect(await pressed({ rejectWithinSeconds: 1 })).toEqual(first);
    await system.finish();
    expect(await pressed()).toEqual(first);
    const done = await kinds();
    expect(done.filter((kind) => kind === 'compromise')).toHaveLength(1);
    expect(done.filter((kind) => kind === 'created')).toHaveLength(2);
    expect((await system.gateway()).live).toHaveLength(1);
  });

  it('is shortened by a later one with less time, at once; a longer one extends nothing', async () => {
    system = await openRotated({ policy: { longestWaitSeconds: 900 } });
    const old = await only();
    const first = await pressed({ rejectWithinSeconds: 3600 });
    await system.timers.advance(600_000);
    const longer = await pressed({
      requestId: 'press-2',
      credentialIds: [old.credentialId],
      rejectWithinSeconds: 7200,
    });
    expect(longer.rejectAfter).toBe(first.rejectAfter);
    expect(await endOf(old.credentialId)).toBe(Date.parse(first.rejectAfter));
    await pressed({ requestId: 'press-3', rejectWithinSeconds: 5 });
    expect(await endOf(old.credentialId)).toBe(system.timers.now() + 5_000);
    await system.until(({ revoked }) => revoked.some((one) => one.credentialId === old.credentialId), 10_000);
    expect((await system.gateway()).ended.map(({ outcome }) => outcome)).toEqual(['COMPLETED']);
  });

  it('pre-empts a rotation, stops its execution, and adopts a successor that is not doomed', async () => {
    system = await openRotated();
    const old = await only();
    const preempted = await rotationAt('DISTRIBUTED');
    const answer = await pressed({ credentialIds: [old.credentialId] });
    expect(answer).toMatchObject({ preempted: preempted.rotationId, adopted: preempted.targetId });
    await system.until(({ rotation }) => rotation?.attempt === 1);
    const { status } = await execution(preempted.executionArn);
    expect(status).toBe('ABORTED');
    const after = await system.finish();
    expect(after.live.map(({ credentialId }) => credentialId)).toEqual([preempted.targetId]);
    expect((await kinds()).filter((kind) => kind === 'created')).toHaveLength(2);
    expect(after.ended.map(({ outcome }) => outcome)).toEqual(['COMPLETED', 'PREEMPTED', 'COMPLETED']);
  });

  it('mints anew when the successor is doomed as well', async () => {
    system = await openRotated();
    const preempted = await rotationAt('DISTRIBUTED');
    const answer = await pressed();
    expect(answer.credentialIds).toHaveLength(2);
    expect(answer.adopted).toBeUndefined();
    const after = await system.finish();
    expect(after.live).toHaveLength(1);
    expect(after.live[0]?.credentialId).not.toBe(preempted.targetId);
    expect(after.revoked.map(({ credentialId }) => credentialId).toSorted()).toEqual(answer.credentialIds.toSorted());
  });

  it('finds room at five live credentials', async () => {
    system = await openWithFiveLive();
    const answer = await pressed({ rejectWithinSeconds: 3600 });
    expect(answer.credentialIds).toHaveLength(5);
    await system.until(({ rotation }) => rotation?.trigger === 'compromise' && rotation.stage === 'DISTRIBUTED');
    const { live, revoked } = await system.gateway();
    expect(live).toHaveLength(5);
    expect(revoked.filter(({ cause }) => cause === 'COMPROMISED')).toHaveLength(1);
  });
});

describe('what stands in its way', () => {
  it('refuses another confirmation, and does nothing', async () => {
    system = await openRotated();
    const { revision } = await system.gateway();
    expect(await pressed({ confirmGatewayId: 'order' })).toMatchObject({
      result: 'REFUSED',
      code: 'CONFIRMATION_MISMATCH',
      message: expect.stringContaining('"order"'),
    });
    expect((await system.gateway()).revision).toBe(revision);
  });

  it('refuses what is no press, and says what is needed', async () => {
    system = await openRotated();
    await expect(system.call('compromise', { gatewayId })).rejects.toThrow(/Needed are gatewayId, confirmGatewayId/);
    await expect(pressed({ gatewayId: 'nobody', confirmGatewayId: 'nobody' })).rejects.toThrow(/not registered/);
    await expect(pressed({ credential: 'x' })).rejects.toThrow(/credential/);
  });

  it('is not stopped by a hold, and nothing extends it (invariant 7)', async () => {
    system = await openRotated();
    const old = await only();
    const { rejectAfter } = await pressed();
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    for (const command of [{ command: 'hold' }, { command: 'extend', deadlineAt: '2099-01-01T00:00:00Z' }])
      await system.call('operate', { ...command, gatewayId, reason: 'no', actor: 'mallory' });
    expect(await system.call('operate', { command: 'roll-back', gatewayId, reason: 'no' })).toMatchObject({
      code: 'COMPROMISED',
    });
    expect(await endOf(old.credentialId)).toBe(Date.parse(rejectAfter));
    const value = await system.credentialOf(old);
    await system.timers.advance(61_000);
    expect(await system.ask(value)).toBe(401);
    await system.call('reconcile', {});
    await system.until(({ revoked }) =>
      revoked.some((one) => one.credentialId === old.credentialId && one.confirmedAtMs),
    );
  });
});

describe('a press as an event', () => {
  it('works through the bus, with the id of the event as request', async () => {
    system = await openRotated({ kits: [manualKit('one')] });
    const events = new EventBridgeClient(clientSettings({ environment: system.deployment.cloud.operator }));
    const { Entries } = await events.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: system.deployment.cloud.outputs.compromiseBus,
            Source: 'example.siem',
            DetailType: 'Gateway Credential Compromised v1',
            Detail: JSON.stringify({ gatewayId, confirmGatewayId: gatewayId, reason: 'finding 4711' }),
          },
        ],
      }),
    );
    events.destroy();
    await system.until(({ presses }) => presses.length === 1);
    expect((await system.gateway()).presses[0]?.requestId).toBe(Entries?.[0]?.EventId);
    expect((await system.gateway()).rotation?.begun.actor).toBe(
      'claimed: event of account 000000000000, source example.siem',
    );
  });

  it('fails when it is refused, so that it is kept and an alarm is raised', async () => {
    system = await openRotated();
    const { confirmGatewayId: _, actor: _a, requestId: id, ...detail } = press();
    const event = { id, 'detail-type': 'Gateway Credential Compromised v1', source: 'example.siem', account: '1' };
    await expect(
      system.call('compromise', { ...event, detail: { ...detail, confirmGatewayId: 'other' } }),
    ).rejects.toMatchObject({ name: 'InputRefused', message: expect.stringContaining('CONFIRMATION_MISMATCH') });
  });
});
