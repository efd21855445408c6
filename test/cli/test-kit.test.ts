import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KitId } from '../../lambdas/domain/ids.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { type Kong, openKong } from '../../lib/local/stand-ins/kong.ts';
import { gatewayId, manualKit, openRotated, type System, tagOfKits } from '../support/system.ts';
import { cliOf } from './terminal-double.ts';

const adminToken = 'marked-admin-token';
const held = 'marked-shared-secret';
let system: System;
let kong: Kong;
let plugin: string;
let run: ReturnType<typeof cliOf>;
let folder: string;
let settings: { adminUrl: string; adminTokenSecret: string };

beforeAll(async () => {
  system = await openRotated({ kits: [{ ...manualKit('one'), probeUrl: 'http://127.0.0.1:9/' }] });
  run = cliOf(system);
  folder = mkdtempSync(join(tmpdir(), 'test-kit-'));
  kong = await openKong({ port: 0, adminToken, workerUpdateMs: 0, nowMs: system.timers.now });
  plugin = kong.addPlugin({ serviceUrl: 'https://policy.example', sharedSecret: held, serviceId: 'checkout' });
  settings = { adminUrl: kong.adminUrl, adminTokenSecret: 'kits/kong/token' };
  await system.deployment.secretsManager.send(
    new CreateSecretCommand({ Name: 'kits/kong/token', SecretString: adminToken, Tags: [tagOfKits] }),
  );
});
afterAll(async () => {
  await kong.close();
  await system.close();
  rmSync(folder, { recursive: true });
});

const writes = () => kong.requests.filter((request) => !request.startsWith('GET '));
const fileWith = (kit: object): string => {
  const file = join(folder, 'gateways.json');
  const gateways = [{ gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits: [kit] }];
  writeFileSync(file, JSON.stringify({ gateways }));
  return file;
};
const register = (kitId: string, given: object) =>
  system.gateway().then(({ shardCount }) =>
    system.deployment.stores.kits.save(
      {
        ...{ gatewayId, kitId: kitId as KitId, kind: 'kong', owner: 'edge', lookBackSeconds: 60, registeredAtMs: 1 },
        traits: { installedBy: 'us', readBackProves: 'store', propagationSeconds: 10 },
        settings: { ...given },
      },
      shardCount,
    ),
  );

describe('kits test', () => {
  it('asks a registered kit with the rights of a function, and says what a rotation would change', async () => {
    await register('kong-eu', settings);
    const { revision } = await system.gateway();
    const { exitCode, out, said } = await run(`kits test ${gatewayId} kong-eu`);
    expect([exitCode, said]).toEqual([0, '']);
    expect(out).toContain('Kit kong-eu (kong) can be given a credential');
    expect(out).toContain(`PATCH plugin ${plugin} of service checkout: config.shared_secret, and nothing else.`);
    expect(out).toContain('It was asked by this system');
    expect(out).not.toMatch(/marked/);
    expect([writes(), (await system.gateway()).revision]).toEqual([[], revision]);
  });

  it('says with what it is reached, how old that is, and that nobody says when it ends; or that its owner does', async () => {
    await register('kong-eu', settings);
    const nobody = await run(`kits test ${gatewayId} kong-eu`);
    expect(nobody.out).toMatch(
      /Reached with:\n {2}Secret kits\/kong\/token: \d+ hours? old; nobody says when it ends\./,
    );
    const endsTag = { Key: 'gateway-credential-rotation-expires', Value: 'marked-wrong' };
    const tag = (Value: string) =>
      system.deployment.secretsManager.send(
        new TagResourceCommand({ SecretId: 'kits/kong/token', Tags: [{ ...endsTag, Value }] }),
      );
    await tag('marked-wrong');
    const wrong = await run(`kits test ${gatewayId} kong-eu`);
    expect(wrong.out).toContain('its tag gateway-credential-rotation-expires is neither a date');
    await tag(new Date(system.timers.now() + 2 * 86_400_000).toISOString().slice(0, 10));
    const { out, exitCode } = await run(`kits test ${gatewayId} kong-eu --json`);
    expect([exitCode, JSON.parse(out).ownKeys]).toEqual([
      0,
      [
        expect.objectContaining({
          secretId: 'kits/kong/token',
          standing: expect.stringMatching(/^ENDS_(INSIDE|SOON)$/),
        }),
      ],
    ]);
    expect([nobody.out, wrong.out, out].join()).not.toMatch(/marked/);
    await tag('never');
  });

  it('asks a kit of a file that is not applied, with the rights of the person', async () => {
    const file = fileWith({ kitId: 'kong-new', kind: 'kong', owner: 'edge', settings });
    const { exitCode, out } = await run(`kits test ${gatewayId} kong-new --file ${file} --json`);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ kitId: 'kong-new', result: 'READY', holds: [] });
    expect(out).not.toMatch(/marked/);
    expect(writes()).toEqual([]);
  });

  it('asks a parameter by its tag, and one by the role of its owner, and writes nothing', async () => {
    const ssm = new SSMClient(clientSettings({ environment: system.deployment.cloud.operator }));
    const Name = '/kits/edge/credential';
    await ssm.send(new PutParameterCommand({ Name, Value: held, Type: 'SecureString', Tags: [tagOfKits] }));
    const byRole = { roleArn: 'arn:aws:iam::000000000000:role/rotation', region: 'us-east-1' };
    const given = { parameterName: Name, propagationSeconds: 60 };
    for (const settings of [given, { ...given, ...byRole }]) {
      const file = fileWith({ kitId: 'edge', kind: 'ssm-parameter', owner: 'edge', settings });
      const { exitCode, out } = await run(`kits test ${gatewayId} edge --file ${file}`);
      expect(exitCode).toBe(0);
      expect(out).toContain('holds a text that is no credential');
      expect(out).toContain("AWS's extension for Lambda and its agent keep one for 300 s");
      expect(out).not.toMatch(/marked/);
    }
    expect((await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Version).toBe(1);
    ssm.destroy();
  });

  it('ends with 1 and says what to do when the kit cannot be given a credential', async () => {
    await register('kong-us', { adminUrl: kong.adminUrl });
    const failed = await run(`kits test ${gatewayId} kong-us`);
    expect(failed.exitCode).toBe(1);
    expect(failed.out).toMatch(
      /cannot be given a credential as it is:\n {2}Listing the plugins of Kong for kit kong-us/,
    );
    const wrong = await run(`kits test ${gatewayId} kong-us --json`);
    expect(JSON.parse(wrong.out)).toMatchObject({ result: 'FAILED', code: 'KitRefused' });
  });

  it('refuses a kit that nobody has registered, or that the file does not have', async () => {
    expect((await run(`kits test ${gatewayId} nowhere`)).said).toContain('has no kit nowhere that is registered');
    const file = fileWith({ kitId: 'kong-new', kind: 'kong', owner: 'edge', settings });
    expect(await run(`kits test ${gatewayId} nowhere --file ${file}`)).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('has no kit nowhere of gateway orders; it has kong-new'),
    });
  });

  it('refuses a start that names a kit and is no plan, and begins nothing', async () => {
    const executionArn = await system.start({ gatewayId, reason: 'not a plan', kitId: 'one' });
    const state = () => system.deployment.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    await system.timers.runUntil(async () => (await state()).status !== 'RUNNING', 60_000);
    expect(await state()).toMatchObject({ status: 'FAILED', error: 'InputRefused' });
    expect((await system.gateway()).rotation).toBeUndefined();
  });
});
