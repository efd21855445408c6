import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callOf } from '../../lib/cli/call.ts';
import { targeted, targetVariables } from '../../lib/cli/targeted.ts';
import { exitCodes } from '../../lib/exit-codes.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { readPage } from '../docs/pages.ts';
import { gatewayId, manualKit, openRotated, type System } from '../support/system.ts';
import { runCli } from './terminal-double.ts';

let system: System;
let data: string;
beforeAll(async () => {
  system = await openRotated({ kits: [manualKit('warehouse')] });
  data = dirname(system.deployment.cloud.credentialsFile());
});
afterAll(() => system.close());

describe('Options stand before the command or after it', () => {
  it.each([
    [['--json', '--data', 'DATA', 'status']],
    [['status', '--json', '--data', 'DATA']],
    [['--data', 'DATA', 'status', '--json']],
    [['--json', 'status', '--data=DATA']],
    [['--data', '/nowhere', '--json', 'status', '--data', 'DATA']],
  ])('%j', async (words) => {
    const { exitCode, out } = await runCli(words.map((word) => word.replace('DATA', data)));
    expect({ exitCode, view: JSON.parse(out).view }).toEqual({ exitCode: 0, view: 'gateways' });
  });

  it.each([
    [['--data', 'DATA', 'kits', '--json', 'list', gatewayId]],
    [['kits', '--data', 'DATA', 'list', gatewayId, '--json']],
    [['kits', 'list', '--data', 'DATA', '--json', gatewayId]],
  ])('of a group too: %j', async (words) => {
    const { out } = await runCli(words.map((word) => word.replace('DATA', data)));
    expect(JSON.parse(out).rows).toMatchObject([{ kitId: 'warehouse' }]);
  });

  it('--version before a command is the version of the program, and after adopt a version of the secret', async () => {
    expect(await runCli(['--version'])).toMatchObject({ exitCode: 0, out: packageJson.version });
    const adopting = ['adopt', gatewayId, '--credential', 'j2oh157DT0', '--version', 'nothing', '--reason', 'made'];
    const { exitCode, said } = await runCli([...adopting, '--data', data]);
    expect({ exitCode, said }).toEqual({ exitCode: 1, said: expect.stringContaining('versionId: must be') });
  });
});

describe('GATEWAY_CREDENTIALS_DATA, _STACK and _REGION', () => {
  it('say which deployment where no option does', async () => {
    const { exitCode } = await runCli(['status'], undefined, undefined, { GATEWAY_CREDENTIALS_DATA: data });
    expect(exitCode).toBe(0);
  });

  it('lose against an option', async () => {
    const wrong = { GATEWAY_CREDENTIALS_DATA: '/nowhere' };
    expect(await runCli(['status', '--data', data], undefined, undefined, wrong)).toMatchObject({ exitCode: 0 });
  });

  const all = {
    GATEWAY_CREDENTIALS_DATA: '/data',
    GATEWAY_CREDENTIALS_STACK: 'Edge',
    GATEWAY_CREDENTIALS_REGION: 'eu',
  };
  it.each([
    [{ stack: 'Other' }, all, { stack: 'Other', region: 'eu' }],
    [{ region: 'us' }, all, { stack: 'Edge', region: 'us' }],
    [{ data: '/own' }, all, { data: '/own' }],
    [{ local: true }, all, { local: true, data: '/data' }],
    [{}, { GATEWAY_CREDENTIALS_STACK: 'Edge', GATEWAY_CREDENTIALS_REGION: 'eu' }, { stack: 'Edge', region: 'eu' }],
    [{}, { GATEWAY_CREDENTIALS_DATA: '', GATEWAY_CREDENTIALS_STACK: 'Edge' }, { stack: 'Edge' }],
  ])('with %j typed and %j set it is %j', (given, environment, meant) => {
    expect(targeted(given, environment)).toEqual(meant);
  });

  it('refuses two variables that name two deployments', async () => {
    expect(await runCli(['status'], undefined, undefined, all)).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('say which with --data or --stack'),
    });
  });
});

describe('A hint', () => {
  it('is a command that can be pasted, for the same deployment', async () => {
    const rotated = await runCli(['--data', data, 'rotate', gatewayId, '--reason', 'quarterly']);
    const [, hint = ''] = /To see it: npx gateway-credentials (.*)$/m.exec(rotated.out) ?? [];
    expect(hint).toBe(`watch ${gatewayId} --data ${data}`);
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await system.finish();
    expect(await runCli(hint.split(' '))).toMatchObject({ exitCode: 0 });
  });

  it('names the stack and the region as they were given, and quotes for a shell', () => {
    const call = callOf([], { stack: 'Edge', region: 'eu-central-1' });
    expect(call.next('rotate', 'orders', '--reason', "Kim's $HOME")).toBe(
      "npx gateway-credentials rotate orders --reason 'Kim'\\''s $HOME' --stack Edge --region eu-central-1",
    );
    expect(callOf([], { local: true }).next('status')).toBe('npx gateway-credentials status --local');
  });

  it('repeats the call with another page', () => {
    expect(callOf(['history', 'orders', '--page', '2', '--local'], { local: true }).again('--page', '3')).toBe(
      'npx gateway-credentials history orders --local --page 3',
    );
    expect(callOf(['history', 'orders', '--page=2'], {}).again('--page', '3')).toBe(
      'npx gateway-credentials history orders --page 3',
    );
  });
});

