import { spawnSync } from 'node:child_process';
import { cpSync, globSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { bundle, bundlesFolder } from './constructs/bundle.ts';

/** Makes `dist`, which goes into the package: JavaScript and types of what the package runs, the files that it reads, and the code of each function, bundled. */
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

const compile = (): void => {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.package.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error(`The TypeScript was not compiled: tsc ended with ${status}.`);
};

rmSync(dist, { recursive: true, force: true });
compile();
for (const file of globSync(
  ['lib/rotation.asl.json', 'lib/local/console/page.js', 'lib/schemas/**/*.json', 'gateways.json'],
  { cwd: root },
))
  cpSync(join(root, file), join(dist, file));
for (const source of globSync('lambdas/*.ts', { cwd: root }))
  if (source !== 'lambdas/ports.ts') bundle(source, join(bundlesFolder(dist, source), 'index.mjs'));
const { name, version, type } = packageJson;
writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ name, version, type, private: true })}\n`); // what the version is read from
