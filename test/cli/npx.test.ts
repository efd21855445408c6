import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedClone } from '../support/clone.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';

let clone: string;
const children = new Set<ChildProcess>();
let system: System;
let data: string;
beforeAll(async () => {
  clone = installedClone();
  system = await openRotated();
  data = dirname(system.deployment.cloud.credentialsFile());
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await system.close();
  rmSync(clone, { recursive: true });
});

/** As a person or a script runs it; `watching` sees what was printed so far. */
const npx = async (args: readonly string[], watching?: (child: ChildProcess, out: string) => void) => {
  const { FORCE_COLOR: _, ...own } = process.env; // Node warns when it stands beside NO_COLOR
  const environment = {
    ...own,
    NO_COLOR: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    HOME: clone,
    npm_config_loglevel: 'error',
  };
  const child = spawn('npx', ['--offline', 'gateway-credentials', ...args], {
    cwd: clone,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  children.add(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    watching?.(child, out);
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  children.delete(child);
  return { exitCode: code ?? (signal === 'SIGINT' ? 130 : -1), out, err }; // as a shell counts
};

describe('npx gateway-credentials', () => {
  it('explains itself', async () => {
    const { exitCode, out } = await npx(['--help']);
    expect(out).toMatch(/Usage: gateway-credentials[\s\S]*compromised[\s\S]*Exit codes: 0 done/);
    expect(exitCode).toBe(0);
  });

  it('starts this machine, with its data folder before the word or after it', async () => {
    const { exitCode, out } = await npx(['--data', data, 'start', '--help']);
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/gateway-credentials start[\s\S]*Exit codes: 0/),
    });
    const refused = await npx([`--data=${data}`, 'start', '--ephemeral']);
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('--data says where to keep it') });
  });

  it('prints one document on stdout for programs, without a colour', async () => {
    const { exitCode, out, err } = await npx(['status', '--json', '--data', data]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ view: 'gateways', rows: [{ gatewayId }] });
  });

  it('passes on how it ended, and says what to do', async () => {
    expect(await npx(['statsu'])).toMatchObject({ exitCode: 2, out: '' });
    const press = await npx(['compromised', gatewayId, '--reason', 'leaked', '--data', data]);
    expect(press).toMatchObject({ exitCode: 3, err: expect.stringContaining(`--confirm ${gatewayId}`) });
    const nowhere = mkdtempSync(join(tmpdir(), 'nowhere-'));
    expect(await npx(['status', '--data', nowhere])).toMatchObject({
      exitCode: 4,
      err: expect.stringContaining('start this machine with npm start'),
    });
    rmSync(nowhere, { recursive: true });
  });

  it('stops watching at Ctrl-C, and the rotation goes on', async () => {
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    const interrupt = (child: ChildProcess, out: string): void => {
      if (out.includes('verify') && child.pid) process.kill(-child.pid, 'SIGINT'); // as a terminal does: to the whole group
    };
    const { exitCode, err } = await npx(['watch', gatewayId, '--data', data], interrupt);
    expect({ exitCode, err }).toEqual({ exitCode: 130, err: '' });
    expect((await system.gateway()).rotation?.stage).toBe('DISTRIBUTED');
    await system.finish();
  });
});