describe('A command line that cannot be followed', () => {
  it.each([
    [['statsu'], '(Did you mean status?)'],
    [['kits', 'lsit', 'orders'], '(Did you mean list?)'],
    [['status', '--jsn'], '(Did you mean --json?)'],
    [['hold', 'orders'], '--reason: is missing.'],
    [['hold', 'orders', '--reason', ''], '--reason: say why.'],
    [['history', 'orders', '--page', '0'], '--page: allowed is a whole number from 1 to 100000.'],
    [['status', '--state', 'ASLEEP'], '--state: must be "COMPROMISED" or'],
    [['restore', '--reason', 'lost'], '--from-table: is missing.'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
    [['--json', 'start'], 'Before start stands nothing but --data'],
  ])('is answered in plain words: %j', async (words, said) => {
    const refused = await runCli([...words]);
    expect(refused).toMatchObject({ exitCode: 2, said: expect.stringContaining(said) });
    expect(refused.said).not.toMatch(/Invalid|expected|received|✖|→/);
    const { out, exitCode } = await runCli([...words, '--json']);
    expect({ exitCode, document: JSON.parse(out) }).toMatchObject({ exitCode: 2, document: { exitCode: 2 } });
  });
});

describe('A gateway or a kit that is misspelt', () => {
  it.each([
    ['status ordes', 'Gateway ordes is not registered.'],
    ['kits list ordes', 'Gateway ordes is not registered.'],
    ['history odrers', 'Gateway odrers is not registered.'],
    ['hold ordes --reason freeze', 'Gateway ordes is not registered.'],
    ['rotate ordes --reason quarterly', 'Gateway ordes is not registered.'],
    ['plan ordes', 'Gateway ordes is not registered.'],
    ['compromised ordes --reason leaked --confirm ordes', 'Gateway ordes is not registered.'],
  ])('%s: is answered with the one that was meant', async (words, refusal) => {
    const { exitCode, said } = await runCli([...words.split(' '), '--data', data]);
    expect({ exitCode, said }).toEqual({ exitCode: 1, said: expect.stringContaining(refusal) });
    expect(said).toMatch(/ Did you mean orders\?$/);
  });

  it.each([
    'kits retry orders warehose --reason repaired',
    'kits acknowledge orders warehose --reason installed',
    'kits test orders warehose',
  ])('%s', async (words) => {
    const { exitCode, said } = await runCli([...words.split(' '), '--data', data]);
    expect({ exitCode, said }).toEqual({ exitCode: 1, said: expect.stringMatching(/ Did you mean warehouse\?$/) });
  });

  it('is not guessed when nothing is near, nor when the refusal has another reason', async () => {
    expect((await runCli(['status', 'payments', '--data', data])).said).not.toContain('Did you mean');
    expect((await runCli(['resume', 'orders', '--reason', 'over', '--data', data])).said).not.toContain('Did you mean');
  });
});

it('no error of kits check ends with 2, which says that a kit differs, wherever its options stand', async () => {
  const nowhere = ['--data', '/nowhere'];
  for (const words of [
    ['kits', 'check', ...nowhere],
    ['kits', ...nowhere, 'check'],
    [...nowhere, 'kits', 'check'],
  ])
    expect((await runCli(words)).exitCode).toBe(1);
  expect((await runCli(['kits', 'check', '--lat'])).exitCode).toBe(1);
  expect((await runCli(['kits', 'list', 'check', '--lat'])).exitCode).toBe(2);
});

describe('The reference', () => {
  const page = readPage('docs/reference.md');
  it('names every variable and every exit code', () => {
    for (const name of Object.values(targetVariables)) expect(page).toContain(`| \`${name}\` |`);
    const codes = [...page.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));
    expect(codes).toEqual([
      ...[...new Set<number>(Object.values(exitCodes))].toSorted((one, other) => one - other),
      130,
    ]);
  });
});

describe('Completion', () => {
  const completed = (line: string): readonly string[] => {
    const words = line.split(' ');
    const script = `source <("${process.execPath}" lib/cli/main.ts completion bash)
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_gateway_credentials; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  };

  it.skipIf(process.platform === 'win32').each([
    ['gateway-credentials sta', ['status', 'start']],
    ['gateway-credentials kits re', ['remove', 'retry', 'retire-source']],
    ['gateway-credentials --data kits kits ad', ['add']],
    ['gateway-credentials kits list orders --l', ['--label', '--late', '--local']],
    ['gateway-credentials adopt orders --v', ['--version']],
    ['gateway-credentials completion z', ['zsh']],
    ['gateway-credentials evidence --verify lib/cli/main', ['lib/cli/main.ts']],
  ])('of "%s" in bash offers what may stand there', (line, offered) => {
    expect(completed(line).toSorted()).toEqual([...offered].toSorted());
  });

  it.each(['bash', 'zsh', 'fish'])('for %s knows every command and every option', async (shell) => {
    const { out } = await runCli(['completion', shell]);
    for (const word of ['waive-proof', 'retire-source', 'evidence-key', 'unless-rotated-within', 'kits-hash'])
      expect(out).toContain(word);
  });

  // A developer's machine without the shell goes without its test; the gate, which has both, does not.
  const isHere = (shell: string): boolean =>
    process.env.CI !== undefined || spawnSync(shell, ['-c', 'true']).status === 0;
  it.each(['zsh', 'fish'].filter(isHere))('for %s is understood by it', (shell) => {
    const { stdout } = spawnSync(process.execPath, ['lib/cli/main.ts', 'completion', shell], { encoding: 'utf8' });
    const file = join(mkdtempSync(join(tmpdir(), 'completion-')), `completion.${shell}`);
    writeFileSync(file, stdout);
    expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});
