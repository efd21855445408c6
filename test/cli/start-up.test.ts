import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** What a command line loads, in a process of its own; paths from the root of the project on. */
const loadedBy = (...words: readonly string[]): readonly string[] => {
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', './test/cli/loaded-modules.ts', 'lib/cli/main.ts', ...words],
    { encoding: 'utf8' },
  );
  const urls = JSON.parse(stderr.slice(stderr.lastIndexOf('\n') + 1)) as string[];
  return urls.map((url) => url.replace(/^.*\/(?=(?:node_modules|lib|lambdas)\/)/, ''));
};
const heavy = /^node_modules\/(@aws-sdk|@smithy|@inquirer|csv-parse|croner|table|log-update|yaml|jose)\//;
const ofWork = /^lambdas\/(aws|wiring|registry|authorities|news|evidence-export|notifications|kits\/(?!kind-names))/;

it.each([
  ['--help', []],
  ['the help of a command', ['kits', 'add']],
])('%s loads no client of AWS, no kind of kit and nothing that asks or draws', (_, words) => {
  const loaded = loadedBy(...words, '--help');
  expect(loaded).toContain('lib/cli/program.ts');
  expect(loaded.filter((name) => heavy.test(name) || ofWork.test(name))).toEqual([]);
});

it('completion loads no more than that', () => {
  expect(loadedBy('completion', 'bash').filter((name) => heavy.test(name) || ofWork.test(name))).toEqual([]);
});

it('a command that asks for a view loads the clients that it asks with, and no other', () => {
  const clients = loadedBy('status', '--region', 'eu-central-1', '--stack', 'none').flatMap(
    (name) => /^node_modules\/@aws-sdk\/(client-[a-z-]+)\//.exec(name)?.[1] ?? [],
  );
  expect([...new Set(clients)].filter((name) => !['client-cloudformation', 'client-lambda'].includes(name))).toEqual(
    [],
  );
  expect(clients).toContain('client-lambda');
});
