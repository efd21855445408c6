import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { statusFor } from '../support/status-for.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** No file of the process may grow: the system answers its writes as it does on a full disk. */
const limitFiles = (pid: number | undefined, bytes: string): void => {
  execFileSync('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:unlimited`]);
};
const credentialIn = (data: string): string => {
  const { secrets } = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')) as {
    secrets: { name: string; versions: { stages: string[]; value?: { SecretString?: string } }[] }[];
  };
  const { versions = [] } = secrets.find(({ name }) => name.endsWith('orders')) ?? {};
  const current = versions.find(({ stages }) => stages.includes('AWSCURRENT'));
  return (JSON.parse(current?.value?.SecretString ?? '{}') as { credential?: string }).credential ?? '';
};

it.skipIf(spawnSync('prlimit', ['--version']).status !== 0)(
  'checks go on while nothing can be written, and the rotation completes when there is space again',
  async () => {
    const data = join(mkdtempSync(join(tmpdir(), 'full-disk-')), 'data');
    const ports = ['--port', '0', '--aws-port', '0', '--console-port', '0', '--demo-rate', '12'];
    const command = `trap "" XFSZ; exec "${process.execPath}" lib/local/start.ts --data "${data}" ${ports.join(' ')}`;
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let printed = '';
    const exited = once(child, 'exit') as Promise<[number | null]>;
    const ended = exited.then(() => Promise.reject(new Error(`It ended:\n${printed}`)));
    ended.catch(() => undefined);
    const until = async (what: RegExp): Promise<string> => {
      while (!what.test(printed)) {
        const [chunk] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
        printed += chunk.toString();
      }
      return what.exec(printed)?.[1] ?? '';
    };
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const url = await until(/Policy check (\S+),/);
    await until(/orders complete.*orders promoted/s); // the second rotation is under way
    const kit = `${url}/gateways/orders/kits/kong-public`;
    const credential = credentialIn(data);

    limitFiles(child.pid, '1');
    for (let request = 0; request < 10; request++) expect(await statusFor(kit, credential, 5)).toBe(200);
    limitFiles(child.pid, 'unlimited');
    await until(/orders: rotated\. \d+ kit requests, 0 refused/);
    expect(await statusFor(kit, credential, 5)).toBe(200);

    child.kill('SIGTERM');
    expect((await exited)[0]).toBe(0);
    const again = spawnSync(process.execPath, ['lib/local/start.ts', '--plan', '--data', data, ...ports], {
      encoding: 'utf8',
    });
    expect(again.status, again.stderr).toBe(0);
  },
);
