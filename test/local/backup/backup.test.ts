import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { clientSettings } from '../../../lambdas/runtime/client-settings.ts';
import { runBackupCommand } from '../../../lib/local/backup/command.ts';
import { restoreBackup } from '../../../lib/local/backup/restore-backup.ts';
import { takeBackup } from '../../../lib/local/backup/take-backup.ts';
import type { Deployment } from '../../../lib/local/deployment.ts';
import { openForTest } from '../../support/open-deployment.ts';
import { virtualTimers } from '../../support/virtual-timers.ts';

let folder: string;
const running = new Set<Deployment>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backup-'));
  writeFileSync(join(folder, 'gateways.json'), '{"gateways":[]}');
});
afterEach(async () => {
  for (const one of running) await one.close();
  running.clear();
});
const at = (name: string): string => join(folder, name);
const open = async (dataFolder: string): Promise<Deployment> => {
  const timers = virtualTimers(Date.parse('2026-01-01T00:00:00Z'));
  const registryFile = at('gateways.json');
  const deployment = await openForTest({ template: inject('template'), registryFile, timers, dataFolder });
  running.add(deployment);
  return deployment;
};
const close = async (deployment: Deployment): Promise<void> => {
  running.delete(deployment);
  await deployment.close();
};

const SecretId = 'counted';
const dynamodbOf = ({ cloud }: Deployment) => new DynamoDBClient(clientSettings(cloud.ofOperator));
const key = { pk: { S: 'test#count' }, sk: { S: 'count' } };
const write = async (deployment: Deployment, secrets: SecretsManagerClient, count: number): Promise<void> => {
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: String(count) })); // as a rotation: the value first,
  const Item = { ...key, count: { N: String(count) } };
  const TableName = deployment.cloud.outputs.gatewaysTable;
  await dynamodbOf(deployment).send(new PutItemCommand({ TableName, Item })); // and then the record that names it
};
const counts = async (deployment: Deployment) => {
  const TableName = deployment.cloud.outputs.gatewaysTable;
  const { Item } = await dynamodbOf(deployment).send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
  const { SecretString } = await deployment.secretsManager.send(new GetSecretValueCommand({ SecretId }));
  return { record: Number(Item?.count?.N), secret: Number(SecretString) };
};
const began = async (): Promise<Deployment> => {
  const deployment = await open(at('data'));
  await deployment.secretsManager.send(new CreateSecretCommand({ Name: SecretId, SecretString: '0' }));
  await write(deployment, deployment.secretsManager, 1);
  return deployment;
};
/** A backup of a machine that has stopped. */
const backedUp = async (): Promise<void> => {
  await close(await began());
  await takeBackup(at('data'), at('backup'));
};

