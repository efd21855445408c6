import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, expect, it } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { gatewayId, openSystem, type System, tagOfKits } from '../support/system.ts';

const kitIds = ['canary', 'two', 'three', 'four'] as const;
const waves = [{ kits: 1, bakeSeconds: 4 }, { percent: 50, bakeSeconds: 4 }, { percent: 100 }];
const kitOf = (kitId: string) => ({
  ...{ kitId, kind: 'secrets-manager', owner: `${kitId}-team@example.com`, lookBackSeconds: 60 },
  settings: { secretId: `kits/${kitId}`, propagationSeconds: 1 },
  ...(kitId === 'canary' ? { canary: true } : {}),
});

const open: System[] = [];
afterEach(async () => {
  for (const system of open.splice(0)) await system.close();
});

/** The gateway with four kits, which read their credential from secrets of their own and ask all the time. */
const openFleet = async () => {
  const system = await openSystem({ kits: kitIds.map(kitOf), policy: { waves } });
  open.push(system);
  const { secretsManager } = system.deployment;
  for (const kitId of kitIds)
    await secretsManager.send(
      new CreateSecretCommand({ Name: `kits/${kitId}`, SecretString: 'none yet', Tags: [tagOfKits] }),
    );
  const held = async (kitId: string): Promise<string> =>
    (await secretsManager.send(new GetSecretValueCommand({ SecretId: `kits/${kitId}` }))).SecretString ?? '';
  /** What a node of a kit makes of the value that the kit holds, before it presents it. */
  const broken = new Map<string, (value: string) => string>();
  const refused: string[] = [];
  const second = async (): Promise<void> => {
    await system.timers.advance(1_000);
    for (const kitId of kitIds) {
      const value = await held(kitId);
      if (!value.startsWith('gwc_')) continue;
      if ((await system.ask(value, kitId)) !== 200) refused.push(kitId);
      const wrong = broken.get(kitId)?.(value);
      if (wrong !== undefined && wrong !== value) await system.ask(wrong, kitId);
    }
  };
  const until = async (is: (gateway: Gateway) => boolean, seconds = 300): Promise<Gateway> => {
    for (let waited = 0; waited < seconds; waited++) {
      const gateway = await system.gateway();
      if (is(gateway)) return gateway;
      if (waited % 60 === 59) await system.call('reconcile', {});
      await second();
    }
    throw new Error(`It did not come to that: ${JSON.stringify((await system.gateway()).rotation)}`);
  };
  /** Which kits hold the credential that AWSCURRENT names. */
  const haveNew = async (): Promise<readonly string[]> => {
    const { currentVersionId } = await system.gateway();
    const value = await system.credentialOf({ versionId: currentVersionId });
    const all = await Promise.all(kitIds.map(async (kitId) => ((await held(kitId)) === value ? [kitId] : [])));
    return all.flat();
  };
  const said = async (...kinds: readonly string[]): Promise<readonly string[]> =>
    (await system.audit()).filter(({ kind }) => kinds.includes(kind)).map(({ kind, reason }) => `${kind}: ${reason}`);
  await until(({ rotation }) => rotation === undefined);
  for (let used = 0; used < 3; used++) await second();
  return { system, broken, refused, second, until, haveNew, said };
};

it('A rotation gives the credential to a canary, then to a part, then to all, and each wave proves itself before the next', async () => {
  const { system, until, haveNew, said, refused } = await openFleet();
  expect(await said('open-wave')).toEqual([]); // a first credential knows no waves
  await system.start({ gatewayId, reason: 'quarterly' });
  await until(({ rotation }) => rotation?.waves?.bakingSinceMs !== undefined && rotation.waves.number === 1);
  expect(await haveNew()).toEqual(['canary']);
  await until(({ rotation }) => rotation?.waves?.bakingSinceMs !== undefined && rotation.waves.number === 2);
  expect(await haveNew()).toHaveLength(2);
  await until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  expect(await haveNew()).toHaveLength(4);
  const ended = await until(({ rotation }) => rotation === undefined);
  expect(ended.ended.at(-1)).toMatchObject({ outcome: 'COMPLETED' });
  expect((await said('open-wave')).map((one) => one.replace(/baked \d+ s/, 'baked N s'))).toEqual([
    'open-wave: wave 1 of 3 opens with 1 kit',
    'open-wave: wave 1 of 3: 1 of 1 kit observed, baked N s; wave 2 of 3 opens with 1 kit',
    'open-wave: wave 2 of 3: 1 of 1 kit observed, baked N s; wave 3 of 3 opens with 2 kits',
  ]);
  expect(refused).toEqual([]);
}, 120_000);

