import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from 'table';
import { differences } from './differences.ts';
import { type Implementation, implementations, missing, started } from './implementations.ts';
import { type Running, variable } from './target.ts';

/**
 * Asks the contracts of the emulated services of independent implementations. Ends with 1 when one of them differs in a way
 * that is not listed, when a listed difference is no longer there, or, in CI, when this machine cannot run one of them.
 */
const project = join(import.meta.dirname, '..', '..');

const ask = (running: Running, suites: readonly string[]): boolean => {
  const vitest = join(project, 'node_modules', 'vitest', 'vitest.mjs');
  const files = suites.map((suite) => join('test', suite));
  const gone = files.filter((file) => !existsSync(join(project, file)));
  if (gone.length > 0) throw new Error(`${running.target} is to answer ${gone.join(', ')}, which is not there.`);
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--project', 'all', '--no-file-parallelism', ...files],
    {
      cwd: project,
      stdio: 'inherit',
      env: { ...process.env, [variable]: JSON.stringify(running) },
    },
  );
  return status === 0;
};

const compare = async (one: Implementation): Promise<string> => {
  const lacking = missing(one);
  if (lacking.length > 0) return `not asked: this machine has no ${lacking.join(' and no ')}`;
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  try {
    console.log(`Installing ${one.target} ${one.version} …`);
    one.install(folder);
    const { running, stop } = await started(one, folder);
    try {
      const isAsListed = ask(running, one.suites);
      const more = (await one.compare?.(folder)) ?? [];
      for (const line of more) console.log(`  ${one.target} decides otherwise: ${line}`);
      return isAsListed && more.length === 0 ? 'as listed' : 'DIFFERS: see above';
    } finally {
      stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

const results: [Implementation, string][] = [];
for (const one of implementations) results.push([one, await compare(one)]);

const known = differences.map(({ at, service, clause, reason }) => [at, service, clause, reason]);
const columns = { 2: { width: 50, wrapWord: true }, 3: { width: 50, wrapWord: true } };
console.log(table([['what differs', 'from the contract', 'in this', 'because'], ...known], { columns }));
console.log(table(results.map(([{ target, version }, end]) => [`${target} ${version}`, end])));
const isBad = (end: string): boolean => end.startsWith('DIFFERS') || (end.startsWith('not') && !!process.env.CI);
process.exitCode = results.some(([, end]) => isBad(end)) ? 1 : 0;
