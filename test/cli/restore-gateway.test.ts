import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
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
  const dynamodb = new DynamoDBClient(clientSettings(cloud.operator));
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
    nowMs: system.timers.now(),
  };
};
/** Somebody writes nonsense over the record, and the backup is put back. */
const damageAndRestore = async (backup: Gateway) => {
  const needs = await needsFor(backup);
  const { revision } = await system.gateway();
  const damaged = { ...gatewayItem(backup), record: { S: '{"live":' }, revision: { N: `${revision}` } };
  await needs.dynamodb.send(new PutItemCommand({ TableName: needs.table, Item: damaged }));
  return restoreGateway(needs, gatewayId, by);
};

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
});
