import { DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayView } from '../../lambdas/console/view/views.ts';
import type { OperateResult } from '../../lambdas/operator/operate.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';

let system: System;
afterEach(() => system.close());

const operate = async (command: object) =>
  (await system.call('operate', {
    gatewayId,
    reason: 'the secret is gone',
    actor: 'alice',
    ...command,
  })) as OperateResult;
const shown = async () => (await system.call('console', { view: 'gateway', gatewayId, format: 'json' })) as GatewayView;
const secrets = () => system.deployment.secretsManager;
const deleteSecret = async (more: object) =>
  secrets().send(new DeleteSecretCommand({ SecretId: (await system.gateway()).secretArn, ...more }));
const forGood = { ForceDeleteWithoutRecovery: true };

/** A gateway at rest whose kit holds this value, and whose secret is gone for good. */
const openLost = async () => {
  system = await openRotated();
  const [credential] = (await system.gateway()).live;
  if (!credential) throw new Error('There is no credential.');
  const value = await system.credentialOf(credential);
  await deleteSecret(forGood);
  return { ...credential, value };
};

describe('a gateway whose secret was deleted for good', () => {
  it('says so, and accepts its kits all the same', async () => {
    const { credentialId, value } = await openLost();

    expect(await shown()).toMatchObject({
      state: 'VALUES_LOST',
      secretTroubles: [{ code: 'VALUES_LOST', text: expect.stringContaining(credentialId) }],
    });
    expect(await system.ask(value)).toBe(200);
  });

  it('goes on with the value that a kit still holds, once that is put back and adopted', async () => {
    const { credentialId, value } = await openLost();

    expect(await operate({ command: 'recover' })).toMatchObject({ result: 'DONE' });
    const { secretArn } = await system.gateway();
    const { VersionId: versionId } = await secrets().send(
      new PutSecretValueCommand({ SecretId: secretArn, SecretString: value }),
    );
    expect(await operate({ command: 'adopt', credentialId, versionId })).toMatchObject({ result: 'DONE' });

    const healed = await system.gateway();
    expect(healed).toMatchObject({ currentCredentialId: credentialId, currentVersionId: versionId });
    expect(healed.live).toMatchObject([{ credentialId, stage: 'CURRENT', origin: { kind: 'minted' } }]);
    expect(await shown()).toMatchObject({ state: 'AT_REST', secretTroubles: [] });
    await system.start({ gatewayId, reason: 'to see that it goes' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    expect(await system.ask(value)).toBe(200);
    await system.acknowledgeAll();
    await system.until(({ rotation }) => rotation === undefined);
    expect((await system.gateway()).live).toMatchObject([{ stage: 'CURRENT' }]);
    expect((await system.gateway()).revoked.at(-1)).toMatchObject({ credentialId, confirmedAtMs: expect.any(Number) });
  });

  it('goes on with a new credential, and the lost one is retired under the usual proof', async () => {
    const { credentialId: lostId, value } = await openLost();

    await operate({ command: 'recover' });
    expect((await system.audit()).at(-1)).toMatchObject({
      kind: 'recover',
      credentialIds: [lostId],
      actor: expect.stringContaining('alice'),
    });
    expect(await shown()).toMatchObject({ state: 'VALUES_LOST' });
    await system.start({ gatewayId, reason: 'a new first credential' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    expect((await shown()).state).toBe('ROTATING');
    expect(await operate({ command: 'roll-back' })).toMatchObject({ code: 'NOTHING_TO_ROLL_BACK_TO' });
    expect(await system.ask(value)).toBe(200);
    await system.acknowledgeAll();
    await system.until(({ revoked }) => revoked.some(({ credentialId }) => credentialId === lostId));
    expect(await system.ask(value)).toBe(401);
    expect(await operate({ command: 'waive-proof', credentialId: lostId })).toMatchObject({ result: 'DONE' });
    await system.until(({ rotation }) => rotation === undefined);

    const [successor] = (await system.gateway()).live;
    expect(successor).toMatchObject({ stage: 'CURRENT' });
    expect(await system.ask(await system.credentialOf(successor ?? { versionId: '' }))).toBe(200);
    expect(await shown()).toMatchObject({ state: 'AT_REST', secretTroubles: [] });
  });

  it('is not recovered twice', async () => {
    await openLost();
    await operate({ command: 'recover' });
    expect(await operate({ command: 'recover' })).toMatchObject({ result: 'UNCHANGED' });
  });

  it('ends the rotation whose own credential is lost, and the next one retires both', async () => {
    system = await openRotated();
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await deleteSecret(forGood);

    expect((await shown()).state).toBe('VALUES_LOST');
    expect(await operate({ command: 'recover' })).toMatchObject({ result: 'DONE' });
    const after = await system.gateway();
    expect(after.rotation).toBeUndefined();
    expect(after.live).toHaveLength(2);
    await system.start({ gatewayId, reason: 'a new first credential' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    expect((await system.gateway()).rotation?.retireIds).toEqual(after.live.map(({ credentialId }) => credentialId));
  });
});

describe('a gateway whose secret is scheduled for deletion', () => {
  it('says so, and has it back with all values', async () => {
    system = await openRotated();
    await deleteSecret({ RecoveryWindowInDays: 7 });

    expect(await shown()).toMatchObject({
      state: 'SECRET_TROUBLE',
      secretTroubles: [{ code: 'SECRET_DELETING', text: expect.stringContaining('recover') }],
    });
    await operate({ command: 'recover' });
    expect(await shown()).toMatchObject({ state: 'AT_REST', secretTroubles: [] });
    await system.start({ gatewayId, reason: 'to see that it goes' });
    await system.finish();
    expect((await system.gateway()).ended.at(-1)).toMatchObject({ outcome: 'COMPLETED' });
  });
});
