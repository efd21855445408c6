import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kitsIn } from '../../lambdas/aws/kits.ts';
import { proofsIn } from '../../lambdas/aws/proofs.ts';
import { recordUse } from '../../lambdas/aws/record-use.ts';
import { itemCallsOf } from '../../lambdas/aws/sdk-item-calls.ts';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import { usesIn } from '../../lambdas/aws/uses.ts';
import { type Gateway, liveCredential, type Rotation, type RotationStage } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, GatewayId } from '../../lambdas/domain/ids.ts';
import { type OperateResult, operate } from '../../lambdas/operator/operate.ts';
import type { Executions } from '../../lambdas/ports.ts';
import { gatewaysIn } from '../../lambdas/wiring/gateways.ts';
import { all, kit, openEmulated } from '../aws/emulated.ts';
import { atRest, inRotation, live, now } from '../domain/gateways.ts';
import { oldToken } from '../policy-check/fixtures.ts';
import { noPingOne } from '../support/no-pingone.ts';

let emulated: Awaited<ReturnType<typeof openEmulated>>;
beforeAll(async () => {
  emulated = await openEmulated();
});
afterAll(() => emulated.close());

const said = { actor: 'alice', reason: 'because', atMs: now - 1 };
const stage = (name: RotationStage, changes: Partial<Rotation> = {}) => inRotation(name, changes);
const driven = { driver: 'secrets-manager', handOverByMs: now + 1, attempt: 0 } as const;
const { targetId: _, ...undone } = inRotation('VERIFIED', { rolledBack: said, retireIds: [] }).rotation ?? nothing();
const revokeBegun = inRotation('VERIFIED');
const leaking = inRotation('DISTRIBUTED', { trigger: 'compromise' });

function nothing(): never {
  throw new Error('No rotation runs.');
}

/** Where a gateway may be when an operator decides. */
const places: Readonly<Record<string, Gateway>> = {
  none: atRest(),
  BEGUN: stage('BEGUN'),
  CREATED: stage('CREATED'),
  ACCEPTED: stage('ACCEPTED'),
  PROMOTING: stage('PROMOTING'),
  PROMOTED: stage('PROMOTED'),
  DISTRIBUTED: stage('DISTRIBUTED'),
  VERIFIED: stage('VERIFIED'),
  'driven by Secrets Manager': stage('ACCEPTED', driven),
  'promoting by Secrets Manager': stage('PROMOTING', driven),
  undone: { ...inRotation('VERIFIED', { rolledBack: said, retireIds: [] }), rotation: undone },
  'revoke begun': { ...revokeBegun, live: revokeBegun.live.filter(({ credentialId }) => credentialId !== 'c-a') },
  held: stage('DISTRIBUTED', { held: said }),
  forced: stage('DISTRIBUTED', { forced: said }),
  'rolled back': stage('DISTRIBUTED', {
    rolledBack: said,
    targetId: 'c-a' as CredentialId,
    retireIds: ['c-b' as CredentialId],
  }),
  compromise: { ...leaking, live: [live('c-a', { compromised: { atMs: now, rejectAfterMs: now + 1 } }), live('c-b')] },
};

const commands: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  hold: {},
  resume: {},
  extend: { deadlineAt: '2099-01-01T00:00:00Z' },
  'roll-back': {},
  force: { kits: 1, kitsHash: '7692c3ad3540bb80' }, // sha256("one"), by sha256sum
  adopt: { credentialId: 'OLDold0001', versionId: '33333333-3333-4333-8333-333333333333' },
  'acknowledge-kit': { kitId: 'one', credentialId: 'c-b' },
  'retry-kit': { kitId: 'one' },
  'retire-source': { kitId: 'one', source: '10.0.0.2' },
  repair: {},
};

