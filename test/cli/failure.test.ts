import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { failureOf } from '../../lib/cli/failure.ts';
import { runCommand } from '../../lib/cli/program.ts';
import { writeText } from '../../lib/cli/user-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'failure-'));
const thrownBy = (work: () => void): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

it('says in one line what is wrong with a file or folder that a person named', () => {
  const missing = join(folder, 'no', 'evidence.json');
  expect(failureOf(thrownBy(() => void readFileSync(missing)))).toMatchObject({
    exitCode: 2,
    message: `${missing}: there is no such file or folder.`,
  });
  expect(failureOf(thrownBy(() => writeFileSync(folder, '')))?.message).toBe(
    `${folder}: it is a folder, and a file is needed.`,
  );
  expect(failureOf(thrownBy(() => writeText(missing, '{}')))?.message).toMatch(/cannot be written: .*$/);
});

it('says that a table is not there', () => {
  const error = new DynamoDBServiceException({
    name: 'ResourceNotFoundException',
    message: 'Requested resource not found: Table: gateways-at-noon not found',
    $fault: 'client',
    $metadata: {},
  });
  expect(failureOf(error)).toMatchObject({
    exitCode: 4,
    message:
      'AWS refused: there is no such thing in this account and region: Requested resource not found: Table: gateways-at-noon not found',
  });
});

it('takes nothing else for a mistake of the person', () => {
  expect(failureOf(new TypeError('x is undefined'))).toBeUndefined();
});

it('says in one line that a file for evidence is missing', async () => {
  const said: string[] = [];
  const terminal = {
    ...{ out: () => undefined, say: (text: string) => void said.push(text), isInteractive: false },
    ...{
      confirm: async () => false,
      input: async () => '',
      screen: () => undefined,
      frame: () => undefined,
      done: () => undefined,
    },
  };
  expect(await runCommand(['evidence', '--verify', join(folder, 'none.json')], { terminal, environment: {} })).toBe(2);
  expect(said).toHaveLength(1);
});

it.skipIf(process.platform === 'win32')('ends without a stack trace when the reader of its output has enough', () => {
  const { stderr } = spawnSync('sh', ['-c', `"${process.execPath}" lib/cli/main.ts --help | true`], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
});
