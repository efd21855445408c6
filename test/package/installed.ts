import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

const project = join(import.meta.dirname, '..', '..');

/** What a user's own app has besides, in the versions that are known to go together. */
const {
  'aws-cdk-lib': cdk,
  'cdk-nag': nag,
  constructs,
  typescript,
  '@types/node': types,
} = packageJson.devDependencies;
const ofTheApp = [`aws-cdk-lib@${cdk}`, `cdk-nag@${nag}`, `constructs@${constructs}`];
const compiler = [`typescript@${typescript}`, `@types/node@${types}`];

/** How a program ended and what it printed. */
type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** A folder in which nothing but this package and an app's own packages are installed. */
export type Installed = {
  readonly folder: string;
  /** The names of the packages that came with this one, before an app brought its own. */
  readonly packages: readonly string[];
  /** Runs a program of `node_modules/.bin`, or `node`, in the folder. */
  run(program: string, ...args: readonly string[]): Ended;
  remove(): void;
};

const ran = (cwd: string, program: string, args: readonly string[]): Ended => {
  // Nothing of the checkout: npm test puts its own programs and settings into the environment.
  const environment = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS|VITEST|FORCE_COLOR)/i.test(name),
  );
  const { PATH = '', ...rest } = Object.fromEntries(environment);
  const outside = PATH.split(':').filter((part) => !part.startsWith(project));
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...rest,
      HOME: process.env.HOME,
      NO_COLOR: '1',
      CDK_OUTDIR: join(cwd, 'cdk.out'),
      PATH: [join(cwd, 'node_modules', '.bin'), ...outside].join(':'),
    },
  });
  return { status, stdout, stderr };
};

const done = (what: string, { status, stdout, stderr }: Ended): string => {
  if (status !== 0) throw new Error(`${what} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
};

const namesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((one) => `${name}/${one}`) : [name],
    );

/** Packs the project and installs the tarball in an empty folder, as its users do. Throws when one of it fails. */
export const installPackage = (): Installed => {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  const npm = (cwd: string, ...args: readonly string[]): string =>
    done(`npm ${args[0]}`, ran(cwd, 'npm', [...args, '--no-audit', '--no-fund', '--loglevel=error']));
  npm(project, 'pack', '--pack-destination', folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  npm(folder, 'install', '--prefer-offline', `./${packageJson.name}-${packageJson.version}.tgz`);
  const packages = namesIn(join(folder, 'node_modules'));
  npm(folder, 'install', '--prefer-offline', ...ofTheApp, ...compiler);
  cpSync(join(project, 'test', 'constructs', 'fixtures', 'gateways.json'), join(folder, 'gateways.json'));
  return {
    folder,
    packages,
    run: (program, ...args) => ran(folder, program, args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
