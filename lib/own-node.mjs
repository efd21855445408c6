// Runs a file of the project from whatever Node (>= 20) is installed, on Node 24: in a checkout after installing the lockfile's
// packages, and as a package, in JavaScript, in this process or on the Node that came with it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const isCheckout = existsSync(join(root, 'lib', 'index.ts'));

/** The Node 24 among the packages of this one, wherever they were installed. */
const packagedNode = () => {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { resolve } = createRequire(import.meta.url);
  for (const name of Object.keys(optionalDependencies))
    try {
      const manifest = resolve(`${name}/package.json`);
      return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.node);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error; // it is for another machine
    }
};

const runOn = (node, program, args, more) => {
  const child = spawn(node, [program, ...args], { stdio: 'inherit', ...more });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
};

/** Where the package keeps what Node has compiled: below the user's own folder, since what is run from there must be his. Nowhere, without one. */
const compiledFolder = () => {
  const { NODE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env;
  if (NODE_COMPILE_CACHE) return NODE_COMPILE_CACHE;
  try {
    return join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'gateway-credential-rotation');
  } catch {
    return undefined;
  }
};

const runPackaged = async (program, args) => {
  const compiled = compiledFolder();
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    if (compiled) nodeModule.enableCompileCache(compiled);
    process.argv = [process.execPath, program, ...args];
    return import(pathToFileURL(program).href);
  }
  const node = packagedNode();
  if (node !== undefined)
    return runOn(node, program, args, { env: { ...(compiled && { NODE_COMPILE_CACHE: compiled }), ...process.env } });
  console.error(
    `Node 24 is needed and this is ${process.version}: no Node package for ${process.platform}-${process.arch} came with the install. ` +
      'Install Node 24 yourself, or install again without --omit=optional.',
  );
  process.exitCode = 1;
};

/** Runs `file`, named from the root of the project, as this process would: its streams, its signals, how it ended. */
export const runOnOwnNode = async (file, args) => {
  if (!isCheckout) return runPackaged(join(root, 'dist', file.replace(/\.ts$/, '.js')), args);
  await import('./bootstrap.mjs');
  const isWindows = process.platform === 'win32';
  const ownNode = join(root, 'node_modules', '.bin', isWindows ? 'node.cmd' : 'node');
  runOn(existsSync(ownNode) ? ownNode : process.execPath, join(root, file), args, {
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'), ...process.env },
    shell: isWindows,
  });
};
