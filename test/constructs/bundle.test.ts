import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { bundle } from '../../lib/constructs/bundle.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { loadedAtStart } from '../support/loaded-at-start.ts';
import { gateways } from './synthesised.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
afterAll(() => rmSync(folder, { recursive: true }));

const clientsIn = (inputs: Readonly<Record<string, unknown>>): readonly string[] => [
  ...new Set(Object.keys(inputs).flatMap((path) => /node_modules\/(@aws-sdk\/client-[^/]+)\//.exec(path)?.[1] ?? [])),
];

/** Every file but the types of the ports is the entry of a Lambda. */
const entries = readdirSync(join(root, 'lambdas')).filter((name) => name.endsWith('.ts') && name !== 'ports.ts');

describe('a bundle', () => {
  test('of the authorizer has no client, is one file, and stays below 60 KB: each request may have to wait for its start', () => {
    const { inputs, outputs } = bundle('lambdas/authorize.ts', join(folder, 'authorize.mjs'));
    expect(clientsIn(inputs)).toEqual([]);
    expect(Object.values(outputs).map(({ bytes }) => bytes < 60 * 1024)).toEqual([true]);
  });

  test('of the sideband starts without any client, and without TLS: what forwards lies beside it', () => {
    const { outputs } = bundle('lambdas/sideband.ts', join(folder, 'sideband.mjs'));
    const loaded = loadedAtStart(outputs, 'sideband.mjs');
    expect(clientsIn(Object.assign({}, ...loaded.map(({ inputs }) => inputs)))).toEqual([]);
    expect(loaded.flatMap(({ imports }) => imports.map(({ path }) => path))).not.toContain('node:https');
    expect(clientsIn(Object.assign({}, ...Object.values(outputs).map(({ inputs }) => inputs)))).toEqual([
      '@aws-sdk/client-secrets-manager',
    ]);
  });

  test.each([
    ['Lambda', '@aws-sdk/client-lambda', 'are functions'],
    ['CloudFront', '@aws-sdk/client-cloudfront', 'are functions at its edge'],
    ['Systems Manager', '@aws-sdk/client-ssm', 'read a parameter'],
    ['STS', '@aws-sdk/client-sts', 'are used by a role of their owner'],
  ])('of a stage starts without the client of %s, %s: it is for kits that %s', (_, client) => {
    const { outputs } = bundle('lambdas/distribute-shard.ts', join(folder, 'distribute-shard.mjs'));
    const loaded = loadedAtStart(outputs, 'distribute-shard.mjs').map(({ inputs }) => inputs);
    expect(clientsIn(Object.assign({}, ...loaded))).not.toContain(client);
    expect(clientsIn(Object.assign({}, ...Object.values(outputs).map(({ inputs }) => inputs)))).toContain(client);
  });

  test.each([
    ['what reads packages', 'at the edge of CloudFront', '/@zip.js/'],
    ['what reads YAML', 'of a Kong without a database', '/node_modules/yaml/'],
  ])('of a stage starts without %s: that is for kits %s', (_what, _kits, library) => {
    const { outputs } = bundle('lambdas/distribute-shard.ts', join(folder, 'distribute-shard.mjs'));
    const loaded = Object.assign({}, ...loadedAtStart(outputs, 'distribute-shard.mjs').map(({ inputs }) => inputs));
    const all = Object.assign({}, ...Object.values(outputs).map(({ inputs }) => inputs));
    const filesOf = (inputs: object) => Object.keys(inputs).filter((path) => `/${path}`.includes(library));
    expect(filesOf(loaded)).toEqual([]);
    expect(filesOf(all)).not.toEqual([]);
  });

  test('of a stage starts without what fetches access tokens: it is for kits whose API takes them', () => {
    const { outputs } = bundle('lambdas/distribute-shard.ts', join(folder, 'tokens', 'distribute-shard.mjs'));
    const librariesIn = (files: readonly { readonly inputs: object }[]) =>
      ['oauth4webapi', 'jose'].filter((name) =>
        files.some(({ inputs }) => Object.keys(inputs).some((path) => path.includes(`node_modules/${name}/`))),
      );
    expect(librariesIn(loadedAtStart(outputs, 'distribute-shard.mjs'))).toEqual([]);
    expect(librariesIn(Object.values(outputs))).toEqual(['oauth4webapi', 'jose']);
  });

  test('of a stage has the messages of zod in one language', () => {
    const { outputs } = bundle('lambdas/verify-kits.ts', join(folder, 'verify-kits.mjs'));
    const included = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
    const locales = included.filter(([path]) => path.includes('zod/v4/locales/'));
    expect(locales.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []))).toEqual([
      'node_modules/zod/v4/locales/en.js',
    ]);
  });

  test('is the same for the same source', () => {
    bundle('lambdas/reconcile.ts', join(folder, 'once.mjs'));
    bundle('lambdas/reconcile.ts', join(folder, 'twice.mjs'));
    expect(readFileSync(join(folder, 'once.mjs'))).toEqual(readFileSync(join(folder, 'twice.mjs')));
  });

  // In a process of its own: vitest gives what it imports a `require`, which Node and Lambda do not give to a module.
  test.for(entries)('of %s loads in Node and has the handler that Lambda calls', (name) => {
    const outfile = join(folder, `${name}.mjs`);
    bundle(`lambdas/${name}`, outfile);
    const code = `const { handler } = await import(${JSON.stringify(pathToFileURL(outfile).href)}); console.log(typeof handler);`;
    const loaded = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' });
    expect([loaded.stderr, loaded.stdout]).toEqual(['', 'function\n']);
  });

  test('is made of every entry of a function of the stack', () => {
    const named = Object.values(synthesise({ gateways }).Resources).flatMap(({ Metadata }) => Metadata?.source ?? []);
    expect(entries.map((name) => `lambdas/${name}`).toSorted()).toEqual(named.toSorted());
  });
});
