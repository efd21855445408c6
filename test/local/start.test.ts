import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'start-'));
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

const start = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
  const child = spawn(process.execPath, ['lib/local/start.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output };
};

/** What refuses nothing must not depend on how fast a machine is that has other work. */
const gently = ['--demo-rate', '24'];

describe('npm start', () => {
  it('rotates behind a certificate that is made out to the name by which kits on other machines ask', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const certificate = '-x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=gateway.internal'.split(' ');
    execFileSync('openssl', ['req', ...certificate, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const listening = ['--listen', '127.0.0.1', '--tls-cert', cert, '--tls-key', key];
    const ports = ['--port', '0', '--aws-port', '0', '--console-port', '0'];
    const { code, output } = await start('--once', '--ephemeral', ...listening, ...ports, ...gently);
    expect(output).toMatch(/Policy check https:/);
    expect(output).toMatch(/orders: rotated\. \d+ kit requests, 0 refused/);
    expect(code).toBe(0);
  });

  it('of a user without a home directory, as in a container, keeps its data where he is, and says so', () => {
    const noHome = `import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module';
      os.homedir = () => { throw new Error('ENOENT'); }; syncBuiltinESMExports();`;
    const { XDG_DATA_HOME: _, ...env } = process.env;
    const args = ['--import', `data:text/javascript,${encodeURIComponent(noHome)}`, 'lib/local/start.ts', '--help'];
    expect(execFileSync(process.execPath, args, { env, encoding: 'utf8' })).toContain(
      join(process.cwd(), '.local', 'share', 'gateway-credential-rotation'),
    );
  });

  it('rotates the demo gateway under traffic with --once, refuses nothing, and reports it', async () => {
    const report = join(folder, 'report.json');
    const data = join(folder, 'data');
    const { code, output } = await start(
      '--once',
      '--data',
      data,
      '--port',
      '0',
      '--aws-port',
      '0',
      '--console-port',
      '0',
      '--report',
      report,
      ...gently,
    );
    expect(output).toMatch(/orders: rotated\. \d+ kit requests, 0 refused/);
    expect(code).toBe(0);
    const { rotations } = JSON.parse(readFileSync(report, 'utf8')) as { rotations: Record<string, unknown>[] };
    expect(rotations).toMatchObject([
      {
        gatewayId: 'orders',
        status: 'COMPLETED',
        refused: 0,
        stages: [{ name: 'create' }, { name: 'distribute' }, { name: 'verify' }, { name: 'revoke' }],
        kits: ['apigee-mobile', 'invoices', 'kong-partners', 'kong-public', 'warehouse'].map((kitId) => ({
          kitId,
          evidence: 'observed',
        })),
      },
      {
        gatewayId: 'payments',
        status: 'COMPLETED',
        refused: 0,
        kits: ['kong-checkout', 'kong-payouts'].map((kitId) => ({ kitId, evidence: 'stored' })),
      },
    ]);
    expect(rotations[0]?.requests).toBeGreaterThan(50);
    expect(Date.parse(String(rotations[0]?.oldRefusedAt))).toBeGreaterThanOrEqual(
      Date.parse(String(rotations[0]?.revokedAt)),
    );
    expect(output).toContain(`(its link is in ${join(data, 'console-link')})`);
    expect(output).not.toMatch(/gwc_|\/enter\//);
    expect(readFileSync(join(data, 'functions.log'), 'utf8')).not.toMatch(/gwc_/);
    expect(statSync(join(data, 'aws-credentials')).mode & 0o777).toBe(0o600);
    expect(statSync(join(data, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('only prints the changes with --plan', async () => {
    const { code, output } = await start('--plan', '--ephemeral', '--port', '0', '--aws-port', '0');
    expect(code).toBe(0);
    expect(output.trim().split('\n')).toHaveLength(12);
    expect(output).toContain('+ gateway orders: with 5 kits');
    expect(output).toContain('+ gateway payments: with 2 kits');
    expect(output).not.toMatch(/register|begin /);
  });

  it('refuses a port in use in one line, and ends with a code other than 0', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { code, output } = await start('--once', '--ephemeral', '--port', `${port}`, '--aws-port', '0');
    server.close();
    expect(code).toBe(1);
    expect(output.trim()).toBe(
      `Port ${port} of 127.0.0.1 is in use: stop what listens there, or give another port (npm start -- --help).`,
    );
  });

  it('refuses a bad gateways file with every problem, and changes nothing', async () => {
    const path = join(folder, 'bad.json');
    writeFileSync(path, JSON.stringify({ gateways: [{ gatewayId: 'Orders!', kits: [] }] }));
    const { code, output } = await start('--once', '--ephemeral', '--gateways', path, '--port', '0', '--aws-port', '0');
    expect(code).toBe(2);
    expect(output).toMatch(/gateways\.json was refused/);
    expect(output).toMatch(/decision/);
    expect(output).not.toMatch(/\n {4}at /);
  });

  it('refuses an unknown flag in one line', async () => {
    const { code, output } = await start('--onec');
    expect(code).toBe(2);
    expect(output.trim().split('\n')).toEqual([expect.stringContaining("Unknown option '--onec'")]);
  });
});
