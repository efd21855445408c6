import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  gatewayId,
  manualKit,
  openFullAtRest,
  openRotated,
  openSystem,
  type System,
  tagOfKits,
} from '../support/system.ts';

const by = { actor: 'ann', reason: 'test' };
let system: System;
let server: Server | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await system.close();
  server?.close();
  server = undefined;
});

const start = (): Promise<string> => system.start({ gatewayId, reason: 'quarterly' });
const atDistributed = () =>
  system.until(({ rotation }) => rotation?.trigger === 'manual' && rotation.stage === 'DISTRIBUTED');
const ended = (withinMs = 3_600_000) => system.until(({ rotation }) => rotation === undefined, withinMs);
const kinds = async (): Promise<readonly string[]> => (await system.audit()).map(({ kind }) => kind);
const current = async (): Promise<string> =>
  system.credentialOf({ versionId: (await system.gateway()).currentVersionId });
const resultOf = async (executionArn: string) => {
  const { status, error, cause } = await system.deployment.stepFunctions.send(
    new DescribeExecutionCommand({ executionArn }),
  );
  return { status, error, cause };
};
const failed = async (executionArn: string): Promise<void> =>
  system.timers.runUntil(async () => (await resultOf(executionArn)).status === 'FAILED', 3_600_000);

/** From now on the policy check answers nothing to our own probes: they name no kit. */
const policyCheckDown = () => {
  const { fetch } = globalThis;
  return vi
    .spyOn(globalThis, 'fetch')
    .mockImplementation((url, init) =>
      String(url).endsWith(`/gateways/${gatewayId}/sideband/request`)
        ? Promise.reject(new TypeError('fetch failed'))
        : fetch(url, init),
    );
};

