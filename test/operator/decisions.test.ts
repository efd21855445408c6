import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import type { OperateResult } from '../../lambdas/operator/operate.ts';
import { forgedToken, oldToken } from '../policy-check/fixtures.ts';
import { gatewayId, manualKit, openRotated, type System } from '../support/system.ts';

let system: System;
afterEach(() => system.close());

const operate = async (command: object) =>
  (await system.call('operate', { gatewayId, reason: 'because', actor: 'alice', ...command })) as OperateResult;
const rotating = async (...kits: string[]) => {
  system = await openRotated({ kits: kits.map(manualKit) });
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.until(({ rotation }) => rotation?.trigger === 'manual' && rotation.stage === 'DISTRIBUTED');
};

describe('force', () => {
  it('is refused without the kits it cuts off, names them, and goes on when they are repeated (invariant 2)', async () => {
    await rotating('one', 'two');
    await system.acknowledge('two');
    const asked = await operate({ command: 'force' });
    expect(asked).toMatchObject({
      result: 'REFUSED',
      code: 'CONFIRMATION_MISMATCH',
      message: expect.stringContaining('one (one-team@example.com, WAITS_FOR_OWNER)'),
      confirm: { kits: 1, kitsHash: '7692c3ad3540bb80', named: [{ kitId: 'one' }] },
    });
    for (const wrong of [{ kits: 2, kitsHash: '7692c3ad3540bb80' }, { kits: 1, kitsHash: 'other' }, { kits: 1 }])
      expect(await operate({ command: 'force', ...wrong })).toMatchObject({ code: 'CONFIRMATION_MISMATCH' });
    expect((await system.gateway()).rotation?.forced).toBeUndefined();
    expect(await operate({ command: 'force', kits: 1, kitsHash: '7692c3ad3540bb80' })).toMatchObject({
      result: 'DONE',
    });
    await system.until(({ rotation }) => rotation === undefined, 10_000);
    expect((await system.gateway()).revoked.at(-1)?.cause).toBe('FORCED');
  });
});

describe('roll back', () => {
  it('brings AWSCURRENT and kits back, then revokes the new one', async () => {
    await rotating('one');
    const { rotation, currentCredentialId } = await system.gateway();
    await operate({ command: 'roll-back' });
    await system.until((gateway) => gateway.rotation?.stage === 'DISTRIBUTED', 10_000);
    const back = await system.gateway();
    expect(back.currentCredentialId).toBe(rotation?.fromCredentialId);
    expect(back.live.map(({ credentialId }) => credentialId)).toContain(currentCredentialId);
    await system.acknowledge();
    await system.until((gateway) => gateway.rotation === undefined, 60_000);
    expect((await system.gateway()).live.map(({ credentialId }) => credentialId)).toEqual([rotation?.fromCredentialId]);
    expect((await system.gateway()).ended.at(-1)?.outcome).toBe('ROLLED_BACK');
  });

  it('of a held rotation, whose execution has ended, begins at once', async () => {
    await rotating('one');
    await operate({ command: 'hold' });
    await system.timers.advance(5_000);
    const before = (await system.gateway()).rotation?.attempt ?? 0;
    await operate({ command: 'roll-back' });
    expect((await system.gateway()).rotation?.attempt).toBe(before + 1);
  });
});

