import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAudit } from '../../lambdas/aws/audit.ts';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { Gateway, LiveCredential, Transition } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import { gatewaysIn } from '../../lambdas/wiring/gateways.ts';
import { all, gateway, openEmulated } from './emulated.ts';

const nowMs = 1_800_000_000_000;
const rotationId = '11111111-1111-4111-8111-111111111111' as RotationId;
const begin = { kind: 'begin', rotationId, trigger: 'manual', actor: 'ann', reason: 'quarterly' } as const;

const adopted: LiveCredential = {
  credentialId: 'abcdefghij' as CredentialId,
  digest: 'd',
  stage: 'CURRENT',
  createdAtMs: 1,
  versionId: 'v',
  origin: { kind: 'adopted', actor: 'ann', reason: 'by hand' },
};

let emulated: Awaited<ReturnType<typeof openEmulated>>;
beforeAll(async () => {
  emulated = await openEmulated();
});
afterAll(() => emulated.close());

const open = (
  publish: (gatewayId: GatewayId, transitions: readonly Transition[]) => Promise<void> = async () => undefined,
) => gatewaysIn(emulated.dynamodb, emulated.table, publish, () => nowMs);

describe('The gateway records', () => {
  it('register a gateway once', async () => {
    const gateways = open();
    expect(await gateways.register(gateway('once'))).toBe(true);
    expect(await gateways.register({ ...gateway('once'), revision: 7 })).toBe(false);
    expect((await gateways.read('once' as GatewayId))?.revision).toBe(1);
  });

  it('save a transition with its audit item and its publication, and drop it from the outbox (invariant 11)', async () => {
    const published: Transition[] = [];
    const gateways = open(async (_, transitions) => void published.push(...transitions));
    await gateways.register(gateway('audited'));
    const applied = await gateways.apply('audited' as GatewayId, begin);
    expect(applied).toMatchObject({
      kind: 'applied',
      changed: true,
      gateway: { revision: 2, outbox: [], rotation: { rotationId } },
    });
    const expected = { revision: 2, kind: 'begin', atMs: nowMs, actor: 'ann', reason: 'quarterly', rotationId };
    expect(published).toMatchObject([expected]);
    expect(await all(readAudit(emulated.dynamodb, emulated.table, 'audited' as GatewayId, 0))).toMatchObject([
      expected,
    ]);
    expect((await gateways.read('audited' as GatewayId))?.outbox).toEqual([]);
  });

  it('go on when nothing can be published, and publish everything once, in order, when it can be again', async () => {
    let reachable = false;
    const published: string[] = [];
    const gateways = open(async (_, transitions) => {
      if (!reachable) throw new TemporarilyUnavailable('no bus');
      published.push(...transitions.map(({ kind }) => kind));
    });
    const gatewayId = 'unpublished' as GatewayId;
    const decide = (kind: 'hold' | 'resume') =>
      gateways.apply(gatewayId, { kind, rotationId, actor: 'ann', reason: 'x' });
    await gateways.register(gateway('unpublished'));
    for (const applied of [await gateways.apply(gatewayId, begin), await decide('hold'), await decide('resume')])
      expect(applied).toMatchObject({ kind: 'applied', changed: true });
    expect(await gateways.read(gatewayId)).toMatchObject({ outbox: [], unpublishedFrom: 2 });
    reachable = true;
    await decide('hold');
    expect(published).toEqual(['begin', 'hold', 'resume', 'hold']);
    expect(await gateways.read(gatewayId)).not.toHaveProperty('unpublishedFrom');
  });

  it('let the compromise button through when nothing can be published (invariant 7)', async () => {
    const gateways = open(async () => {
      throw new TemporarilyUnavailable('no bus');
    });
    await gateways.register({
      ...gateway('pressed'),
      live: [adopted],
      outbox: [{ revision: 1, kind: 'register', atMs: nowMs, actor: 'ann', reason: 'new' }],
    });
    const pressed = await gateways.apply('pressed' as GatewayId, {
      kind: 'compromise',
      requestId: 'r1',
      rotationId,
      rejectWithinSeconds: 60,
      actor: 'ann',
      reason: 'leak',
    });
    expect(pressed).toMatchObject({ kind: 'applied', changed: true });
    const after = await gateways.read('pressed' as GatewayId);
    expect(after?.outbox.map(({ kind }) => kind)).toEqual(['compromise']);
    const audit = await all(readAudit(emulated.dynamodb, emulated.table, 'pressed' as GatewayId, 0));
    expect(audit.map(({ kind }) => kind)).toEqual(['register', 'compromise']);
    if (after) expect(await gateways.flush(after)).toMatchObject({ outbox: [], unpublishedFrom: 1 });
  });

  const press = {
    kind: 'compromise',
    requestId: 'r1',
    rotationId,
    rejectWithinSeconds: 60,
    actor: 'ann',
    reason: 'leak',
  } as const;
  const inUse = (name: string): Gateway => ({ ...gateway(name), live: [adopted] });
  /** A client whose first writes lose their race, or find no answer. */
  const losing = (times: number, name: string) => {
    const dynamodb = new DynamoDBClient({ ...emulated.settings, maxAttempts: 1 });
    let left = times;
    dynamodb.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName === 'PutItemCommand' && left-- > 0) throw Object.assign(new Error(), { name });
          return next(args);
        },
      { step: 'initialize', name: 'losing' },
    );
    return dynamodb;
  };

  it.each(['ConditionalCheckFailedException', 'ProvisionedThroughputExceededException'])(
    'try the button again as long as there is time, however often it is met by %s (invariant 7)',
    async (name) => {
      await open().register(inUse(`busy-${name}`));
      const dynamodb = losing(25, name);
      const gateways = gatewaysIn(
        dynamodb,
        emulated.table,
        async () => undefined,
        () => nowMs,
      );
      const pressed = await gateways.apply(`busy-${name}` as GatewayId, press, nowMs + 1);
      expect(pressed).toMatchObject({ kind: 'applied', changed: true });
      dynamodb.destroy();
    },
  );

  it('give the button up when its time is over, and say so', async () => {
    await open().register(inUse('late'));
    let clockMs = nowMs;
    const dynamodb = losing(Number.POSITIVE_INFINITY, 'ConditionalCheckFailedException');
    const gateways = gatewaysIn(
      dynamodb,
      emulated.table,
      async () => undefined,
      () => clockMs++,
    );
    await expect(gateways.apply('late' as GatewayId, press, nowMs + 20)).rejects.toThrow(/writers were faster/);
    dynamodb.destroy();
  });

  it('let the button through a crowd of writers that never pause, once (invariants 3 and 7)', async () => {
    const gateways = open();
    await gateways.register(inUse('crowded'));
    let pressed = false;
    let written = 0;
    const crowd = Array.from({ length: 8 }, async (_, writer) => {
      while (!pressed)
        await gateways
          .apply('crowded' as GatewayId, {
            kind: 'retry-kit',
            kitId: `kit-${writer}` as KitId,
            credentialId: adopted.credentialId,
            actor: 'ann',
            reason: 'again',
          })
          .then(() => ++written)
          .catch(() => undefined);
    });
    while (written < 20) await new Promise(setImmediate);
    const results = await Promise.all(
      [1, 2, 3].map(() => gateways.apply('crowded' as GatewayId, press, Number.POSITIVE_INFINITY)),
    );
    pressed = true;
    await Promise.all(crowd);
    expect(results.filter((one) => one.kind === 'applied' && one.changed)).toHaveLength(1);
    expect((await gateways.read('crowded' as GatewayId))?.presses).toHaveLength(1);
  });

  it('let only one of many concurrent writers win at a revision, and no transition is lost', async () => {
    const gateways = open();
    await gateways.register(gateway('raced'));
    const ids = Array.from({ length: 5 }, (_, index) => `00000000-0000-4000-8000-00000000000${index}` as RotationId);
    const results = await Promise.all(
      ids.map((id) => gateways.apply('raced' as GatewayId, { ...begin, rotationId: id })),
    );
    expect(results.filter((result) => result.kind === 'applied' && result.changed)).toHaveLength(1);
    expect(
      results.filter((result) => result.kind === 'refused').map((result) => 'code' in result && result.code),
    ).toEqual(Array(4).fill('ROTATION_RUNNING'));
    expect((await gateways.read('raced' as GatewayId))?.revision).toBe(2);
  });

  it('change nothing for a refusal', async () => {
    const gateways = open();
    await gateways.register(gateway('refused'));
    expect(
      await gateways.apply('refused' as GatewayId, { kind: 'hold', rotationId, actor: 'ann', reason: 'wait' }),
    ).toMatchObject({ kind: 'refused', code: 'NOT_RUNNING' });
    expect((await gateways.read('refused' as GatewayId))?.revision).toBe(1);
  });

  it('list every gateway over as many pages as there are', async () => {
    const gateways = open();
    const padding = 'x'.repeat(300_000);
    for (const name of ['page-1', 'page-2', 'page-3', 'page-4', 'page-5'])
      await gateways.register({ ...gateway(name), secretArn: padding });
    expect(await all(gateways.list())).toEqual(
      expect.arrayContaining(['page-1', 'page-2', 'page-3', 'page-4', 'page-5']),
    );
  });

  it('read the audit over as many pages as there are, in order', async () => {
    for (let revision = 1; revision <= 6; revision++)
      await emulated.dynamodb.send(
        new PutItemCommand({
          TableName: emulated.table,
          Item: {
            pk: { S: 'AUDIT#long' },
            sk: { S: `${revision}`.padStart(12, '0') },
            transition: { S: JSON.stringify({ revision, reason: 'x'.repeat(300_000) }) },
          },
        }),
      );
    expect(
      (await all(readAudit(emulated.dynamodb, emulated.table, 'long' as GatewayId, 2))).map(({ revision }) => revision),
    ).toEqual([2, 3, 4, 5, 6]);
  });
});
