import { mkdtempSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDynamoDb } from '../../../lib/emulator/dynamodb/dynamodb.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'damaged-'));

test('tables that another process has open are said to be in use', async () => {
  const folder = newFolder();
  const first = await openDynamoDb(folder);
  await expect(openDynamoDb(folder)).rejects.toThrow(/in use by another process.*--data/);
  await first.close();
});

test('damaged tables are said to be damaged, and what to do about it', async () => {
  const folder = newFolder();
  await (await openDynamoDb(folder)).close();
  writeFileSync(join(folder, 'CURRENT'), 'no such manifest\n');
  await expect(openDynamoDb(folder)).rejects.toThrow(/is damaged .*backup of the whole data folder/);
  await expect(openDynamoDb(folder)).rejects.toThrow(folder);
});

test('a manifest cut to nothing is damage too', async () => {
  const folder = newFolder();
  await (await openDynamoDb(folder)).close();
  for (const name of readdirSync(folder)) if (name.startsWith('MANIFEST')) truncateSync(join(folder, name), 3);
  await expect(openDynamoDb(folder)).rejects.toMatchObject({ name: 'DataFolderUnusable' });
});
