import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { synthesised } from '../../lib/local/synthesised.ts';

let project: string;
let gateways: string;

/** A project whose synthesis counts how often it was run, and puts the gateways into its template. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'synthesised-'));
  gateways = join(project, 'gateways.json');
  for (const folder of ['lib', 'lambdas']) mkdirSync(join(project, folder));
  writeFileSync(
    join(project, 'lib', 'synthesise.ts'),
    `import { appendFileSync, readFileSync } from 'node:fs';
    appendFileSync(${JSON.stringify(join(project, 'runs'))}, '.');
    const gateways = readFileSync(process.argv[2], 'utf8');
    if (gateways === 'refused') { console.error('gateways: refused.'); process.exit(1); }
    console.log(JSON.stringify({ Resources: {}, gateways }));`,
  );
  writeFileSync(gateways, 'first');
});
afterEach(() => rmSync(project, { recursive: true }));

const runs = (): number => (existsSync(join(project, 'runs')) ? readFileSync(join(project, 'runs'), 'utf8').length : 0);
const made = () => synthesised(project, gateways);
const templates = () => join(project, 'node_modules', '.cache', 'templates');

test('a template is made once, and taken from the last start while nothing that it is made from has changed', async () => {
  expect([await made(), await made()]).toEqual([
    { Resources: {}, gateways: 'first' },
    { Resources: {}, gateways: 'first' },
  ]);
  expect(runs()).toBe(1);
});

test.each([
  ['the gateways', () => writeFileSync(gateways, 'second')],
  ['a function', () => writeFileSync(join(project, 'lambdas', 'authorize.ts'), 'export {};')],
  ['the state machine', () => writeFileSync(join(project, 'lib', 'rotation.asl.json'), '{}')],
])('%s that changed makes another template', async (_what, change) => {
  await made();
  change();
  expect(await made()).toEqual({ Resources: {}, gateways: readFileSync(gateways, 'utf8') });
  expect(runs()).toBe(2);
});

test('half of a kept template is none, and where nothing can be kept it is made each time', async () => {
  await made();
  const [name = ''] = readdirSync(templates());
  writeFileSync(join(templates(), name), '{"Resources":');
  expect(await made()).toMatchObject({ gateways: 'first' });
  expect(runs()).toBe(2);
  rmSync(templates(), { recursive: true });
  writeFileSync(templates(), 'a file where a folder would be');
  expect([await made(), await made()]).toHaveLength(2);
  expect(runs()).toBe(4);
});

test('the last twenty are kept', async () => {
  for (let index = 0; index < 22; index++) {
    writeFileSync(gateways, `number ${index}`);
    await made();
  }
  expect(readdirSync(templates())).toHaveLength(20);
});

test('refuses in the words of the synthesis, each time', async () => {
  writeFileSync(gateways, 'refused');
  for (const _ of [1, 2])
    await expect(made()).rejects.toMatchObject({ name: 'SynthesisRefused', message: 'gateways: refused.' });
  expect(runs()).toBe(2);
});