describe('A backup', () => {
  it('is of one moment, while the machine goes on writing: no record in it names a value that is not there', async () => {
    const deployment = await began();
    const writing = { count: 1, goesOn: true };
    const writer = (async () => {
      while (writing.goesOn) await write(deployment, deployment.secretsManager, ++writing.count);
    })();
    const before: number[] = [];
    for (const name of ['b1', 'b2', 'b3']) {
      before.push(writing.count);
      await takeBackup(at('data'), at(name));
    }
    writing.goesOn = false;
    await writer;
    await close(deployment);
    for (const [index, name] of ['b1', 'b2', 'b3'].entries()) {
      await restoreBackup(at(name), at(`${name}-restored`));
      const restored = await open(at(`${name}-restored`));
      const { record, secret } = await counts(restored);
      expect(record).toBeGreaterThanOrEqual((before[index] ?? 0) - 1);
      expect([record, record + 1]).toContain(secret);
      await close(restored);
    }
    expect(writing.count).toBeGreaterThan((before[0] ?? 0) + 5); // it did go on
    expect(readdirSync(at('data')).filter((name) => name.startsWith('backup-'))).toEqual([]);
  });

  it('is of a machine that has stopped as well, and can be read by nobody else', async () => {
    await backedUp();
    expect(statSync(at('backup')).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(at('backup'))) {
      const { mode } = statSync(join(at('backup'), name));
      expect({ name, mode: mode & 0o077 }).toEqual({ name, mode: 0 });
    }
    await restoreBackup(at('backup'), at('restored'));
    expect(readFileSync(at('restored/aws-credentials'), 'utf8')).toBe(readFileSync(at('data/aws-credentials'), 'utf8'));
    expect(readFileSync(at('restored/evidence-key.pem'), 'utf8')).toBe(
      readFileSync(at('data/evidence-key.pem'), 'utf8'),
    );
    expect(statSync(at('restored/secrets.json')).mode & 0o777).toBe(0o600);
    expect(await counts(await open(at('restored')))).toEqual({ record: 1, secret: 1 });
  });

  it('says that it holds secrets, and after a restore what is not known there', async () => {
    await close(await began());
    expect(await runBackupCommand('backup', ['--data', at('data'), '--to', at('backup')], {})).toMatch(
      /read back and as written, in .*\nIt holds every secret of this machine/,
    );
    expect(await runBackupCommand('restore', ['--data', at('again'), '--from', at('backup')], {})).toMatch(
      /a credential that was revoked or compromised later is accepted again/,
    );
  });

  it.each([
    ['a folder that is there already', () => takeBackup(at('data'), at('data')), /is there already/],
    ['a place in no folder', () => takeBackup(at('data'), at('none/backup')), /none does not exist/],
    ['what is no data folder', () => takeBackup(folder, at('backup')), /is no data folder/],
    ['an option that it does not know', () => runBackupCommand('backup', ['--too', 'x'], {}), /Unknown option '--too'/],
    ['no place at all', () => runBackupCommand('restore', ['--data', 'x'], {}), /restore needs --from FOLDER/],
  ])('refuses %s', async (_, attempt, message) => {
    await close(await began());
    await expect(attempt()).rejects.toThrow(message);
  });

  it('refuses a folder in use whose process does not answer', async () => {
    await began();
    rmSync(at('data/aws-credentials'));
    await expect(takeBackup(at('data'), at('backup'))).rejects.toThrow(/is in use by a process that does not answer/);
    expect(existsSync(at('backup'))).toBe(false);
  });
});

describe('A restore', () => {
  it('refuses a folder in use, and one that is not empty', async () => {
    await backedUp();
    await open(at('data'));
    await expect(restoreBackup(at('backup'), at('data'))).rejects.toThrow(/not empty, and may be in use/);
    await expect(restoreBackup(at('backup'), folder)).rejects.toThrow(/is not empty/);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'of which a byte has changed',
      () => appendFileSync(at('backup/secrets.json'), ' '),
      /secrets\.json is not as it was/,
    ],
    ['of which a file is gone', () => rmSync(at('backup/tables.jsonl')), /tables\.jsonl is missing/],
    ['that was never finished', () => rmSync(at('backup/backup.json')), /is no backup, or one that was never finished/],
    [
      'whose list was changed',
      () => {
        const text = readFileSync(at('backup/backup.json'), 'utf8');
        writeFileSync(at('backup/backup.json'), text.replace(/"takenAt": "\d{4}/, '"takenAt": "2001'));
      },
      /backup\.json is not as it was written/,
    ],
    [
      'that a newer version made',
      () => writeFileSync(at('backup/backup.json'), '{"content":{"dataFormat":2,"more":1},"sha256":""}'),
      /made by a newer version: its format is 2/,
    ],
  ])('refuses a backup %s, and begins nothing', async (_, damage, message) => {
    await backedUp();
    damage();
    await expect(restoreBackup(at('backup'), at('restored'))).rejects.toThrow(message);
    expect(existsSync(at('restored'))).toBe(false);
  });
});
