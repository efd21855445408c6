import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Connection, connect } from '../../lib/cli/connection.ts';
import { targetOf } from '../../lib/cli/target.ts';
import { systemTimers } from '../../lib/emulator/wire/timers.ts';
import type { Deployment } from '../../lib/local/deployment.ts';
import { openForTest } from '../support/open-deployment.ts';
import { e2eApp, e2eStackName } from './app.ts';
import { callerOf, withDeployment } from './deployment.ts';
import { playEndToEnd } from './scenario.ts';

const registry = {
  gateways: [{ gatewayId: 'orders', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits: [] }],
};

describe('The end-to-end scenario', () => {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-'));
  let deployment: Deployment;
  let connection: Connection;
  beforeAll(async () => {
    const registryFile = join(folder, 'gateways.json');
    writeFileSync(registryFile, JSON.stringify(registry));
    deployment = await openForTest({ template: inject('template'), registryFile, timers: systemTimers });
    await deployment.call('apply-registry', { actor: 'test', reason: 'test' });
    await deployment.cloud.startSchedules();
    connection = await connect(targetOf({ data: dirname(deployment.cloud.credentialsFile()) }));
  });
  afterAll(async () => {
    connection.close();
    await deployment.close();
    rmSync(folder, { recursive: true });
  });
  const play = (
    given: { readonly gateways: readonly unknown[] },
    say: (line: string) => void,
    signal = new AbortController().signal,
  ): Promise<void> =>
    playEndToEnd({ connection, registry: given, rejectWithinSeconds: 10, patienceMs: 60_000, say, signal });

  it('holds on this machine, through its AWS endpoint, and takes away what it made', async () => {
    const said: string[] = [];
    await play(registry, (line) => said.push(line));
    expect(said.filter((line) => / 0 refused/.test(line))).toHaveLength(2);
    expect(said.at(-1)).toMatch(/^Gateway e2e-[0-9a-f]{8} is retired and its secret is deleted/);
    expect((await connection.apply({ registry, plan: true, actor: 'test', reason: 'test' })).count).toBe(0);
  });

  it('takes away what it made when it is interrupted in the middle of a rotation', async () => {
    const said: string[] = [];
    const stopping = new AbortController();
    const say = (line: string): void => {
      said.push(line);
      if (/has begun/.test(line)) stopping.abort(new Error('interrupted'));
    };
    await expect(play(registry, say, stopping.signal)).rejects.toThrow(/abort|interrupted/);
    expect(said.at(-1)).toMatch(/is retired and its secret is deleted/);
    expect((await connection.apply({ registry, plan: true, actor: 'test', reason: 'test' })).count).toBe(0);
  });

  it('touches nothing when another registry is deployed than the one it was given', async () => {
    await expect(play({ gateways: [] }, () => undefined)).rejects.toThrow(
      /Another gateways.json is deployed there.*- gateway orders.*--gateways FILE/,
    );
  });
});

describe('The stack of the end-to-end test', () => {
  const template = (): Record<string, { Type: string; DeletionPolicy?: string; Properties?: object }> => {
    const outdir = mkdtempSync(join(tmpdir(), 'e2e-app-'));
    try {
      const app = e2eApp({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
      return app.synth().getStackByName(e2eStackName).template.Resources;
    } finally {
      rmSync(outdir, { recursive: true });
    }
  };

  it('can be deleted whole', () => {
    const resources = Object.values(template());
    expect(resources.filter(({ DeletionPolicy }) => /Retain|Snapshot/.test(DeletionPolicy ?? ''))).toEqual([]);
    expect(JSON.stringify(resources)).not.toContain('"DeletionProtectionEnabled":true');
    const applied = resources.find(({ Type }) => Type === 'Custom::GatewayRegistry');
    expect(applied?.Properties).toMatchObject({ Protected: [] });
    expect(resources.map(({ Type }) => Type)).not.toContain('AWS::S3::Bucket');
    expect(resources.filter(({ Type }) => Type === 'AWS::DynamoDB::Table')).toHaveLength(3); // gateways, use, and what people were told
  });
});

describe('A deployment of its own', () => {
  const commands: string[] = [];
  const cdk =
    (...ends: readonly number[]) =>
    ([command = '', stack = '']: readonly string[]) => {
      commands.push(`${command} ${stack}`);
      return { status: ends[commands.length - 1] ?? 0 };
    };
  const play = (run: ReturnType<typeof cdk>, use: () => Promise<void>) => {
    commands.length = 0;
    return withDeployment([], use, run);
  };
  const both = [`deploy ${e2eStackName}`, `destroy ${e2eStackName}`];

  it('is deleted when the scenario is over', async () => {
    await play(cdk(), async () => void commands.push('scenario'));
    expect(commands).toEqual([both[0], 'scenario', both[1]]);
  });

  it('is deleted when the scenario has failed, and the failure is told', async () => {
    await expect(play(cdk(), () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(commands).toEqual(both);
  });

  it('is deleted when it could not be deployed whole', async () => {
    await expect(play(cdk(1), async () => undefined)).rejects.toThrow(/could not be deployed/);
    expect(commands).toEqual(both);
  });

  it('that could not be deleted is named', async () => {
    await expect(play(cdk(0, 1), async () => undefined)).rejects.toThrow(/could not be deleted.*CloudFormation/);
  });

  it('needs credentials, and says how to get them', async () => {
    const nobody = new STSClient({ region: 'eu-central-1', credentials: () => Promise.reject(new Error('No key.')) });
    await expect(callerOf(nobody)).rejects.toThrow(/AWS does not know you: No key\. Set AWS_PROFILE/);
  });
});
