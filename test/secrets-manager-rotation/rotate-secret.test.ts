import { DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import type { RotationId } from '../../lambdas/domain/ids.ts';
import { mintIn } from '../aws/emulated.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';

const token = '55555555-5555-4555-8555-555555555555' as RotationId;
const other = '66666666-6666-4666-8666-666666666666' as RotationId;
const by = { actor: 'ann', reason: 'test' };
let system: System;
afterEach(() => system.close());

const secretArn = async (): Promise<string> => (await system.gateway()).secretArn;
const labels = async () =>
  (await system.deployment.secretsManager.send(new DescribeSecretCommand({ SecretId: await secretArn() })))
    .VersionIdsToStages ?? {};
const step = async (Step: string, ClientRequestToken: string = token): Promise<unknown> =>
  system.call('rotate-secret', {
    Step,
    SecretId: await secretArn(),
    ClientRequestToken,
    RotationToken: 'marked-rotation-token',
  });
const settle = (condition: () => Promise<boolean>): Promise<void> => system.timers.runUntil(condition, 600_000);
const isPending = async (): Promise<boolean> =>
  Object.values(await labels())
    .flat()
    .includes('AWSPENDING');
/** The labels that keep a version from being cleaned up. */
const kept = async () =>
  Object.values(await labels())
    .flat()
    .filter((label) => label.startsWith('live-'));
/** Enables rotation by the function, with a schedule far away, and waits for the end of the test-only run. */
const enable = async (): Promise<void> => {
  await system.deployment.secretsManager.send(
    new RotateSecretCommand({
      SecretId: await secretArn(),
      RotationLambdaARN: 'arn:aws:lambda:us-east-1:000000000000:function:rotate-secret',
      RotationRules: { AutomaticallyAfterDays: 300 },
      RotateImmediately: false,
    }),
  );
  await settle(async () => !(await isPending()));
};
/** What a createSecret leaves that put the value and was killed before it recorded anything. */
const pending = async () =>
  mintIn(secretVersionsIn(system.deployment.secretsManager), await secretArn(), token, { rotationToken: undefined });

describe('Secrets Manager rotation', () => {
  it('rotates a gateway end to end: the new version is current first, and the old credential dead in the end', async () => {
    system = await openRotated();
    await enable();
    const before = await system.gateway();
    expect(before.rotation).toBeUndefined(); // RotateImmediately=false minted nothing
    expect(before.live).toHaveLength(1);
    const old = await system.credentialOf({ versionId: before.currentVersionId });
    const { VersionId = '' } = await system.deployment.secretsManager.send(
      new RotateSecretCommand({ SecretId: before.secretArn, ClientRequestToken: token }),
    );
    expect(VersionId).toBe(token);
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    const during = await system.gateway();
    expect(during).toMatchObject({
      currentVersionId: token,
      rotation: { rotationId: token, trigger: 'scheduled', driver: 'workflow' },
    });
    expect((await labels())[token]).toContain('AWSCURRENT');
    expect(await system.ask(old, 'one')).toBe(200);
    await system.acknowledge();
    await system.until(({ rotation }) => rotation === undefined);
    expect((await system.gateway()).ended.at(-1)).toMatchObject({ rotationId: token, outcome: 'COMPLETED' });
    expect(await system.ask(old)).toBe(401);
    expect(JSON.stringify(system.logged)).not.toMatch(/marked-rotation-token|gwc_/);
    const ofRotation = (await system.audit()).filter(({ rotationId }) => rotationId === token);
    expect(ofRotation.slice(0, 7).map(({ kind, actor }) => [kind, actor])).toEqual([
      ...['begin', 'created', 'accepted', 'promoting', 'promoted', 'next-attempt'].map((kind) => [
        kind,
        'secrets-manager',
      ]),
      ['distributed', 'workflow'],
    ]);
  });

  it.each(['createSecret', 'setSecret', 'testSecret', 'finishSecret', 'create_secret'])(
    'refuses %s for a version without a stage, and for a secret that does not rotate',
    async (name) => {
      system = await openRotated();
      await expect(step(name)).rejects.toThrow(/not enabled for rotation/);
      await enable();
      await expect(step(name)).rejects.toThrow(/has no stage for rotation/);
      expect((await system.gateway()).live).toHaveLength(1);
    },
  );

  it.each([
    [{ Step: 'revokeSecret' }],
    [{ Step: 'createSecret', ClientRequestToken: 'short' }],
    [{ Step: 'createSecret', SecretId: '' }],
  ])('refuses the event %j and names what is allowed', async (given) => {
    system = await openRotated();
    const event = {
      SecretId: await secretArn(),
      ClientRequestToken: token,
      RotationToken: 'marked-rotation-token',
      ...given,
    };
    await expect(system.call('rotate-secret', event)).rejects.toThrow(
      /Allowed are the steps createSecret, setSecret, testSecret, finishSecret/,
    );
    expect(JSON.stringify(system.logged)).not.toContain('marked-rotation-token');
  });

  it('refuses to begin while another rotation overlaps, with a name that alarms know', async () => {
    system = await openRotated();
    await enable();
    await system.start({ gatewayId, reason: 'by hand' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    const running = (await system.gateway()).rotation?.rotationId;
    await system.deployment.secretsManager.send(
      new RotateSecretCommand({ SecretId: await secretArn(), ClientRequestToken: token }),
    );
    await settle(async () => system.logged.some((line) => JSON.stringify(line).includes('RotationInOverlap')));
    const counted = { name: 'rotate-secret', metrics: { RotationInOverlap: 1 }, gatewayId };
    expect(system.logged).toContainEqual(expect.objectContaining(counted));
    expect((await system.gateway()).rotation?.rotationId).toBe(running);
    await system.acknowledge();
    await system.until(({ rotation }) => rotation === undefined);
    expect(await isPending()).toBe(false); // Secrets Manager may rotate again
  });

  it('keeps AWSCURRENT where the record says when the button is pressed between the steps (invariants 3 and 7)', async () => {
    for (const done of [1, 2, 3]) {
      system = await openRotated();
      await enable();
      const { stores } = system.deployment;
      const names = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
      await pending();
      for (const name of names.slice(0, done)) await step(name);
      await stores.gateways.apply(gatewayId, {
        kind: 'compromise',
        requestId: 'r',
        rotationId: other,
        rejectWithinSeconds: 60,
        ...by,
      });
      for (const name of names.slice(done)) await step(name).catch(() => undefined);
      await system.call('reconcile', {});
      await system.until(({ rotation }) => rotation === undefined || rotation.stage === 'DISTRIBUTED');
      const gateway = await system.gateway();
      const holder = Object.entries(await labels()).find(([, held]) => held.includes('AWSCURRENT'))?.[0];
      expect(holder).toBe(gateway.currentVersionId);
      expect(Object.entries(await labels()).find(([, held]) => held.includes('AWSPENDING'))?.[0] ?? holder).toBe(
        holder,
      );
      if (done < 3) await system.close();
    }
  });

  it('gives a rotation up that Secrets Manager left before promotion, and frees it to rotate again', async () => {
    system = await openRotated();
    await enable();
    await pending();
    await step('createSecret');
    await step('setSecret');
    await system.timers.advance(3_700_000);
    await system.call('reconcile', {});
    const gateway = await system.gateway();
    expect(gateway).toMatchObject({
      ended: [{}, { rotationId: token, outcome: 'FAILED' }],
      revoked: [{ cause: 'NEVER_DISTRIBUTED' }],
    });
    expect(gateway.live).toHaveLength(1);
    expect(await isPending()).toBe(false);
    await system.call('reconcile', {});
    expect((await system.gateway()).revoked).toMatchObject([{ confirmedAtMs: expect.any(Number) }]); // invariant 8
    expect((await system.audit()).at(-1)).toMatchObject({ kind: 'confirm', actor: 'reconciler' });
    expect(await kept()).toEqual([`live-${gateway.live[0]?.credentialId}`]);
    expect(JSON.stringify(system.logged)).not.toContain('RevokedCredentialUsed');
  });

  it('leaves no label on a value that was minted and never recorded, once the run that pre-empted it has ended', async () => {
    system = await openRotated();
    await enable();
    await pending();
    await step('createSecret'); // and killed before setSecret records it
    const press = { confirmGatewayId: gatewayId, requestId: 'press', rejectWithinSeconds: 0 };
    await system.call('compromise', { gatewayId, ...press, ...by });
    expect(await kept()).toHaveLength(2);
    const { live } = await system.finish();
    expect(await kept()).toEqual([`live-${live[0]?.credentialId}`]);
  });

  it('is freed by an operator when AWSPENDING is stuck, and not while Secrets Manager drives', async () => {
    system = await openRotated();
    await enable();
    await pending();
    const repair = () => system.call('operate', { command: 'repair', gatewayId, ...by });
    await step('createSecret');
    const byMs = (await system.gateway()).rotation?.handOverByMs ?? 0;
    const message = expect.stringMatching(`roll-back.* is given up at ${new Date(byMs).toISOString()}`);
    expect(await repair()).toMatchObject({ result: 'REFUSED', code: 'ROTATION_RUNNING', message });
    await system.deployment.stores.gateways.apply(gatewayId, { kind: 'fail', rotationId: token, ...by });
    expect(await repair()).toMatchObject({ result: 'DONE' });
    expect(await isPending()).toBe(false);
    expect(await repair()).toMatchObject({ result: 'UNCHANGED' });
  });

  it('is freed by a roll-back when it is stuck while it drives: its credential is seen refused, and it may rotate again', async () => {
    system = await openRotated();
    await enable();
    await pending();
    for (const name of ['createSecret', 'setSecret']) await step(name);
    expect(await system.call('operate', { command: 'roll-back', gatewayId, ...by })).toMatchObject({ result: 'DONE' });
    await system.until(({ rotation }) => rotation === undefined);
    expect(await system.gateway()).toMatchObject({
      ended: [{}, { rotationId: token, outcome: 'ROLLED_BACK' }],
      revoked: [{ cause: 'NEVER_DISTRIBUTED', confirmedAtMs: expect.any(Number) }],
    });
    expect(await isPending()).toBe(false);
    await system.deployment.secretsManager.send(
      new RotateSecretCommand({ SecretId: await secretArn(), ClientRequestToken: other }),
    );
    await system.until(({ rotation }) => rotation?.rotationId === other && rotation.stage === 'DISTRIBUTED');
  });
});
