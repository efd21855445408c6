import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { isSecretsState } from '../../../lib/emulator/secrets-manager/state.ts';
import { inFile } from '../../../lib/emulator/wire/persistence.ts';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'persistence-')), 'secrets.json');
});
const open = () => inFile<unknown>(path, isSecretsState);
const secret = { arn: 'a', name: 'n', versions: [{ versionId: 'v', stages: ['AWSCURRENT'] }] };

test('the state before the last change stays beside it', () => {
  open().save({ secrets: [] });
  expect(existsSync(`${path}.previous`)).toBe(false);
  open().save({ secrets: [secret] });
  open().save({ secrets: [secret, secret] });
  expect(JSON.parse(readFileSync(`${path}.previous`, 'utf8'))).toEqual({ secrets: [secret] });
  expect(open().load()).toEqual({ secrets: [secret, secret] });
});

test.each([
  ['half of a file', '{"secrets":[{"arn":"a"'],
  ['an empty file', ''],
  ['another file', '{"gateways":[]}'],
  ['a secret without versions', '{"secrets":[{"arn":"a","name":"n"}]}'],
  ['a version without labels', '{"secrets":[{"arn":"a","name":"n","versions":[{"versionId":"v"}]}]}'],
])('refuses %s, names it, leaves it as it is, and says what to put in its place', (_, text) => {
  writeFileSync(path, text);
  expect(() => open().load()).toThrow(`${path} is damaged`);
  expect(() => open().load()).toThrow(`${path}.previous in its place`);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test.skipIf(!existsSync('/dev/full'))('says that it is unavailable on a full disk, and keeps what was there', () => {
  open().save({ secrets: [] });
  symlinkSync('/dev/full', `${path}.new`);
  expect(() => open().save({ secrets: [secret] })).toThrow(
    expect.objectContaining({ name: 'ServiceUnavailable', status: 503 }),
  );
  expect(open().load()).toEqual({ secrets: [] });
  open().save({ secrets: [secret] });
  expect(open().load()).toEqual({ secrets: [secret] });
});
