import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { RotationId } from '../../lambdas/domain/ids.ts';
import type { PolicyCheck } from '../../lambdas/ports.ts';
import { reconcile } from '../../lambdas/reconciler/reconcile.ts';
import { first, fourSteps, openRotations, other, type Rotations, token } from './emulated-rotation.ts';

const byHand = '77777777-7777-4777-8777-777777777777';
const by = { actor: 'ann', reason: 'test' };
let rotations: Rotations;
beforeAll(async () => {
  rotations = await openRotations();
});
afterAll(() => rotations.close());

const putByHand = (secretArn: string) =>
  rotations.secretsManager.send(
    new PutSecretValueCommand({ SecretId: secretArn, ClientRequestToken: byHand, SecretString: 'by hand' }),
  );
/** A policy check that gives these answers, one after the other, and then the last for ever. */
const answering = (...answers: ('ACCEPTED' | 'REFUSED' | 'nothing')[]): PolicyCheck & { asked: number } => {
  const check = {
    asked: 0,
    ask: async () => {
      const answer = answers[Math.min(check.asked++, answers.length - 1)];
      if (answer === 'ACCEPTED' || answer === 'REFUSED') return answer;
      throw new TemporarilyUnavailable('The policy check does not answer.');
    },
  };
  return check;
};