it('A wave that shows a malformed value goes back by itself, once, and is held with the evidence; resumed when it is mended, the rotation completes', async () => {
  const { system, until, haveNew, said, broken, refused } = await openFleet();
  const before = await system.gateway();
  const old = before.currentCredentialId;
  await system.start({ gatewayId, reason: 'quarterly' });
  await until(({ rotation }) => rotation?.waves?.bakingSinceMs !== undefined);
  const spoilt = (value: string): string => (value.includes(`${old}`) ? value : `${value}x`);
  broken.set('canary', spoilt); // one node of it reads the new value wrongly
  const held = await until(({ rotation }) => rotation?.held !== undefined);
  expect(held.rotation).toMatchObject({
    stage: 'PROMOTED',
    held: { actor: 'workflow' },
    waves: { number: 1, phase: 'TO_OPEN', wentBack: { wave: 1 } },
  });
  expect(held.rotation?.held?.reason).toMatch(
    new RegExp(
      `^wave 1 of 3 went back: 1 of 1 kit has evidence for ${old}; kit canary presented a malformed value from \\S+ at \\S+Z$`,
    ),
  );
  expect(await haveNew()).toEqual([]);
  expect(held.live.map(({ credentialId }) => credentialId)).toContain(old); // both stay accepted
  expect(held.live).toHaveLength(2);
  const told = system.messages.filter(({ message }) => message.includes('is bad') || message.includes('malformed'));
  expect(told).toHaveLength(1);

  await system.call('operate', { command: 'resume', gatewayId, actor: 'ann', reason: 'look again' });
  const again = await until(({ rotation }) => rotation?.waves?.isBadAgain === true);
  expect(again.rotation).toMatchObject({ held: { actor: 'workflow' }, waves: { phase: 'OPEN', number: 1 } });
  expect(await haveNew()).toEqual(['canary']); // nothing goes to and fro
  expect((await said('wave-bad', 'wave-returned')).map((one) => one.split(':')[0])).toEqual([
    'wave-bad',
    'wave-returned',
    'wave-bad',
  ]);

  broken.delete('canary');
  await system.call('operate', { command: 'resume', gatewayId, actor: 'ann', reason: 'the node was mended' });
  const ended = await until(({ rotation }) => rotation === undefined);
  expect(ended.ended.at(-1)).toMatchObject({ outcome: 'COMPLETED' });
  expect(await haveNew()).toHaveLength(4);
  expect(refused).toEqual([]); // no kit was ever refused what it held
}, 120_000);

it('Somebody who presents garbage under a kit from an address that no good credential came from makes no wave bad', async () => {
  const { system, until, second } = await openFleet();
  const url = new URL(`${system.deployment.policyCheckUrl}/gateways/${gatewayId}/kits/canary/sideband/request`);
  const elsewhere = { localAddress: '127.0.0.2', headers: { 'client-token': 'gwc_garbage' } };
  const askFromElsewhere = async (): Promise<number | undefined> => {
    const sent = request(url, { method: 'POST', ...elsewhere }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  await system.start({ gatewayId, reason: 'quarterly' });
  await until(({ rotation }) => rotation?.waves?.bakingSinceMs !== undefined);
  for (let asked = 0; asked < 3; asked++) {
    expect(await askFromElsewhere()).toBe(401);
    await second();
  }
  const ended = await until(({ rotation }) => rotation === undefined);
  expect(ended.ended.at(-1)).toMatchObject({ outcome: 'COMPLETED' });
}, 120_000);

it('A compromise in the middle of a wave gives the credential to every kit at once', async () => {
  const { system, until, haveNew, said } = await openFleet();
  await system.start({ gatewayId, reason: 'quarterly' });
  await until(({ rotation }) => rotation?.waves?.bakingSinceMs !== undefined);
  const { currentCredentialId } = await system.gateway();
  const [old] = (await system.gateway()).live.filter(({ credentialId }) => credentialId !== currentCredentialId);
  await system.call('compromise', {
    ...{ gatewayId, confirmGatewayId: gatewayId, reason: 'leaked', actor: 'ann', requestId: 'press-1' },
    ...{ rejectWithinSeconds: 60, credentialIds: [old?.credentialId] },
  });
  await system.call('reconcile', {});
  await until(({ rotation }) => rotation?.stage === 'DISTRIBUTED', 50);
  expect(await haveNew()).toHaveLength(4);
  await until(({ rotation }) => rotation === undefined);
  expect(await said('open-wave')).toHaveLength(1);
}, 120_000);
