import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../lib/constructs/bundle.ts';
import { loadedAtStart } from '../support/loaded-at-start.ts';
import { interleaved, median } from './measuring.ts';
import { byNpm, direct, startHere } from './npm-start.ts';
import type { Row } from './row.ts';

const rounds = 9;
const startRounds = 3;
const project = join(import.meta.dirname, '..', '..');

/** Milliseconds until a module is imported in a fresh process of this Node, which has loaded what Lambda's runtime loads itself. */
const importMs = (path: string): number => {
  const code = `for (const name of ['http', 'https', 'crypto']) await import('node:' + name);
    const t = process.hrtime.bigint(); await import(${JSON.stringify(path)}); console.log(Number(process.hrtime.bigint() - t) / 1e6);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
};

const empty = 'an empty handler';
const bySdk = 'authorize with the SDK, bundled';
const authorize = 'authorize, bundled';
const entries: Readonly<Record<string, string>> = {
  [authorize]: 'lambdas/authorize.ts',
  [bySdk]: 'test/bench/sdk-authorizer-process.ts',
  'sideband, bundled': 'lambdas/sideband.ts',
  'verify-kits, bundled': 'lambdas/verify-kits.ts',
};

const imports = async (folder: string): Promise<readonly Row[]> => {
  const path = join(folder, 'empty.mjs');
  writeFileSync(path, 'export const handler = async () => undefined;\n');
  const modules: Record<string, { readonly path: string; readonly bytes: number }> = {
    [empty]: { path, bytes: statSync(path).size },
  };
  for (const [index, [name, source]] of Object.entries(entries).entries()) {
    const outfile = join(folder, `${index}`, 'index.mjs');
    const loaded = loadedAtStart(bundle(source, outfile).outputs, 'index.mjs');
    modules[name] = { path: outfile, bytes: loaded.reduce((sum, { bytes }) => sum + bytes, 0) };
  }
  const unbundled = 'authorize, unbundled';
  modules[unbundled] = { path: join(project, 'lambdas', 'authorize.ts'), bytes: Number.NaN };
  const measured = await interleaved(
    Object.fromEntries(Object.entries(modules).map(([name, one]) => [name, async () => importMs(one.path)])),
    rounds,
  );
  const kb = (name: string): string => {
    const bytes = modules[name]?.bytes ?? Number.NaN;
    return Number.isNaN(bytes) ? '-' : (bytes / 1024).toFixed(1);
  };
  const ms = (name: string): number => measured[name] ?? Number.NaN;
  console.log(
    `\nCold start: what is loaded, and its import in a fresh process that has http, https and crypto (median of ${rounds} interleaved)`,
  );
  console.table(
    Object.fromEntries(
      Object.keys(modules).map((name) => [
        name,
        { KB: kb(name), 'import ms': ms(name).toFixed(1), 'x empty': (ms(name) / ms(empty)).toFixed(1) },
      ]),
    ),
  );
  return [
    {
      what: 'bundle of the authorizer',
      beside: `${kb(bySdk)} KB with the SDK`,
      now: `${kb(authorize)} KB`,
      target: '<= 60 KB',
      isMet: (modules[authorize]?.bytes ?? Number.NaN) <= 60 * 1024,
    },
    {
      what: 'import of the authorizer',
      beside: `${ms(bySdk).toFixed(1)} ms with the SDK, ${ms(empty).toFixed(1)} an empty handler`,
      now: `${ms(authorize).toFixed(1)} ms`,
      target: '<= 10 ms',
      isMet: ms(authorize) <= 10,
    },
  ];
};

/** Seconds until this machine says that it is ready, and those that it says it took. */
const readyAfter = async (command: readonly [string, ...string[]], said: string[]): Promise<number> => {
  const startedAtMs = performance.now();
  const started = startHere(['--ephemeral'], command);
  try {
    said.push((await started.until(/Ready in ([\d.]+) s/))[1] ?? '');
    return (performance.now() - startedAtMs) / 1000;
  } finally {
    await started.stop();
  }
};

/** Seconds of a processor that a program took, as it says itself when it ends. */
const cpuSecondsTo = (...program: readonly string[]): number => {
  const atEnd = `process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write('cpu ' + (user + system) / 1e6); });`;
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(atEnd)}`, ...program],
    { cwd: project, encoding: 'utf8' },
  );
  return Number(/cpu ([\d.]+)$/.exec(stderr)?.[1]);
};

const programs = async (): Promise<readonly Row[]> => {
  const said: string[] = [];
  const npm = byNpm();
  const ready = `${npm ? 'npm start --' : 'node lib/local/start.ts'} --ephemeral, until it is ready`;
  const [help, nothing] = ['gateway-credentials --help', 'a program that does nothing'];
  const seconds = await interleaved({ [ready]: () => readyAfter(npm ?? direct, said) }, startRounds);
  const cpu = await interleaved(
    {
      [help]: async () => cpuSecondsTo('lib/cli/main.ts', '--help'),
      [nothing]: async () => cpuSecondsTo('--eval', ''),
    },
    startRounds,
  );
  console.log(`\nPrograms, from the command on (median of ${startRounds} interleaved rounds)`);
  console.table({
    [ready]: { 'wall s': seconds[ready]?.toFixed(2) },
    [help]: { 'processor s': cpu[help]?.toFixed(2) },
    [nothing]: { 'processor s': cpu[nothing]?.toFixed(2) },
  });
  const asked = seconds[ready] ?? Number.NaN;
  return [
    {
      what: ready,
      beside: `it says ${median(said.slice(-startRounds).map(Number)).toFixed(1)} s`,
      now: `${asked.toFixed(2)} s`,
      target: '< 2 s',
      isMet: asked < 2,
    },
  ];
};

/** What waits for a start: a request for the authorizer's, a person for that of a program. */
export const cold = async (): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    return [...(await imports(folder)), ...(await programs())];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
