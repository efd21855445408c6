import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { gatewayItem } from '../../lambdas/aws/gateway-item.ts';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { type RestoreNeeds, restoreGateway } from '../../lib/cli/restore-gateway.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';
import { cliOf } from './terminal-double.ts';

const by = { actor: 'ann', reason: 'the record was damaged' };
let system: System;
afterEach(() => system.close());

/** The table as DynamoDB would restore it: the record as it was, and nothing of what came after. */
const backupTable = 'gateways-restored';
const needsFor = async (backup: Gateway): Promise<RestoreNeeds> => {
  const { cloud, secretsManager } = system.deployment;
  const dynamodb = new DynamoDBClient(clientSettings({ environment: cloud.operator }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: backupTable,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists({ client: dynamodb, minDelay: 1, maxWaitTime: 20 }, { TableName: backupTable });
  await dynamodb.send(new PutItemCommand({ TableName: backupTable, Item: gatewayItem(backup) }));
  return {
    dynamodb,
    backupTable,
    table: cloud.outputs.gatewaysTable,
    secretVersions: secretVersionsIn(secretsManager),
    events: [],
    acceptsMissing: false,
    nowMs: system.timers.now(),
  };
};
/** Somebody writes nonsense over the record, and the backup is put back. */
const damageAndRestore = async (backup: Gateway) => {
  const needs = await needsFor(backup);
  const damaged = { ...gatewayItem(await system.gateway()), record: { S: '{"live":' } };
  await needs.dynamodb.send(new PutItemCommand({ TableName: needs.table, Item: damaged }));
  return restoreGateway(needs, gatewayId, by);
};
/** A rotation from its start to its end, and the credential that it revoked. */
const rotate = async (): Promise<{ backup: Gateway; old: string }> => {
  const backup = await system.gateway();
  const old = await system.credentialOf(backup.live[0] ?? { versionId: '' });
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.until(({ rotation }) => rotation !== undefined);
  await system.finish();
  return { backup, old };
};
/** Items of the audit are deleted: those of one kind. */
const deleteEntries = async ({ dynamodb, table }: RestoreNeeds, kind: string): Promise<readonly number[]> => {
  const gone = (await system.audit()).filter((one) => one.kind === kind).map(({ revision }) => revision);
  for (const revision of gone)
    await dynamodb.send(
      new DeleteItemCommand({
        TableName: table,
        Key: { pk: { S: `AUDIT#${gatewayId}` }, sk: { S: `${revision}`.padStart(12, '0') } },
      }),
    );
  return gone;
};
const put = ({ dynamodb, table }: RestoreNeeds, Item: Record<string, AttributeValue>) =>
  dynamodb.send(new PutItemCommand({ TableName: table, Item }));

describe('a gateway restored from a backup that is older than its last rotation', () => {
  it('still refuses what was revoked since, accepts what was created since, and rotates again (invariants 4, 5 and 8)', async () => {
    system = await openRotated();
    const backup = await system.gateway();
    const old = await system.credentialOf(backup.live[0] ?? { versionId: '' });
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation !== undefined);
    const rotated = await system.finish();
    const young = await system.credentialOf(rotated.live[0] ?? { versionId: '' });

    expect(await damageAndRestore(backup)).toMatchObject({ result: 'RESTORED' });

    expect([await system.ask(old), await system.ask(young)]).toEqual([401, 200]);
    const { live, currentVersionId, revoked } = await system.gateway();
    expect({ live: live.map(({ credentialId }) => credentialId), currentVersionId }).toEqual({
      live: rotated.live.map(({ credentialId }) => credentialId),
      currentVersionId: rotated.currentVersionId,
    });
    expect(revoked).toMatchObject([{ cause: 'RETIRED', confirmedAtMs: expect.any(Number) }]);
    await system.start({ gatewayId, reason: 'after the restore' });
    await system.until(({ rotation }) => rotation !== undefined);
    const again = await system.finish();
    expect(again.ended.at(-1)?.outcome).toBe('COMPLETED');
    expect([await system.ask(old), await system.ask(young)]).toEqual([401, 401]);
    expect((await system.audit()).map(({ kind }) => kind)).toContain('restore');
  });

  it('lets a compromised credential die on the time that the button set (invariant 7)', async () => {
    system = await openRotated();
    const backup = await system.gateway();
    const old = await system.credentialOf(backup.live[0] ?? { versionId: '' });
    const press = { gatewayId, confirmGatewayId: gatewayId, actor: 'ann', reason: 'leaked', requestId: 'press-1' };
    await system.call('compromise', { ...press, rejectWithinSeconds: 0 });
    await system.until(({ rotation, outbox }) => rotation?.stage === 'DISTRIBUTED' && outbox.length === 0);

    expect(await damageAndRestore(backup)).toMatchObject({ result: 'RESTORED' });

    expect(await system.ask(old)).toBe(401);
    const { presses } = await system.gateway();
    expect(presses).toMatchObject([{ requestId: 'press-1' }]);
  });

  it('changes nothing when the gateway is not in the backup, or is written meanwhile', async () => {
    system = await openRotated();
    const backup = await system.gateway();
    const needs = await needsFor(backup);
    expect(await restoreGateway(needs, 'invoices' as typeof gatewayId, by)).toEqual({ result: 'NOT_IN_BACKUP' });
    const slow = {
      ...needs,
      secretVersions: {
        ...needs.secretVersions,
        describe: async (arn: string) => {
          await system.call('operate', { command: 'repair', gatewayId, actor: 'bob', reason: 'meanwhile' });
          await system.call('apply-registry', {});
          await system.start({ gatewayId, reason: 'meanwhile' });
          await system.until(({ rotation }) => rotation !== undefined);
          return needs.secretVersions.describe(arn);
        },
      },
    };
    expect(await restoreGateway(slow, gatewayId, by)).toEqual({ result: 'CHANGED_MEANWHILE' });
    expect((await system.gateway()).rotation).toBeDefined();
  });
});

describe('a gateway whose audit lacks entries', () => {
  it('is not restored, whatever the record that is there looks like, and nothing is written', async () => {
    system = await openRotated();
    const { backup } = await rotate();
    const needs = await needsFor(backup);
    const [revision] = await deleteEntries(needs, 'revoke');
    const before = await system.gateway();
    const items = [gatewayItem(before), { ...gatewayItem(before), record: { S: 'x' } }];
    for (const item of items) {
      await put(needs, item);
      const refused = await restoreGateway(needs, gatewayId, by);
      expect(refused).toMatchObject({ result: 'ENTRIES_MISSING' });
      expect(JSON.stringify(refused)).toContain(`between the revisions`);
    }
    expect(revision).toBeGreaterThan(backup.revision);
    await put(needs, gatewayItem(before));
    expect(await system.gateway()).toEqual(before);
  });

  it('still refuses what the readable record refuses, once a named person goes on without them (invariants 7 and 8)', async () => {
    system = await openRotated();
    const { backup, old } = await rotate();
    const needs = await needsFor(backup);
    await deleteEntries(needs, 'revoke');
    await deleteEntries(needs, 'confirm');
    const doomed = (await system.gateway()).live[0];
    await system.call('compromise', {
      ...{ gatewayId, confirmGatewayId: gatewayId, actor: 'ann', reason: 'leaked', requestId: 'press-1' },
      rejectWithinSeconds: 0,
    });
    await system.until(({ rotation }) => rotation?.attempt === 1); // what follows the answer is done
    await deleteEntries(needs, 'compromise');
    const value = await system.credentialOf(doomed ?? { versionId: '' });
    const { revoked } = await system.gateway();

    const restored = await restoreGateway({ ...needs, acceptsMissing: true }, gatewayId, by);

    expect(restored).toMatchObject({ result: 'RESTORED' });
    expect([await system.ask(old), await system.ask(value)]).toEqual([401, 401]);
    expect((await system.gateway()).revoked).toEqual(
      expect.arrayContaining(revoked.map(({ credentialId }) => expect.objectContaining({ credentialId }))),
    );
    const entry = (await system.audit()).findLast(({ kind }) => kind === 'restore');
    expect(entry?.actor).toBe('ann');
    expect(entry?.detail?.mayBeMissing).toEqual(
      expect.arrayContaining([{ afterRevision: expect.any(Number), beforeRevision: expect.any(Number) }]),
    );
  });
});

describe('the command restore', () => {
  it('puts every gateway of the restored table back, from an audit that was exported as well', async () => {
    system = await openRotated();
    const backup = await system.gateway();
    const old = await system.credentialOf(backup.live[0] ?? { versionId: '' });
    const { backupTable: fromTable, dynamodb, table } = await needsFor(backup);
    await system.call('compromise', {
      ...{ gatewayId, confirmGatewayId: gatewayId, actor: 'ann', reason: 'leaked', requestId: 'press-1' },
      rejectWithinSeconds: 0,
    });
    const { revision } = await system.finish();
    await dynamodb.send(
      new PutItemCommand({ TableName: table, Item: { ...gatewayItem(backup), revision: { N: `${revision}` } } }),
    );
    expect(await system.ask(old)).toBe(200); // the danger: the backup as it is revives the credential
    const folder = mkdtempSync(join(tmpdir(), 'restore-'));
    const events = join(folder, 'events.jsonl');
    writeFileSync(events, system.events.map(({ detail }) => JSON.stringify({ detail })).join('\n'));

    const restore = ['restore', gatewayId, '--from-table', fromTable, '--events', events, '--reason', 'damaged'];
    expect(await cliOf(system)(restore)).toMatchObject({ exitCode: 3 });
    expect(await cliOf(system)([...restore, '--yes'])).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('RESTORED'),
    });

    expect(await system.ask(old)).toBe(401);
    rmSync(folder, { recursive: true });
  });

  it('lists what may be missing, and goes on without it only in the name of a person who was shown the list', async () => {
    system = await openRotated();
    const { backup, old } = await rotate();
    const needs = await needsFor(backup);
    await deleteEntries(needs, 'verified');
    const run = cliOf(system);
    const restore = ['restore', gatewayId, '--from-table', backupTable, '--reason', 'damaged'];

    expect(await run([...restore, '--yes'])).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/ENTRIES_MISSING[\s\S]*up to \d+ between the revisions \d+ [\s\S]*--accept-missing/),
    });
    const declined = await run([...restore, '--accept-missing'], [true, false]);
    expect(declined).toMatchObject({
      exitCode: 3,
      said: expect.stringMatching(/may be missing:\n- up to \d+ between/),
    });
    expect((await system.audit()).map(({ kind }) => kind)).not.toContain('restore');

    const accepted = await run([...restore, '--accept-missing', '--json'], [true, true]);
    expect(accepted).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(accepted.out)).toMatchObject({ format: 'gateway-credential-rotation/restore/v1' });
    const entry = (await system.audit()).at(-1);
    expect(entry).toMatchObject({ kind: 'restore', reason: 'damaged', actor: expect.stringMatching(/^arn:/) });
    expect(await system.ask(old)).toBe(401);
  });
});