/** What each command comes to in each place; `*` is every place that is not named. */
const expected: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hold: { none: 'NOT_RUNNING', held: 'UNCHANGED', '*': 'DONE' },
  repair: {
    'driven by Secrets Manager': 'ROTATION_RUNNING',
    'promoting by Secrets Manager': 'ROTATION_RUNNING',
    '*': 'DONE',
  },
  resume: { none: 'NOT_RUNNING', held: 'DONE', '*': 'UNCHANGED' },
  extend: { none: 'NOT_RUNNING', '*': 'DONE' },
  'roll-back': {
    none: 'NOT_RUNNING',
    'revoke begun': 'REVOKE_BEGUN',
    'rolled back': 'UNCHANGED',
    undone: 'UNCHANGED',
    compromise: 'COMPROMISED',
    '*': 'DONE',
  },
  force: {
    none: 'NOT_RUNNING',
    BEGUN: 'WRONG_STAGE',
    CREATED: 'WRONG_STAGE',
    ACCEPTED: 'WRONG_STAGE',
    PROMOTING: 'WRONG_STAGE',
    PROMOTED: 'WRONG_STAGE',
    'driven by Secrets Manager': 'WRONG_STAGE',
    'promoting by Secrets Manager': 'WRONG_STAGE',
    undone: 'WRONG_STAGE',
    held: 'HELD',
    forced: 'UNCHANGED',
    '*': 'DONE',
  },
  adopt: { '*': 'DONE' },
  'acknowledge-kit': {
    none: 'UNKNOWN_CREDENTIAL',
    BEGUN: 'UNKNOWN_CREDENTIAL',
    'rolled back': 'UNKNOWN_CREDENTIAL',
    undone: 'UNKNOWN_CREDENTIAL',
    '*': 'DONE',
  },
  'retry-kit': {
    none: 'NOT_RUNNING',
    BEGUN: 'WRONG_STAGE',
    CREATED: 'WRONG_STAGE',
    ACCEPTED: 'WRONG_STAGE',
    PROMOTING: 'WRONG_STAGE',
    'driven by Secrets Manager': 'WRONG_STAGE',
    'promoting by Secrets Manager': 'WRONG_STAGE',
    undone: 'WRONG_STAGE',
    held: 'HELD',
    '*': 'DONE',
  },
  'retire-source': { '*': 'DONE' },
};

/** What a decision that was taken has made of the record. */
const effects: Readonly<Record<string, (before: Gateway, after: Gateway) => void>> = {
  hold: (_, { rotation }) => expect(rotation?.held).toMatchObject({ actor: 'arn:alice', reason: 'because' }),
  resume: (_, { rotation }) => expect(rotation).not.toHaveProperty('held'),
  extend: (_, { rotation }) => expect(rotation?.deadlineAtMs).toBe(Date.UTC(2099, 0)),
  'roll-back': (before, { rotation, live: left }) =>
    before.rotation && ['BEGUN', 'CREATED', 'ACCEPTED'].includes(before.rotation.stage)
      ? expect([rotation, left.map((one) => one.credentialId)]).toMatchObject([
          { stage: 'VERIFIED', retireIds: [], rolledBack: { actor: 'arn:alice' } },
          ['c-a'],
        ])
      : expect(rotation).toMatchObject({ stage: 'ACCEPTED', targetId: 'c-a', retireIds: ['c-b'] }),
  force: (_, { rotation }) => expect(rotation?.forced).toMatchObject({ actor: 'arn:alice', reason: 'because' }),
  adopt: (_, after) =>
    expect(liveCredential(after, 'OLDold0001' as CredentialId)).toMatchObject({
      digest: 'oX7rnLhuyu4YE56D7cw1Vhf5GqNUDK96g7IeY4QuuEo',
      origin: { kind: 'adopted', actor: 'arn:alice', reason: 'because' },
    }),
  'acknowledge-kit': () => undefined,
  'retry-kit': () => undefined,
  'retire-source': () => undefined,
};

const rows = Object.keys(commands).flatMap((command) => Object.keys(places).map((place) => [command, place] as const));