describe('The four steps', () => {
  it('are taken in the spelling of the user guide too', async () => {
    const { step, record, holder } = await rotations.openGateway();
    for (const name of ['create_secret', 'set_secret', 'test_secret', 'finish_secret']) await step(name);
    expect((await record()).rotation?.stage).toBe('PROMOTED');
    expect(await holder('AWSCURRENT')).toBe(token);
  });

  it('each run three times, and all of them again, mint one credential and start one execution (invariants 4 and 5)', async () => {
    const { step, record, started } = await rotations.openGateway();
    for (const name of fourSteps) for (let time = 0; time < 3; time++) await step(name);
    for (const name of fourSteps) await step(name);
    const { live, revoked, currentVersionId, rotation } = await record();
    expect(live.map(({ versionId, stage }) => [versionId, stage])).toEqual([
      [first, 'RETIRING'],
      [token, 'CURRENT'],
    ]);
    expect({ revoked, currentVersionId, attempt: rotation?.attempt }).toEqual({
      revoked: [],
      currentVersionId: token,
      attempt: 1,
    });
    expect(started).toEqual([`arn:${token}-1`]);
  });

  it.each(['deploy-2026-11-26T14-56-15-prod-eu-1', 'A'.repeat(64), 'B55555555-5555-4555-8555-555555555555'])(
    'take any token that Secrets Manager allows, such as %s: the rotation gets an id of its own',
    async (any) => {
      const { needs, gatewayId, step, begin, run, record, holder, labels } = await rotations.openGateway();
      await needs.gateways.apply(gatewayId, { kind: 'begin', rotationId: token, trigger: 'manual', ...by });
      await needs.gateways.apply(gatewayId, { kind: 'fail', rotationId: token, ...by });
      await step('createSecret').catch(() => undefined);
      await begin(any);
      await run(undefined, any);
      await run(undefined, any); // twice is once
      const { rotation, currentVersionId, live } = await record();
      expect(rotation).toMatchObject({ stage: 'PROMOTED', rotationId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
      expect({ currentVersionId, live: live.length, holder: await holder('AWSCURRENT') }).toEqual({
        ...{ currentVersionId: any, live: 2, holder: any },
      });
      expect((await labels())[any]).toContain(`live-${rotation?.targetId}`);
    },
  );

  it('free Secrets Manager of a version for which no rotation can begin', async () => {
    const { needs, gatewayId, step, holder } = await rotations.openGateway();
    await needs.gateways.apply(gatewayId, { kind: 'retire', ...by });
    await expect(step('createSecret')).rejects.toThrow(/GATEWAY_RETIRED/);
    expect(await holder('AWSPENDING')).toBeUndefined();
  });

  it('refuses a step whose predecessor was not done, and changes nothing', async () => {
    const { step, record, holder } = await rotations.openGateway();
    await expect(step('setSecret')).rejects.toMatchObject({ name: 'RotationPreempted' });
    await expect(step('finishSecret')).rejects.toMatchObject({ name: 'RotationPreempted' });
    expect((await record()).revision).toBe(1);
    await step('createSecret');
    await expect(step('testSecret')).rejects.toMatchObject({ name: 'StepFailed' });
    await expect(step('finishSecret')).rejects.toMatchObject({ name: 'StepFailed' });
    await step('setSecret');
    await expect(step('finishSecret')).rejects.toThrow(/WRONG_STAGE/);
    expect(await holder('AWSCURRENT')).toBe(first);
  });

  it('refuses the secret of a gateway whose record names another', async () => {
    const { step, needs, record } = await rotations.openGateway();
    const impostor = { ...(await record()), secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:other' };
    const gateways = { ...needs.gateways, read: async () => impostor };
    await expect(step('createSecret', token, { gateways })).rejects.toThrow(/not the secret of a registered gateway/);
  });

  it('refuses to begin in an overlap with RotationInOverlap, and keeps refusing', async () => {
    const { step, needs, gatewayId, record } = await rotations.openGateway();
    await needs.gateways.apply(gatewayId, { kind: 'begin', rotationId: other, trigger: 'manual', ...by });
    for (let time = 0; time < 2; time++)
      await expect(step('createSecret')).rejects.toMatchObject({ name: 'RotationInOverlap' });
    expect(await record()).toMatchObject({ rotation: { rotationId: other }, live: [{ versionId: first }] });
  });

  it('refuses to go on in a rotation that is held, and goes on when it is resumed', async () => {
    const { step, needs, gatewayId, run, record } = await rotations.openGateway();
    await step('createSecret');
    await needs.gateways.apply(gatewayId, { kind: 'hold', rotationId: token, ...by });
    for (const name of fourSteps) await expect(step(name)).rejects.toThrow(/^HELD/);
    rotations.clock.nowMs += 3_600_000;
    await reconcile(needs); // the hand-over time has passed, and still it is a person's to decide
    expect((await record()).rotation).toMatchObject({ rotationId: token, held: by });
    await needs.gateways.apply(gatewayId, { kind: 'resume', rotationId: token, ...by });
    await run();
    expect((await record()).rotation?.stage).toBe('PROMOTED');
  });

  it('fail in a rotation that was pre-empted: Secrets Manager is not told that it succeeded', async () => {
    const { step, press } = await rotations.openGateway();
    for (const name of ['createSecret', 'setSecret', 'testSecret']) await step(name);
    await press();
    for (const name of ['setSecret', 'testSecret', 'finishSecret', 'createSecret'])
      await expect(step(name), name).rejects.toMatchObject({ name: 'RotationPreempted' });
  });

  it.each(['fail', 'roll-back'] as const)(
    'free Secrets Manager of the version of a rotation after %s',
    async (kind) => {
      const { step, needs, gatewayId, holder, begin, run, record } = await rotations.openGateway();
      await step('createSecret');
      await step('setSecret');
      await needs.gateways.apply(gatewayId, { kind, rotationId: token, ...by });
      expect(await holder('AWSPENDING')).toBe(token);
      await expect(step('createSecret')).rejects.toMatchObject({ name: 'RotationPreempted' });
      expect(await holder('AWSPENDING')).toBeUndefined();
      if (kind === 'roll-back') return; // the workflow has yet to see its credential refused
      await begin(other);
      await run(undefined, other);
      expect((await record()).currentVersionId).toBe(other);
    },
  );
});

describe('A rotation that Secrets Manager does not finish', () => {
  it('is replaced by a new token while nobody has its credential, which is revoked', async () => {
    const { step, needs, secretArn, begin, run, record } = await rotations.openGateway();
    for (const name of ['createSecret', 'setSecret', 'testSecret']) await step(name);
    await needs.secretVersions.stripPending(secretArn, token);
    await begin(other);
    await run(undefined, other);
    expect(await record()).toMatchObject({
      live: [{ versionId: first }, { versionId: other }],
      revoked: [{ versionId: token, cause: 'NEVER_DISTRIBUTED' }],
      ended: [{ rotationId: token, outcome: 'FAILED' }],
      currentVersionId: other,
    });
  });

  it('is abandoned by a value that somebody puts: no step goes on, AWSCURRENT stays with that value', async () => {
    for (const done of [1, 2, 3]) {
      const { step, secretArn, holder, record } = await rotations.openGateway();
      for (const name of fourSteps.slice(0, done)) await step(name);
      await putByHand(secretArn);
      for (const name of fourSteps)
        await expect(step(name), name).rejects.toThrow(/neither AWSPENDING nor AWSCURRENT|has no stage for rotation/);
      expect(await holder('AWSCURRENT')).toBe(byHand);
      expect((await record()).currentVersionId).toBe(first);
    }
  });

  it('goes on by itself after its hand-over time when AWSCURRENT was about to move', async () => {
    const { step, needs, gatewayId, holder, record, started } = await rotations.openGateway();
    for (const name of ['createSecret', 'setSecret', 'testSecret']) await step(name);
    const target = (await record()).rotation?.targetId;
    if (!target) throw new Error('No credential was created.');
    await needs.gateways.apply(gatewayId, { kind: 'promoting', rotationId: token, credentialId: target, ...by });
    rotations.clock.nowMs += 3_600_000;
    await reconcile(needs);
    expect(await holder('AWSCURRENT')).toBe(token);
    expect(await record()).toMatchObject({ rotation: { stage: 'PROMOTED', driver: 'workflow', attempt: 1 } });
    expect(started).toContain(`arn:${token}-1`); // beside those of the other gateways
  });

  it('belongs to the workflow once it was rolled back: neither Secrets Manager nor the hand-over time gives it up', async () => {
    const { step, needs, gatewayId, holder, replace, record } = await rotations.openGateway();
    for (const name of fourSteps.slice(0, 3)) await step(name);
    const target = (await record()).rotation?.targetId;
    if (!target) throw new Error('No credential was created.');
    await needs.gateways.apply(gatewayId, { kind: 'promoting', rotationId: token, credentialId: target, ...by });
    await needs.gateways.apply(gatewayId, { kind: 'roll-back', rotationId: token, ...by });
    await expect(step('finishSecret')).rejects.toMatchObject({ name: 'RotationPreempted' });
    rotations.clock.nowMs += 3_600_000;
    await reconcile(needs);
    await replace();
    expect((await record()).rotation).toMatchObject({ rotationId: token, stage: 'PROMOTED', driver: 'workflow' });
    expect(await holder('AWSCURRENT')).toBe(first);
  });
});

describe('testSecret', () => {
  it('asks again while the policy check does not accept yet, and gives up in the end', async () => {
    const { step, record } = await rotations.openGateway();
    await step('createSecret');
    await step('setSecret');
    const never = answering('REFUSED');
    await expect(step('testSecret', token, { policyCheck: never })).rejects.toMatchObject({
      name: 'TemporarilyUnavailable',
    });
    expect(never.asked).toBe(5);
    expect((await record()).rotation?.stage).toBe('CREATED');
    await step('testSecret', token, { policyCheck: answering('REFUSED', 'nothing', 'ACCEPTED') });
    expect((await record()).rotation?.stage).toBe('ACCEPTED');
  });

  it('in the test-only run of RotateImmediately=false asks the policy check, and neither mints nor records', async () => {
    for (const kind of ['rotated', 'bootstrap'] as const) {
      const { step, record, labels } = await rotations.openGateway(kind);
      const before = await labels();
      const check = answering('REFUSED');
      await step('testSecret', token, { policyCheck: check });
      expect(check.asked).toBe(1);
      expect(await labels()).toEqual(before);
      expect((await record()).revision).toBe(1);
    }
  });

  it('refuses in the test-only run a policy check that does not answer, or that accepts anybody', async () => {
    const { step } = await rotations.openGateway();
    await expect(step('testSecret', token, { policyCheck: answering('nothing') })).rejects.toMatchObject({
      name: 'TemporarilyUnavailable',
    });
    await expect(step('testSecret', token, { policyCheck: answering('ACCEPTED') })).rejects.toMatchObject({
      name: 'StepFailed',
    });
  });
});

it('The first credential of a gateway comes from the placeholder, which no reader takes for a credential', async () => {
  const { run, record, needs, secretArn } = await rotations.openGateway('bootstrap');
  const { currentVersionId } = await record();
  await expect(needs.secretVersions.readVersion(secretArn, currentVersionId)).rejects.toThrow(
    /does not hold a credential/,
  );
  await run();
  expect(await record()).toMatchObject({
    rotation: { trigger: 'bootstrap', retireIds: [], fromVersionId: currentVersionId },
    currentVersionId: token as RotationId,
    live: [{ versionId: token, stage: 'CURRENT' }],
  });
});
