import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { orders } from '../iam/playing.ts';
import { installedClone } from '../support/clone.ts';
import { manualKit, openSystem, type System, tagOfKits } from '../support/system.ts';
import { blockOf, readPage } from './pages.ts';

const page = readPage('docs/ci.md');
const step = z.object({ name: z.string().optional(), run: z.string().optional(), uses: z.string().optional() });
const job = z.object({ if: z.string(), steps: z.array(step) });
const workflow = z
  .object({ on: z.record(z.string(), z.unknown()), jobs: z.record(z.string(), job) })
  .parse(parse(blockOf(page, '## The workflow', 'yaml')));

const reader = {
  ...manualKit('reader'),
  kind: 'secrets-manager',
  settings: { secretId: 'kits/reader', propagationSeconds: 1 },
};
const registry = (...more: readonly object[]) => JSON.stringify({ gateways: [orders({ kits: [reader, ...more] })] });

let repository: string;
let system: System;
let role: string | undefined;
beforeAll(async () => {
  repository = installedClone();
  system = await openSystem({ kits: [reader], actsAs: () => role });
  const secret = { Name: 'kits/reader', SecretString: 'none yet', Tags: [tagOfKits] };
  await system.deployment.secretsManager.send(new CreateSecretCommand(secret));
  await system.timers.advance(10_000);
  await system.finish();
});
afterAll(async () => {
  role = undefined;
  await system.close();
  rmSync(repository, { recursive: true });
});

/** Runs every command of a job, word by word and as GitHub runs it, with what the role of the page may do; the codes in their order. */
const runJob = async (name: string, as: string) => {
  const summary = join(repository, 'summary.md');
  writeFileSync(summary, '');
  const codes: number[] = [];
  let printed = '';
  role = as;
  for (const { run } of workflow.jobs[name]?.steps ?? []) {
    if (run === undefined || run === 'npm ci') continue; // the packages are in place
    const child = spawn('bash', ['-e', '-c', run], {
      cwd: repository,
      env: {
        ...system.deployment.cloud.operator,
        ...{ PATH: process.env.PATH, HOME: repository, NO_COLOR: '1', AWS_EC2_METADATA_DISABLED: 'true' },
        ...{ GITHUB_STEP_SUMMARY: summary, GITHUB_SHA: '0a1b2c3d', npm_config_offline: 'true' },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk));
    const [code] = (await once(child, 'close')) as [number];
    codes.push(code);
  }
  role = undefined;
  return { codes, printed, summary: readFileSync(summary, 'utf8') };
};

const write = (text: string): void => writeFileSync(join(repository, 'gateways.json'), text);

describe('The workflow of the page', () => {
  test('has a job for each of the three events, and runs no other program of this project than its command line', () => {
    expect(Object.keys(workflow.on)).toEqual(['pull_request', 'push', 'schedule']);
    expect(Object.values(workflow.jobs).map((one) => one.if)).toEqual(
      Object.keys(workflow.on).map((event) => `github.event_name == '${event}'`),
    );
  });

  test('names an action by the version of a publisher: whoever uses it pins what he has looked at', () => {
    const used = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    expect(new Set(used)).toEqual(
      new Set(['actions/checkout@v4', 'actions/setup-node@v4', 'aws-actions/configure-aws-credentials@v4']),
    );
  });

  test('each night ends with 0 while registry and kits are as they should be', async () => {
    write(registry());
    const { codes, printed } = await runJob('check', 'Viewer');
    expect({ codes, printed }).toEqual({
      codes: [0, 0],
      printed: expect.stringMatching(/Nothing is to be changed\.[\s\S]*No kit differs that can be asked\./),
    });
  });

  test('shows in a pull request what would change, which nobody is stopped by, and changes nothing', async () => {
    write(registry(manualKit('two')));
    const { codes, summary } = await runJob('plan', 'Viewer');
    expect({ codes, summary }).toEqual({ codes: [0], summary: expect.stringMatching(/two[\s\S]*1 change would be/) });
    expect((await runJob('check', 'Viewer')).codes).toEqual([2, 0]);
  });

  test('stops a pull request whose file is wrong', async () => {
    write('{"gateways": [{}]}');
    expect((await runJob('plan', 'Viewer')).codes).toEqual([1]);
  });

  test('refuses to apply with the role that looks', async () => {
    write(registry(manualKit('two')));
    expect((await runJob('apply', 'Viewer')).codes).toEqual([4]);
  });

  test('applies what was merged, with the commit as the reason', async () => {
    write(registry(manualKit('two')));
    const { codes, printed } = await runJob('apply', 'Registry');
    expect({ codes, printed }).toEqual({ codes: [0], printed: expect.stringContaining('1 change was applied.') });
    expect((await runJob('check', 'Viewer')).codes).toEqual([0, 0]);
    expect((await system.audit()).map(({ reason }) => reason)).toContain('merged as 0a1b2c3d');
  });

  test('each night names a kit that somebody has given another credential', async () => {
    const other = { SecretId: 'kits/reader', SecretString: 'gwc_of_somebody_else' };
    await system.deployment.secretsManager.send(new PutSecretValueCommand(other));
    const { codes, printed } = await runJob('check', 'Viewer');
    expect({ codes, printed }).toEqual({ codes: [0, 2], printed: expect.stringContaining('DIFFERS reader') });
  });
});