let names = 0;
/** A gateway of its own in a place, with one manual kit and a value that somebody put by hand. */
const placed = async (place: string) => {
  const gatewayId = `orders-${++names}` as GatewayId;
  const found = places[place] ?? atRest();
  const gateways = gatewaysIn(
    emulated.dynamodb,
    emulated.table,
    async () => undefined,
    () => now,
  );
  const kits = kitsIn(emulated.dynamodb, emulated.table);
  const secret = await emulated.secretsManager.send(
    new CreateSecretCommand({ Name: `gateway-credential/${gatewayId}`, SecretString: '{"state":"bootstrap"}' }),
  );
  await emulated.secretsManager.send(
    new PutSecretValueCommand({
      SecretId: secret.ARN,
      ClientRequestToken: '33333333-3333-4333-8333-333333333333',
      SecretString: oldToken,
      VersionStages: ['by-hand', 'AWSPENDING'],
    }),
  );
  await gateways.register({ ...found, gatewayId, secretArn: secret.ARN ?? '', shardCount: 1 });
  await kits.save({ ...kit('one'), gatewayId }, 1);
  for (const { credentialId } of found.live)
    await recordUse(
      itemCallsOf(emulated.dynamodb),
      emulated.table,
      { gatewayId, credentialId, shard: 0, source: { kitId: 'one', address: '10.0.0.2' } },
      now - 60_000,
    );
  const started: string[] = [];
  const executions: Executions = {
    arnOf: (_, attempt) => `arn:attempt-${attempt}`,
    start: async ({ rotation }) => void started.push(`attempt ${rotation?.attempt}`),
    stop: async () => undefined,
    stateOf: async () => ({ kind: 'ENDED', failed: false, stoppedAtMs: now }),
  };
  const uses = usesIn(emulated.dynamodb, emulated.table);
  const secretVersions = secretVersionsIn(emulated.secretsManager);
  const proofs = proofsIn(emulated.dynamodb, emulated.table);
  const stores = { gateways, kits, uses, proofs, secretVersions };
  const needs = { ...stores, executions, pingOne: noPingOne, now: () => now, log: () => undefined };
  const isPending = async (): Promise<boolean> =>
    [...(await secretVersions.describe(secret.ARN ?? '')).labels.values()].flat().includes('AWSPENDING');
  const give = (command: object): Promise<OperateResult> =>
    operate(needs, { gatewayId, reason: 'because', ...command }, { userArn: 'arn:alice', requestId: 'r' });
  const record = async (): Promise<Gateway> => {
    const gateway = await gateways.read(gatewayId);
    if (!gateway) throw new Error('The gateway is gone.');
    return gateway;
  };
  return { give, record, kits, gatewayId, started, isPending };
};

describe('every operator command in every place', () => {
  it.each(rows)('%s, %s', async (command, place) => {
    const { give, record, kits, gatewayId, started, isPending } = await placed(place);
    const before = await record();
    const outcome = expected[command]?.[place] ?? expected[command]?.['*'];
    const result = await give({ command, ...commands[command] });
    const after = await record();
    expect(result.result === 'REFUSED' ? result.code : result.result).toBe(outcome);
    expect(await isPending()).toBe(command !== 'repair' || outcome !== 'DONE');
    if (outcome !== 'DONE') {
      const written = { revision: 0, transitionRevision: 0, writtenAtMs: 0, lastEntryDigest: '' }; // an attempt may have been started
      expect({ ...after, rotation: { ...after.rotation, attempt: 0, executionArn: '' }, ...written }).toEqual({
        ...before,
        rotation: { ...before.rotation, attempt: 0, executionArn: '' },
        ...written,
      });
      return;
    }
    effects[command]?.(before, after);
    const [found] = await all(kits.ofShard(gatewayId, 0, 1));
    if (command === 'acknowledge-kit')
      expect(found?.acknowledged).toMatchObject({ credentialId: 'c-b', actor: 'arn:alice' });
    if (command === 'retry-kit') expect(found?.work?.state).toBe('PENDING');
    if (command === 'retire-source')
      expect(found?.retiredSources).toEqual([{ source: '10.0.0.2', actor: 'arn:alice', reason: 'because', atMs: now }]);
    const mayRun = after.rotation?.driver === 'workflow' && !after.rotation.held;
    expect(started).toEqual(mayRun ? [`attempt ${(before.rotation?.attempt ?? 0) + 1}`] : []);
  });
});

describe('a source of a kit', () => {
  const retire = (source: string) => ({ command: 'retire-source', kitId: 'one', source });

  it('is declared gone once, and again when it was used since', async () => {
    const { give, gatewayId } = await placed('DISTRIBUTED');
    expect(await give(retire('10.0.0.2'))).toMatchObject({ result: 'DONE' });
    expect(await give(retire('10.0.0.2'))).toMatchObject({ result: 'UNCHANGED' });
    const seen = { gatewayId, credentialId: 'c-a' as CredentialId, shard: 0 };
    const source = { kitId: 'one', address: '10.0.0.2' };
    await recordUse(itemCallsOf(emulated.dynamodb), emulated.table, { ...seen, source }, now + 1);
    expect(await give(retire('10.0.0.2'))).toMatchObject({ result: 'DONE' });
  });

  it('that was never seen is refused, with those that were', async () => {
    const { give, kits, gatewayId } = await placed('DISTRIBUTED');
    expect(await give(retire('10.0.0.3'))).toMatchObject({
      ...{ result: 'REFUSED', code: 'UNKNOWN_SOURCE' },
      message: 'Kit one was not seen from 10.0.0.3 with a live credential; it was seen from 10.0.0.2.',
    });
    expect((await all(kits.ofShard(gatewayId, 0, 1)))[0]).not.toHaveProperty('retiredSources');
  });
});
