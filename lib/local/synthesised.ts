import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from '../emulator/cloudformation/template.ts';
import { moduleAt } from '../own-files.ts';
import { cacheFolder } from './cache-folder.ts';

/** The stack cannot be made as it is asked for; the message is what the synthesis says. */
export class SynthesisRefused extends Error {
  override readonly name = 'SynthesisRefused';
}

/**
 * The template of the CDK stack, without bundles. Made in a process of its own, as the CDK needs more memory than everything
 * else here; and taken from the last start when it would come out the same. Throws {@link SynthesisRefused}.
 */
export const synthesised = async (projectFolder: string, gatewaysFile: string): Promise<Template> => {
  const folder = join(cacheFolder(projectFolder), 'templates');
  const path = join(folder, `${digestOfSources(projectFolder, gatewaysFile)}.json`);
  const kept = readKept(path);
  if (kept) return kept;
  const text = await synthesise(projectFolder, gatewaysFile);
  const template = JSON.parse(text) as Template;
  keep(folder, path, text);
  return template;
};

const synthesise = async (projectFolder: string, gatewaysFile: string): Promise<string> => {
  const program = [moduleAt(projectFolder, 'lib/synthesise.ts'), gatewaysFile];
  const { stdout } = await promisify(execFile)(process.execPath, program, { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: unknown) => {
      const { stderr } = error as { readonly stderr?: string };
      throw stderr ? new SynthesisRefused(stderr.trim(), { cause: error }) : error;
    },
  );
  return stdout;
};

/** Of everything that a template is made from: this project's code, the CDK, and the gateways. */
const digestOfSources = (projectFolder: string, gatewaysFile: string): string => {
  const digest = createHash('sha256');
  const add = (name: string, path: string): void =>
    void digest.update(`${name}\0`).update(readFileSync(path)).update('\0');
  for (const folder of ['lib', 'lambdas'])
    for (const name of readdirSync(join(projectFolder, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (/\.(ts|mjs|js|json)$/.test(name)) add(join(folder, name), join(projectFolder, folder, name));
  add('aws-cdk-lib', createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'));
  add('gateways', gatewaysFile);
  return digest.digest('hex');
};

const readKept = (path: string): Template | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Template;
  } catch {
    return undefined; // there is none, or half of one
  }
};

const keptAtMost = 20;

/** Keeps a template for the next start, and the last few beside it. Where nothing can be kept, the next start makes it anew. */
const keep = (folder: string, path: string, text: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${path}.${process.pid}`, text);
    renameSync(`${path}.${process.pid}`, path);
    const kept = readdirSync(folder).map((name) => join(folder, name));
    const byAge = kept.map((one) => ({ one, atMs: statSync(one).mtimeMs })).sort((a, b) => b.atMs - a.atMs);
    for (const { one } of byAge.slice(keptAtMost)) rmSync(one, { force: true });
  } catch {
    // a start that is slower, and nothing else
  }
};
