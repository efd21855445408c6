import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { profileIn } from '../../lib/emulator/wire/keys.ts';
import { markMoved } from '../../lib/local/move/moved-mark.ts';
import { project } from '../support/clone.ts';

/** The last commit that wrote data folders without saying their form: what a user upgrades from. */
const previous = '100d6ac8e107e38b64ba8e2d3fc6f72b7e9d0142';
const isKnown = (): boolean => {
  try {
    execFileSync('git', ['-C', project, 'cat-file', '-e', `${previous}^{commit}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // a clone without its history
  }
};

const root = mkdtempSync(join(tmpdir(), 'service-'));
const at = (name: string): string => join(root, name);
const children = new Set<ChildProcess>();
beforeAll(() => {
  for (const name of ['state', 'cache', 'tmp', 'home', 'etc']) mkdirSync(at(name));
  const gateway = {
    gatewayId: 'orders',
    authority: { kind: 'builtin' },
    decision: { kind: 'allow-all' },
    kits: [{ kitId: 'warehouse', kind: 'manual', owner: 'kim@example.com' }],
  };
  writeFileSync(at('etc/gateways.json'), JSON.stringify({ gateways: [gateway] }));
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** The command of the unit, with its folders below ours and on free ports; nothing of this user's environment comes along. */
const command = (): readonly string[] => {
  const unit = readFileSync(join(project, 'docs/gateway-credential-rotation.service'), 'utf8');
  const [, ...args] = /^ExecStart=\S+ start (.*)$/m.exec(unit)?.[0].split(' ').slice(1) ?? [];
  return args
    .map((arg) => arg.replace('/etc/gateway-credential-rotation', at('etc')))
    .map((arg) => arg.replace('/var/lib/gateway-credential-rotation', at('state')));
};
const ports = ['--port', '0', '--aws-port', '0', '--console-port', '0'];
const environment = { HOME: at('home'), TMPDIR: at('tmp'), CACHE_DIRECTORY: at('cache'), PATH: process.env.PATH ?? '' };

type Running = {
  readonly child: ChildProcess;
  readonly policyCheck: string;
  readonly console: string;
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ code: number | null; signal: string | null }>;
};

/** Starts the program of a checkout, and resolves when it says that it is ready. Rejects with what it printed when it ends before. */
const start = async (checkout: string, args: readonly string[]): Promise<Running> => {
  const child = spawn(process.execPath, [join(checkout, 'lib/local/start.ts'), ...args, ...ports], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  children.add(child);
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const printed = await new Promise<string>((resolve, reject) => {
    let text = '';
    const look = (chunk: Buffer): void => {
      text += chunk.toString();
      if (/Everything stays up/.test(text)) resolve(text);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void exited.then(([code]) => reject(new Error(`It ended with ${code}:\n${text}`)));
  });
  return {
    child,
    policyCheck: /Policy check (\S+),/.exec(printed)?.[1] ?? '',
    console: /Console (\S+)/.exec(printed)?.[1] ?? '',
    stop: async (signal) => {
      child.kill(signal);
      const [code, by] = await exited;
      return { code, signal: by };
    },
  };
};
const run = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [join(project, 'lib/local/start.ts'), ...args], {
    encoding: 'utf8',
    env: environment,
  });

const currentValue = async (): Promise<string> => {
  const profile = profileIn(at('state'));
  const client = new SecretsManagerClient({
    region: 'us-east-1',
    endpoint: profile?.endpointUrl ?? '',
    ...(profile ? { credentials: profile.key } : {}),
  });
  const { SecretString = '' } = await client.send(
    new GetSecretValueCommand({ SecretId: 'gateway-credential/GatewayCredentialRotation-local/orders' }),
  );
  return (JSON.parse(SecretString) as { credential?: string }).credential ?? '';
};
const statusOf = async ({ policyCheck }: Running, value: string): Promise<number> => {
  const response = await fetch(`${policyCheck}/gateways/orders/kits/warehouse/sideband/request`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'client-token': value },
    body: JSON.stringify({
      ...{ method: 'GET', url: 'https://orders.example.com/', http_version: '1.1', headers: [] },
      ...{ source_ip: '192.0.2.1', source_port: 4321 },
    }),
  });
  return response.status;
};

it.runIf(isKnown())(
  'keeps the credential of its kits accepted through an upgrade, a kill, a restart, a backup and a restore, and leaves nothing behind when it is removed',
  async () => {
    // The version before, with its data.
    const before = at('before');
    mkdirSync(before);
    const archive = execFileSync('git', ['-C', project, 'archive', previous, 'lib', 'lambdas', 'package.json'], {
      maxBuffer: 64 * 1024 * 1024,
    });
    execFileSync('tar', ['-x', '-C', before], { input: archive });
    symlinkSync(join(project, 'node_modules'), join(before, 'node_modules'));
    const ofBefore = command().filter((arg) => arg !== '--log' && arg !== 'stdout');
    const old = await start(before, ofBefore);
    const value = await expect.poll(currentValue).toMatch(/./).then(currentValue);
    expect(await statusOf(old, value)).toBe(200);
    expect(await old.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(existsSync(at('state/format.json'))).toBe(false);

    // Upgraded: the new version on the same data. It is ready, and says what it counts.
    const upgraded = await start(project, command());
    expect(readFileSync(at('state/format.json'), 'utf8')).toBe('{"format":1}\n');
    expect(await statusOf(upgraded, value)).toBe(200);
    expect((await fetch(`${upgraded.console}/healthz`)).status).toBe(200);
    const metrics = await (await fetch(`${upgraded.console}/metrics`)).text();
    expect(metrics).toMatch(/GatewayCredentialRotation_DataFolderBytes\{part="tables"\} \d+/);
    expect(metrics).not.toContain(value);

    // Killed, and started again.
    expect(await upgraded.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    const again = await start(project, command());
    expect(await statusOf(again, value)).toBe(200);

    // Backed up while it runs; then it goes on, and is stopped.
    expect(run('backup', '--data', at('state'), '--to', at('backup'))).toMatch(/read back and as written/);
    expect(await statusOf(again, value)).toBe(200);
    expect(await again.stop('SIGTERM')).toEqual({ code: 0, signal: null });

    // The machine is lost. On a new one the backup is restored.
    rmSync(at('state'), { recursive: true });
    expect(run('restore', '--data', at('state'), '--from', at('backup'))).toMatch(/rotate every gateway/);
    const restored = await start(project, command());
    expect(await statusOf(restored, value)).toBe(200);
    expect(await currentValue()).toBe(value);
    expect(await restored.stop('SIGTERM')).toEqual({ code: 0, signal: null });

    // Moved to another deployment: what kits hold is accepted, and nothing rotates.
    markMoved(at('state'), { to: 'arn:aws:cloudformation:eu-central-1:111111111111:stack/Other/1', atMs: 1 });
    const left = await start(project, command());
    expect(await statusOf(left, value)).toBe(200);
    expect(await left.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(() => run('--once', ...command(), ...ports)).toThrow(/NOT rotated: the gateways of this machine were moved/);

    // A version that cannot read what a newer one has written says so, and leaves it as it is.
    writeFileSync(at('state/format.json'), '{"format":2}\n');
    await expect(start(project, command())).rejects.toThrow(/written by a newer version: its format is 2/);

    // Removed: its folders were all that it wrote.
    for (const folder of ['state', 'cache']) rmSync(at(folder), { recursive: true });
    expect(readdirSync(at('tmp'))).toEqual([]);
    expect(readdirSync(at('home'))).toEqual([]);
    expect(readdirSync(root).toSorted()).toEqual(['backup', 'before', 'etc', 'home', 'tmp']);
  },
);
