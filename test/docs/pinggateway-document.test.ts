import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { newer, older } from '../kits/installation.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'pinggateway-document.yaml'), 'utf8');
const parameter = z.strictObject({
  type: z.literal('String'),
  description: z.string(),
  interpolationType: z.literal('ENV_VAR'),
  allowedPattern: z.string(),
});
const document = z
  .strictObject({
    schemaVersion: z.literal('2.2'),
    description: z.string(),
    parameters: z.strictObject({ SecretArn: parameter, VersionStage: parameter }),
    mainSteps: z.tuple([
      z.strictObject({
        action: z.literal('aws:runShellScript'),
        name: z.string(),
        precondition: z.unknown(),
        inputs: z.strictObject({ timeoutSeconds: z.string(), runCommand: z.tuple([z.string()]) }),
      }),
    ]),
  })
  .parse(parse(text));
const [script] = document.mainSteps[0].inputs.runCommand;
const secretArn =
  'arn:aws:secretsmanager:eu-central-1:111122223333:secret:gateway-credential/GatewayCredential/orders-AbCdEf';

test('takes what is sent to it, and nothing in it is put into the script as text', () => {
  const { SecretArn, VersionStage } = document.parameters;
  expect(new RegExp(SecretArn.allowedPattern).test(secretArn)).toBe(true);
  expect(new RegExp(SecretArn.allowedPattern).test(`${secretArn};id`)).toBe(false);
  expect(new RegExp(VersionStage.allowedPattern).test(`live-${newer.credentialId}`)).toBe(true);
  expect(new RegExp(VersionStage.allowedPattern).test('live-11111111-1111-4111-8111-111111111111')).toBe(true);
  expect(new RegExp(VersionStage.allowedPattern).test('live-$(id)')).toBe(false);
  expect(text).not.toContain('{{');
});

describe('on a node', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'node-'));
    file = join(folder, 'gateway.secret.id');
    writeFileSync(file, older.value);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the script with an `aws` that writes down how it was called and answers this. */
  const run = (answer: string, exitCode = 0) => {
    const bin = mkdtempSync(join(tmpdir(), 'bin-'));
    const program = (name: string, lines: string) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${lines}\n`);
      chmodSync(join(bin, name), 0o755);
    };
    writeFileSync(join(bin, 'answer'), `${answer}\n`);
    program('aws', `echo "$@" > '${join(bin, 'asked')}'; cat '${join(bin, 'answer')}'; exit ${exitCode}`);
    program('chown', `echo "$1" > '${join(bin, 'owner')}'`);
    const own = script.replace('/var/pinggateway/secrets/gateway.secret.id', file);
    expect(own).not.toBe(script);
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', own], {
      encoding: 'utf8',
      env: {
        PATH: `${bin}:${process.env.PATH}`,
        SSM_SecretArn: secretArn,
        SSM_VersionStage: `live-${newer.credentialId}`,
      },
    });
    const asked = readFileSync(join(bin, 'asked'), 'utf8').trim();
    rmSync(bin, { recursive: true });
    return { status, output: stdout + stderr, asked, left: readdirSync(folder) };
  };
  const decoded = () => Buffer.from(readFileSync(file, 'utf8'), 'base64').toString();

  test.each([
    ['as this system writes it', JSON.stringify({ credentialId: newer.credentialId, credential: newer.value })],
    ['as a person has put it there', newer.value],
  ])('a version %s is in the file, for its group alone, and in no output', (_, answer) => {
    const { status, output, asked, left } = run(answer);
    expect([status, output, left]).toEqual([0, '', ['gateway.secret.id']]);
    expect([decoded(), statSync(file).mode & 0o777]).toEqual([newer.value, 0o640]);
    expect(asked).toBe(
      `secretsmanager get-secret-value --region eu-central-1 --secret-id ${secretArn} --version-stage live-${newer.credentialId} --query SecretString --output text`,
    );
  });

  test.each([
    ['nothing is answered', '', 254],
    ['there is no credential yet', '{"state":"bootstrap"}', 0],
  ])('when %s, it fails and the old file stays', (_, answer, exitCode) => {
    const { status, left } = run(answer, exitCode);
    expect([status, left, readFileSync(file, 'utf8')]).toEqual([1, ['gateway.secret.id'], older.value]);
  });
});