describe('What is ambiguous is not yes (invariant 6)', () => {
  it('a check that cannot prove the recording of use starts the quiet window again', async () => {
    system = await openRotated();
    await start();
    await atDistributed();
    await system.acknowledge();
    await system.timers.advance(3_000);
    const outage = policyCheckDown();
    await system.timers.advance(20_000);
    expect((await system.gateway()).live).toHaveLength(2);
    expect((await system.gateway()).rotation).not.toHaveProperty('quietSinceMs');
    const upAgainMs = system.timers.now();
    outage.mockRestore();
    await ended();
    expect((await system.audit()).findLast(({ kind }) => kind === 'revoke')?.atMs).toBeGreaterThanOrEqual(
      upAgainMs + 4_000,
    );
  });

  it('a policy check that does not answer touches nothing: the attempt fails, and the next one completes with the same credential', async () => {
    system = await openRotated();
    const before = await system.gateway();
    const outage = policyCheckDown();
    const executionArn = await start();
    await failed(executionArn);
    expect(await resultOf(executionArn)).toMatchObject({
      error: 'TemporarilyUnavailable',
      cause: expect.stringContaining('cannot be reached'),
    });
    const during = await system.gateway();
    expect(during.currentVersionId).toBe(before.currentVersionId);
    expect(during.rotation).toMatchObject({ stage: 'CREATED', attempt: 1 });
    outage.mockRestore();
    await system.timers.advance(60_000);
    await system.call('reconcile', {});
    const after = await system.finish();
    expect(after.ended.at(-1)).toMatchObject({ rotationId: during.rotation?.rotationId, outcome: 'COMPLETED' });
    expect(after.live).toMatchObject([{ credentialId: during.rotation?.targetId }]);
  });

  it('a credential that was taken back before anybody had it is seen refused before the rotation ends, whatever kits are registered meanwhile (invariant 8)', async () => {
    system = await openRotated();
    const outage = policyCheckDown();
    await start();
    await system.until(({ rotation }) => rotation?.stage === 'CREATED');
    const young = await system.credentialOf({ versionId: (await system.gateway()).rotation?.rotationId ?? '' });
    expect(await system.ask(young, 'stranger')).toBe(200);
    await system.call('operate', { command: 'roll-back', gatewayId, ...by });
    expect(await system.ask(young, 'stranger')).toBe(401);
    const { gateways } = system.deployment.stores;
    await gateways.apply(gatewayId, { kind: 'kits-changed', added: 1, changed: 0, retired: 0, ...by });
    await system.timers.advance(20_000);
    expect((await system.gateway()).revoked).toMatchObject([{ cause: 'NEVER_DISTRIBUTED' }]);
    expect((await system.gateway()).revoked[0]).not.toHaveProperty('confirmedAtMs');
    outage.mockRestore();
    await ended();
    const { revoked, ended: outcomes, live } = await system.gateway();
    expect(revoked).toMatchObject([{ confirmedAtMs: expect.any(Number) }]);
    expect(outcomes.at(-1)?.outcome).toBe('ROLLED_BACK');
    expect(live).toMatchObject([{ stage: 'CURRENT' }]);
    expect((await kinds()).slice(-4)).toEqual(['roll-back', 'kits-changed', 'confirm', 'complete']);
  });

  it('after five failed attempts a person is asked: it is held, both stay accepted, and a resume completes it', async () => {
    system = await openRotated();
    const outage = policyCheckDown();
    await start();
    for (let minute = 0; minute < 60 && !(await system.gateway()).rotation?.held; minute++) {
      await system.timers.advance(60_000);
      await system.call('reconcile', {});
    }
    const { rotation } = await system.gateway();
    expect(rotation).toMatchObject({
      attempt: 5,
      held: { actor: 'reconciler', reason: '5 attempts failed without progress' },
    });
    outage.mockRestore();
    expect(await system.ask(await current())).toBe(200);
    expect(await system.ask(await system.credentialOf({ versionId: rotation?.rotationId ?? '' }))).toBe(200);
    await system.call('operate', { command: 'resume', gatewayId, ...by });
    expect((await system.finish()).ended.at(-1)?.outcome).toBe('COMPLETED');
  });

  it('a kit that shows another credential than the one it was given gets it again before anything is revoked (invariant 2)', async () => {
    const shown: { credentialId: string | null } = { credentialId: null };
    let given = 0;
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      if (request.method === 'POST') {
        given += 1;
        shown.credentialId = (JSON.parse(body) as { data: { credentialId: string } }).data.credentialId;
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(shown));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/credential`;
    const settings = { url, readBackUrl: url, signingSecret: 'kits/key', propagationSeconds: 1 };
    system = await openSystem({ kits: [{ ...manualKit('one'), kind: 'webhook', settings }] });
    const signingSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    await system.deployment.secretsManager.send(
      new CreateSecretCommand({ Name: 'kits/key', SecretString: signingSecret, Tags: [tagOfKits] }),
    );
    await ended();
    given = 0;
    const old = (await system.gateway()).currentCredentialId ?? null;
    await start();
    await atDistributed();
    expect(given).toBe(1);
    shown.credentialId = old; // its owner restored a backup
    const restoredAtMs = system.timers.now();
    await ended();
    expect(given).toBe(2);
    expect(shown.credentialId).toBe((await system.gateway()).currentCredentialId);
    expect((await system.audit()).findLast(({ kind }) => kind === 'revoke')?.atMs).toBeGreaterThan(restoredAtMs);
    expect(await kinds()).not.toContain('force');
  });
});

describe('At the deadline', () => {
  it('a policy that says roll-back brings kits back first; the new credential is accepted until then (invariant 2)', async () => {
    const escalation = { remindAfterSeconds: 10, escalateAfterSeconds: 20, deadlineSeconds: 30 };
    system = await openRotated({ policy: { ...escalation, atDeadline: { kind: 'roll-back' } } });
    const old = await current();
    const before = await system.gateway();
    await start();
    await atDistributed();
    const young = await current();
    await system.until(({ rotation }) => rotation?.rolledBack !== undefined && rotation.stage === 'DISTRIBUTED');
    const { rotation, currentVersionId } = await system.gateway();
    expect(rotation).toMatchObject({ rolledBack: { actor: 'policy' }, targetId: before.currentCredentialId });
    expect(currentVersionId).toBe(before.currentVersionId);
    expect(await system.ask(young)).toBe(200); // the kit has not gone back yet
    await system.timers.advance(3_000);
    expect(await system.ask(old)).toBe(200);
    await system.acknowledge();
    await ended(60_000);
    expect((await system.gateway()).ended.at(-1)?.outcome).toBe('ROLLED_BACK');
    expect([await system.ask(old), await system.ask(young)]).toEqual([200, 401]);
  });
});

describe('A gateway with five live credentials', () => {
  it('refuses to rotate, and changes nothing (invariant 4)', async () => {
    system = await openFullAtRest();
    const before = await system.gateway();
    const executionArn = await start();
    await failed(executionArn);
    expect(await resultOf(executionArn)).toMatchObject({
      error: 'RotationRefused',
      cause: expect.stringMatching(/TOO_MANY_LIVE.*5 live credentials and 5 are allowed/),
    });
    expect(await system.gateway()).toEqual(before);
  });
});
