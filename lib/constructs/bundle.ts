import { copyFileSync, cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import type { BuildOptions, BuildResult, Metafile } from 'esbuild';
import { isPackage } from '../own-files.ts';

const root = join(import.meta.dirname, '..', '..');
const require = createRequire(import.meta.url);

/** An ES module has no `require`, which a library that is no ES module asks for the modules of Node. */
const requireOfNode = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/**
 * Bundles a Lambda entry with everything it imports, the AWS SDK too, into an ES module, and returns what went into it.
 * The SDK inside and minified starts in about a third of the time (aws-sdk-js-v3#5516). What is imported only when it is
 * needed lies beside it in files of its own, so that a start does not pay for it.
 */
export const bundle = (source: string, outfile: string): Metafile => {
  const { buildSync }: { buildSync(options: BuildOptions & { metafile: true }): BuildResult<{ metafile: true }> } =
    require('esbuild'); // of a checkout alone: the package has everything bundled
  return buildSync({
    absWorkingDir: root,
    entryPoints: [{ in: source, out: basename(outfile, '.mjs') }],
    outdir: dirname(outfile),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: requireOfNode },
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
  }).metafile;
};

/** Where the package has the bundle of an entry, below its root. */
export const bundlesFolder = (folder: string, source: string): string =>
  join(folder, 'bundles', basename(source, '.ts'));

/**
 * The code of a Lambda entry such as `lambdas/authorize.ts`, with files beside it by the names they get there; bundled only
 * when the stack is deployed or synthesised whole.
 */
export const codeOf = (source: string, files: Readonly<Record<string, string>> = {}): AssetCode =>
  Code.fromAsset(join(root, 'lambdas'), {
    assetHashType: AssetHashType.OUTPUT, // the same bundle is the same asset, on every machine
    bundling: {
      image: DockerImage.fromRegistry('bundled-by-esbuild-on-this-machine'),
      command: ['esbuild', source, ...Object.values(files)], // makes one asset differ from the next: what `tryBundle` does is not compared
      local: {
        tryBundle: (outdir) => {
          if (isPackage) cpSync(bundlesFolder(root, source), outdir, { recursive: true });
          else bundle(source, join(outdir, 'index.mjs'));
          for (const [name, path] of Object.entries(files)) copyFileSync(path, join(outdir, name));
          return true;
        },
      },
    },
  });
