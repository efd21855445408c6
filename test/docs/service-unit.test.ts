import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../lib/local/options.ts';
import { project } from '../support/clone.ts';

const name = 'gateway-credential-rotation.service';
const unit = readFileSync(join(project, 'docs', name), 'utf8');
const settings = unit
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('['))
  .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
const settingOf = (key: string): string | undefined => settings.find(([name]) => name === key)?.[1];
const isThere = spawnSync('systemd-analyze', ['--version']).status === 0;

/** The unit as it stands, for a program and a user that this machine has. */
const installed = (): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'unit-')), name);
  const here = unit
    .replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true')
    .replace(/^(User|Group)=.*/gm, `$1=${userInfo().username}`);
  writeFileSync(path, here);
  return path;
};

describe('The unit of systemd', () => {
  it('runs as a user of its own, who may write into its two folders and nowhere else', () => {
    expect(settingOf('User')).toBe('gateway-credentials');
    expect(settingOf('StateDirectory')).toBe('gateway-credential-rotation');
    expect(settingOf('StateDirectoryMode')).toBe('0700');
    expect(settingOf('UMask')).toBe('0077');
    for (const key of ['NoNewPrivileges', 'ProtectHome', 'PrivateTmp', 'PrivateDevices', 'RestrictSUIDSGID'])
      expect({ key, value: settingOf(key) }).toEqual({ key, value: 'yes' });
    expect(settingOf('ProtectSystem')).toBe('strict');
    expect(settingOf('CapabilityBoundingSet')).toBe('');
    expect(settingOf('MemoryDenyWriteExecute')).toBeUndefined(); // V8 could not compile
  });

  it('starts again what failed, and gives an orderly end its time', () => {
    expect(settingOf('Restart')).toBe('on-failure');
    expect(settingOf('KillSignal')).toBe('SIGTERM');
    expect(settingOf('KillMode')).toBe('mixed');
    expect(settingOf('TimeoutStopSec')).toBe('30');
  });

  it('calls the program with options that it takes, in the folders that the unit names', () => {
    const [program, command, ...args] = settingOf('ExecStart')?.split(' ') ?? [];
    expect(program).toBe('/opt/gateway-credential-rotation/node_modules/.bin/gateway-credentials');
    expect(command).toBe('start');
    const [, file] = args;
    expect(file).toBe('/etc/gateway-credential-rotation/gateways.json');
    const here = args.map((arg) => (arg === file ? join(project, 'gateways.json') : arg));
    expect(parseOptions(here, project, {})).toMatchObject({
      dataFolder: `/var/lib/${settingOf('StateDirectory')}`,
      logTo: 'stdout',
      address: '127.0.0.1',
    });
  });

  it.runIf(isThere)('is one that systemd understands, each of its directives', () => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', installed()], { encoding: 'utf8' });
    expect({
      status,
      unknown: stderr.split('\n').filter((line) => /Unknown|Failed|Invalid|Missing/i.test(line)),
    }).toEqual({
      status: 0,
      unknown: [],
    });
  });

  it.runIf(isThere)('leaves little to whoever takes the process over, as systemd itself judges', () => {
    const path = installed();
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^User=.*/m, 'User=gateway-credentials'));
    const asked = ['security', '--offline=true', '--no-pager', '--threshold=20', path]; // of 100
    const { status, stdout } = spawnSync('systemd-analyze', asked, { encoding: 'utf8' });
    expect(stdout).toMatch(/Overall exposure level/);
    expect(status).toBe(0);
  });
});
