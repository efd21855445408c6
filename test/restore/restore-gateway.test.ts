import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { gatewayItem } from '../../lambdas/store/gateway-item.ts';
import { vaultIn } from '../../lambdas/store/vault.ts';
import { type RestoreNeeds, restoreGateway } from '../../lib/cli/restore-gateway.ts';
import { gatewayId, openRotated, type System } from '../system.ts';

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
  await dynamodb.send(new PutItemCommand({ TableName: backupTable, Item: gatewayItem(backup) }));
  return {
    dynamodb,
    backupTable,
    table: cloud.outputs.gatewaysTable,
    vault: vaultIn(secretsManager),
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
      vault: {
        ...needs.vault,
        describe: async (arn: string) => {
          await system.call('operate', { command: 'repair', gatewayId, actor: 'bob', reason: 'meanwhile' });
          await system.call('apply-registry', {});
          await system.start({ gatewayId, reason: 'meanwhile' });
          await system.until(({ rotation }) => rotation !== undefined);
          return needs.vault.describe(arn);
        },
      },
    };
    expect(await restoreGateway(slow, gatewayId, by)).toEqual({ result: 'CHANGED_MEANWHILE' });
    expect((await system.gateway()).rotation).toBeDefined();
  });
});