describe('adopt', () => {
  const version = '33333333-3333-4333-8333-333333333333';
  const put = async (SecretString: string) =>
    system.deployment.secretsManager.send(
      new PutSecretValueCommand({
        SecretId: (await system.gateway()).secretArn,
        ClientRequestToken: version,
        SecretString,
        VersionStages: ['by-hand'],
      }),
    );
  const adopt = (changes: object = {}) =>
    operate({ command: 'adopt', credentialId: 'OLDold0001', versionId: version, ...changes });

  it('makes a credential in the secret of the gateway ours: accepted, labelled, and retired by the next rotation (invariant 10)', async () => {
    system = await openRotated();
    await put(oldToken);
    expect(await system.ask(oldToken)).toBe(401);
    expect(await adopt()).toMatchObject({ result: 'DONE' });
    expect(await adopt()).toMatchObject({ result: 'UNCHANGED' });
    expect(await system.ask(oldToken)).toBe(200);
    expect(await system.ask(forgedToken)).toBe(401);
    await system.start({ gatewayId, reason: 'retire it' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    expect((await system.gateway()).rotation?.retireIds).toContain('OLDold0001');
    expect(JSON.stringify([await system.audit(), system.events])).not.toMatch(/gwc_/);
  });

  it('of a credential can be undone: it alone is retired, under the usual proof, and the current one stays', async () => {
    system = await openRotated();
    const { currentCredentialId } = await system.gateway();
    await put(oldToken);
    await adopt();
    expect(await operate({ command: 'retire-credential', credentialId: 'OLDold0001' })).toMatchObject({
      result: 'DONE',
    });
    const { live, revoked, ended } = await system.finish();
    expect(live.map(({ credentialId, stage }) => [credentialId, stage])).toEqual([[currentCredentialId, 'CURRENT']]);
    expect(revoked.at(-1)).toMatchObject({ credentialId: 'OLDold0001', cause: 'RETIRED' });
    expect(ended.at(-1)).toMatchObject({ outcome: 'COMPLETED' });
    expect(await system.ask(oldToken)).toBe(401);
  });

  const putAsCurrent = async () =>
    system.deployment.secretsManager.send(
      new PutSecretValueCommand({
        SecretId: (await system.gateway()).secretArn,
        ClientRequestToken: version,
        SecretString: oldToken,
      }),
    );
  const currentVersion = async () => {
    const SecretId = (await system.gateway()).secretArn;
    return (await system.deployment.secretsManager.send(new GetSecretValueCommand({ SecretId }))).VersionId;
  };

  it('of a value that somebody made AWSCURRENT: the record says so, and the next rotation goes on from it', async () => {
    system = await openRotated();
    await putAsCurrent();
    expect(await adopt()).toMatchObject({ result: 'DONE' });
    expect(await system.gateway()).toMatchObject({ currentVersionId: version, currentCredentialId: 'OLDold0001' });
    expect(await currentVersion()).toBe(version);
    await system.start({ gatewayId, reason: 'retire it' });
    const { live, ended, currentVersionId } = await system.finish();
    expect(ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(live).toHaveLength(1);
    expect(await currentVersion()).toBe(currentVersionId);
    expect(await system.ask(oldToken)).toBe(401);
  });

  it('of a value that somebody made AWSCURRENT over a promoted one: it is retired, and AWSCURRENT goes back', async () => {
    await rotating('one');
    const { currentVersionId } = await system.gateway();
    await putAsCurrent();
    expect(await adopt()).toMatchObject({ result: 'DONE' });
    expect((await system.gateway()).currentVersionId).toBe(currentVersionId);
    expect(await currentVersion()).toBe(currentVersionId);
    expect((await system.gateway()).rotation?.retireIds).toContain('OLDold0001');
  });

  it.each([
    ['a version that does not exist', '', {}, /no version/],
    ['a version that holds no credential', 'hello', {}, /does not hold a credential/],
    ['an id that is not in it', oldToken, { credentialId: 'OTHER00001' }, /holds credential OLDold0001/],
  ])('refuses %s', async (_, value, changes, message) => {
    system = await openRotated();
    if (value) await put(value);
    expect(await adopt(changes)).toMatchObject({
      result: 'REFUSED',
      code: 'UNKNOWN_CREDENTIAL',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a value in the place of an id, and does not repeat it (invariant 9)', async () => {
    system = await openRotated();
    const failure = await adopt({ credentialId: oldToken }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'InputRefused', message: expect.stringMatching(/never its value/) });
    expect(JSON.stringify([String(failure), system.logged])).not.toMatch(/gwc_/);
  });
});

describe('who decided', () => {
  const viaUrl = (body: unknown) => ({
    requestContext: { authorizer: { iam: { userArn: 'arn:aws:iam::111122223333:user/alice' } } },
    body: JSON.stringify(body),
  });

  it('is recorded as AWS names the caller of the function URL, whatever the body claims (invariant 11)', async () => {
    await rotating('one');
    const answer = await system.call(
      'operate:url',
      viaUrl({ command: 'hold', gatewayId, reason: 'lunch', actor: 'bob' }),
    );
    expect(answer).toMatchObject({ statusCode: 200 });
    expect((await system.audit()).at(-1)).toMatchObject({
      kind: 'hold',
      actor: 'arn:aws:iam::111122223333:user/alice',
      reason: 'lunch',
    });
  });

  it('is known as well when the body arrives in base64, as it does without a content type of text', async () => {
    await rotating('one');
    const { requestContext, body } = viaUrl({ command: 'hold', gatewayId, reason: 'lunch' });
    const encoded = { requestContext, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
    expect(await system.call('operate:url', encoded)).toMatchObject({ statusCode: 200 });
    expect((await system.gateway()).rotation?.held?.actor).toBe('arn:aws:iam::111122223333:user/alice');
  });

  it('is recorded as claimed, with the request id, when nobody vouches for it (invariant 11)', async () => {
    await rotating('one');
    await operate({ command: 'hold' });
    expect((await system.audit()).at(-1)?.actor).toMatch(/^claimed: alice \(request [0-9a-f-]{36}\)$/);
  });

  it('is recorded for decisions about a kit as well', async () => {
    await rotating('one');
    await system.acknowledge();
    expect((await system.audit()).findLast(({ kind }) => kind === 'acknowledge-kit')).toMatchObject({
      actor: expect.stringMatching(/^claimed: its owner/),
      reason: 'installed',
      detail: { kitId: 'one' },
    });
  });

  it('refuses over the URL with 409 and the code, and with 400 what is no command', async () => {
    system = await openRotated();
    expect(await system.call('operate:url', viaUrl({ command: 'hold', gatewayId, reason: 'no' }))).toMatchObject({
      statusCode: 409,
      body: expect.stringContaining('NOT_RUNNING'),
    });
    expect(await system.call('operate:url', viaUrl({ command: 'explode', gatewayId }))).toMatchObject({
      statusCode: 400,
    });
    const { requestContext } = viaUrl({});
    for (const body of [undefined, '', 'marked-secret{']) {
      const refused = await system.call('operate:url', { requestContext, body });
      expect(refused).toMatchObject({ statusCode: 400, body: expect.stringContaining('not JSON') });
      expect(JSON.stringify(refused)).not.toContain('marked-secret');
    }
  });
});
