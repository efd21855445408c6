import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKeys } from '../../../lib/emulator/wire/keys.ts';

const profile = { region: 'us-east-1', endpointUrl: 'http://127.0.0.1:4566' };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("the operator's key is in a credentials file that only its owner can read, and says where to send requests", () => {
  const keys = createKeys(folder, profile);
  const { accessKeyId, secretAccessKey } = keys.keyOf('operator');

  expect(keys.credentialsFile()).toBe(join(folder, 'aws-credentials'));
  expect(statSync(keys.credentialsFile()).mode & 0o777).toBe(0o600);
  expect(readFileSync(keys.credentialsFile(), 'utf8')).toBe(
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\nregion = us-east-1\nendpoint_url = http://127.0.0.1:4566\n`,
  );
});

test("the operator's key outlives a restart, those of functions do not", () => {
  const before = createKeys(folder, profile);
  before.credentialsFile();
  const after = createKeys(folder, profile);

  expect(after.keyOf('operator')).toEqual(before.keyOf('operator'));
  expect(after.keyOf('authorize')).not.toEqual(before.keyOf('authorize'));
  expect(after.find(before.keyOf('authorize').accessKeyId)).toBeUndefined();
});

test('writes nothing into a folder before it is asked for the file: another process may use it', () => {
  createKeys(folder, profile).credentialsFile();
  const before = readFileSync(join(folder, 'aws-credentials'), 'utf8');

  const keys = createKeys(folder, { ...profile, endpointUrl: 'http://127.0.0.1:1' });
  expect(readFileSync(join(folder, 'aws-credentials'), 'utf8')).toBe(before);
  keys.credentialsFile();
  expect(readFileSync(join(folder, 'aws-credentials'), 'utf8')).toContain('http://127.0.0.1:1\n');
});

test('refuses a credentials file without a key, and leaves it as it is', () => {
  writeFileSync(join(folder, 'aws-credentials'), 'mine\n');

  expect(() => createKeys(folder, profile)).toThrow('holds no AWS access key');
  expect(readFileSync(join(folder, 'aws-credentials'), 'utf8')).toBe('mine\n');
});

test('without a data folder the file is made when asked for, and removed at the end', () => {
  const keys = createKeys(undefined, profile);
  const path = keys.credentialsFile();

  expect(statSync(path).mode & 0o777).toBe(0o600);
  keys.close();
  expect(existsSync(path)).toBe(false);
});
