import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKms } from '../../../lib/emulator/kms/kms.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kms-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (signs = true) =>
  createKms({ keys: [{ arn: 'arn:aws:kms:us-east-1:000000000000:key/1', signs }], folder });
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

it('keeps the public half of the signing key beside it from the first start on, for whoever compares', () => {
  start();
  const pem = read('evidence-public-key.pem');
  expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  expect(createPublicKey(pem).equals(createPublicKey(read('evidence-key.pem')))).toBe(true);
  expect(statSync(join(folder, 'evidence-key.pem')).mode & 0o777).toBe(0o600);
});

it('writes the public half again when it is gone or another, and the signing key never', () => {
  start();
  const before = [read('evidence-key.pem'), read('evidence-public-key.pem')];
  rmSync(join(folder, 'evidence-public-key.pem'));
  start();
  writeFileSync(join(folder, 'evidence-public-key.pem'), 'another');
  start();
  expect([read('evidence-key.pem'), read('evidence-public-key.pem')]).toEqual(before);
});
