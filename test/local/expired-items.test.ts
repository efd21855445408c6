import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, inject, it } from 'vitest';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { removeExpired } from '../../lib/local/expired-items.ts';
import { openForTest } from '../support/open-deployment.ts';
import { virtualTimers } from '../support/virtual-timers.ts';

it('deletes what has expired, and neither what has not nor what never does', async () => {
  const registryFile = join(mkdtempSync(join(tmpdir(), 'expired-')), 'gateways.json');
  writeFileSync(registryFile, '{"gateways":[]}');
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  const template = inject('template');
  const deployment = await openForTest({ template, registryFile, timers: virtualTimers(nowMs) });
  const dynamodb = new DynamoDBClient(clientSettings(deployment.cloud.ofOperator));
  const { useTable: TableName } = deployment.cloud.outputs;
  const expiry: Record<string, { expiresAt?: { N: string } }> = {
    past: { expiresAt: { N: '1767225599' } },
    now: { expiresAt: { N: '1767225600' } },
    later: { expiresAt: { N: '1767225601' } },
    never: {},
  };
  for (const [name, more] of Object.entries(expiry))
    await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'use' }, sk: { S: name }, ...more } }));
  expect(await removeExpired(dynamodb, template, nowMs)).toBe(1);
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }));
  expect(Items.map(({ sk }) => sk?.S).toSorted()).toEqual(['later', 'never', 'now']);
  await deployment.close();
});
