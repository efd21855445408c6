import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RegistryRefused } from '../../lambdas/registry/read-registry.ts';
import { wholeRegistry } from '../../lib/registry-files/whole-registry.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whole-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const write = (name: string, content: string | object): string => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));
  return at(name);
};
const gateway = (gatewayId: string, kits: unknown = []) => ({
  gatewayId,
  authority: { kind: 'builtin' },
  decision: { kind: 'allow-all' },
  kits,
});
const kit = (kitId: string) => ({ kitId, kind: 'manual', owner: 'kim' });

const problemsOf = (path: string): readonly string[] => {
  try {
    wholeRegistry(path);
  } catch (error) {
    if (error instanceof RegistryRefused) return error.problems.map((one) => one.replaceAll(`${folder}/`, ''));
    throw error;
  }
  throw new Error('It was not refused.');
};

describe('a registry in several files', () => {
  test('is one registry: further files by include, from where they are named, and kits of NDJSON and CSV', () => {
    write('teams/deep/billing.json', { gateways: [gateway('billing', { file: '../billing.csv' })] });
    write('teams/billing.csv', 'kitId,kind,owner\none,manual,kim\n');
    write('teams/edge.json', { include: ['deep/billing.json'], gateways: [gateway('edge', { file: 'edge.ndjson' })] });
    write('teams/edge.ndjson', `${JSON.stringify(kit('two'))}\n\n${JSON.stringify(kit('three'))}\n`);
    const root = write('gateways.json', { include: ['teams/edge.json'], gateways: [gateway('orders', [kit('four')])] });
    const { registry, text } = wholeRegistry(root);
    expect(registry.gateways.map(({ gatewayId, kits }) => [gatewayId, kits.map(({ kitId }) => kitId)])).toEqual([
      ['orders', ['four']],
      ['edge', ['two', 'three']],
      ['billing', ['one']],
    ]);
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['gateways']);
  });

  test('a file that names no other is used as it was written', () => {
    const root = write('gateways.json', '{ "gateways": [ ] }\n');
    expect(wholeRegistry(root).text).toBe('{ "gateways": [ ] }\n');
  });

  test('refuses a gateway that stands in two files, and names both', () => {
    write('edge.json', { gateways: [gateway('edge'), gateway('orders')] });
    const root = write('gateways.json', { include: ['edge.json'], gateways: [gateway('orders')] });
    expect(problemsOf(root)).toEqual([
      'edge.json: gateways[1].gatewayId: "orders" is the id of gateways.json: gateways[0] too; allowed is one that no other gateway has.',
    ]);
  });

  test('refuses each wrong kit with its file and line, and every one of them', () => {
    write(
      'edge.ndjson',
      `${JSON.stringify(kit('one'))}\nnot json\n${JSON.stringify({ ...kit('t o'), owner: '' })}\n[]\n`,
    );
    write('api.csv', 'kitId,kind,owner,lookBackSeconds\none,manual,kim,soon\ntwo,manual\none,manual,kim,60\n');
    const root = write('gateways.json', { gateways: [gateway('edge', { file: 'edge.ndjson' })] });
    expect(problemsOf(root)).toEqual([
      'edge.ndjson line 2: given a text that is not a JSON object; allowed is one kit a line.',
      'edge.ndjson line 4: given a text that is not a JSON object; allowed is one kit a line.',
    ]);
    write('edge.ndjson', `${JSON.stringify(kit('one'))}\n\n${JSON.stringify({ ...kit('t o'), owner: '' })}\n`);
    expect(problemsOf(root)).toEqual([
      expect.stringMatching(/^edge\.ndjson line 3: kitId: given "t o"; allowed is a text: 1 to 63/),
      expect.stringMatching(/^edge\.ndjson line 3: owner: given ""/),
    ]);
    write('gateways.json', { gateways: [gateway('api', { file: 'api.csv' })] });
    expect(problemsOf(root)).toEqual([
      'api.csv line 3: given 2 cells; allowed are 4, one for each column of the first line.',
    ]);
    write('api.csv', 'kitId,kind,owner,lookBackSeconds\none,manual,kim,soon\none,manual,kim,60\n');
    expect(problemsOf(root)).toEqual([
      'api.csv line 2: lookBackSeconds: given "soon"; allowed is a whole number from 1 to 2592000.',
      'api.csv line 3: kitId: "one" is the id of api.csv line 2 too; allowed is one that no other kit of the gateway has.',
    ]);
  });

  test.each([
    [
      'a circle',
      {
        'gateways.json': { include: ['a.json'], gateways: [] },
        'a.json': { include: ['gateways.json'], gateways: [] },
      },
      /a\.json: given gateways\.json, which the command names already/,
    ],
    [
      'a file that is named twice',
      { 'gateways.json': { include: ['a.json', './a.json'], gateways: [] }, 'a.json': { gateways: [] } },
      /gateways\.json: given a\.json, which gateways\.json names already/,
    ],
    [
      'a file that is not there',
      { 'gateways.json': { include: ['a.json'], gateways: [] } },
      /include: a\.json cannot be read: ENOENT/,
    ],
    [
      'a path from the root',
      { 'gateways.json': { include: ['/etc/a.json'], gateways: [] } },
      /include: given "\/etc\/a\.json"; allowed is a path from the file/,
    ],
    ['no list of files', { 'gateways.json': { include: 'a.json', gateways: [] } }, /include: given no list/],
    [
      'a file without gateways',
      { 'gateways.json': { include: ['a.json'], gateways: [] }, 'a.json': {} },
      /a\.json: gateways: given nothing/,
    ],
    [
      'a misspelt field of a further file',
      { 'gateways.json': { include: ['a.json'], gateways: [] }, 'a.json': { gateway: [], gateways: [] } },
      /a\.json: the file: "gateway" is not known; allowed are \$schema, include, gateways/,
    ],
    [
      'a further file that is not JSON',
      { 'gateways.json': { include: ['a.json'], gateways: [] }, 'a.json': '{' },
      /a\.json: the file: given a text that is not JSON/,
    ],
    [
      'an empty file of kits, which would retire them all',
      { 'gateways.json': { gateways: [gateway('a', { file: 'a.csv' })] }, 'a.csv': 'kitId,kind,owner\n' },
      /a\.csv: given no kit/,
    ],
    [
      'kits of two gateways in one file',
      {
        'gateways.json': { gateways: [gateway('a', { file: 'a.csv' }), gateway('b', { file: 'a.csv' })] },
        'a.csv': 'kitId,kind,owner\none,manual,kim\n',
      },
      /gateways\[1\]\.kits: given a\.csv, which gateways\.json: gateways\[0\]\.kits names already/,
    ],
    [
      'another ending',
      { 'gateways.json': { gateways: [gateway('a', { file: 'a.xls' })] } },
      /given "a\.xls"; allowed is a name that ends in \.ndjson, \.jsonl or \.csv/,
    ],
    [
      'more beside the file of kits',
      { 'gateways.json': { gateways: [gateway('a', { file: 'a.csv', more: 1 })] } },
      /allowed is a list, or \{"file": "…"\} alone/,
    ],
  ] as const)('refuses %s', (_, files, problem) => {
    for (const [name, content] of Object.entries(files)) write(name, content);
    expect(problemsOf(at('gateways.json')).join('\n')).toMatch(problem);
  });
});
