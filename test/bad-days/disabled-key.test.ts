import { DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';

let system: System;
let kms: KMSClient;
let old: string;
beforeEach(async () => {
  system = await openRotated();
  kms = new KMSClient(clientSettings({ environment: system.deployment.cloud.operator }));
  old = await system.credentialOf((await system.gateway()).live[0] ?? { versionId: '' });
  await system.deployment.cloud.startSchedules();
});
afterEach(async () => {
  kms.destroy();
  await system.close();
});

const keyNamed = (construct: string): string =>
  Object.entries(inject('template').Resources).find(
    ([id, { Type }]) => Type === 'AWS::KMS::Key' && id.startsWith(construct),
  )?.[0] ?? '';
const disable = (construct = 'RotationKey') => kms.send(new DisableKeyCommand({ KeyId: keyNamed(construct) }));
const enable = (construct = 'RotationKey') => kms.send(new EnableKeyCommand({ KeyId: keyNamed(construct) }));

const by = { actor: 'ann', reason: 'the key is enabled again' };
const resume = async (): Promise<void> => {
  if ((await system.gateway()).rotation?.held) await system.call('operate', { command: 'resume', gatewayId, ...by });
};
/** Acknowledges as soon as owners are asked, and waits for the end. */
const goOn = async (): Promise<Gateway> => {
  await enable();
  await resume();
  await system.until(({ rotation }) => rotation === undefined || rotation.stage === 'DISTRIBUTED', 30 * 60_000);
  if ((await system.gateway()).rotation) await system.acknowledgeAll();
  await system.until(({ rotation }) => rotation === undefined, 30 * 60_000);
  return system.gateway();
};
const created = async (): Promise<number> => (await system.audit()).filter(({ kind }) => kind === 'created').length;

describe('The key of the secrets is disabled', () => {
  it('before a rotation: none begins, its execution says what to check, kits go on; enabled, the next one does', async () => {
    await disable();
    const executionArn = await system.start({ gatewayId, reason: 'quarterly' });
    await system.timers.advance(60_000);
    const { stepFunctions } = system.deployment;

    expect(await stepFunctions.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'FAILED',
      error: 'StepFailed',
      cause: expect.stringContaining('Secrets Manager answered DecryptionFailure; check the secret, its key'),
    });
    expect((await system.gateway()).rotation).toBeUndefined();
    expect(await system.ask(old)).toBe(200);

    await enable();
    await system.start({ gatewayId, reason: 'quarterly' });
    const after = await system.finish();
    expect([after.ended.at(-1)?.outcome, await system.ask(old)]).toEqual(['COMPLETED', 401]);
  });

  it('in the middle of a rotation: what cannot be proven is not revoked, both are accepted, and it goes on (invariants 2 and 6)', async () => {
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    const young = await system.credentialOf((await system.gateway()).live[1] ?? { versionId: '' });
    await disable();
    await system.acknowledgeAll();
    await system.timers.advance(20 * 60_000);

    const { live, revoked, rotation } = await system.gateway();
    expect([live.length, revoked.length]).toEqual([2, 0]);
    expect(rotation?.held?.reason).toMatch(/^5 attempts failed without progress/);
    expect([await system.ask(old, 'two'), await system.ask(young)]).toEqual([200, 200]);

    const after = await goOn();
    expect([after.ended.at(-1)?.outcome, after.live.length, await created()]).toEqual(['COMPLETED', 1, 2]);
    expect([await system.ask(old), await system.ask(young)]).toEqual([401, 200]);
  });

  it('and a credential is compromised: it dies on time without a successor, and gets one when the key is enabled (invariant 7)', async () => {
    await disable();
    const press = { gatewayId, confirmGatewayId: gatewayId, actor: 'ann', reason: 'leaked', requestId: 'press-1' };
    await system.call('compromise', { ...press, rejectWithinSeconds: 30 });
    expect(await system.ask(old)).toBe(200);
    await system.timers.advance(31_000);
    expect(await system.ask(old)).toBe(401);

    const after = await goOn();
    expect([after.ended.at(-1)?.outcome, after.live.length]).toEqual(['COMPLETED', 1]);
    expect(await system.ask(await system.credentialOf(after.live[0] ?? { versionId: '' }))).toBe(200);
  });
});

describe('The evidence key is disabled', () => {
  it('and the record of a rotation is not signed, says why, and is signed when the key is enabled', async () => {
    const [ended] = (await system.gateway()).ended;
    const ask = { rotationId: ended?.rotationId, gatewayId };
    await disable('EvidenceKey');
    await expect(system.call('evidence', ask)).rejects.toThrow(
      /KMS answered DisabledException; check the evidence key/,
    );
    await enable('EvidenceKey');
    expect(await system.call('evidence', ask)).toMatchObject({ record: { rotationId: ended?.rotationId } });
  });
});
