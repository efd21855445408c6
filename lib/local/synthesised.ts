import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from '../emulator/cloudformation/template.ts';

/** The stack cannot be made as it is asked for; the message is what the synthesis says. */
export class SynthesisRefused extends Error {
  override readonly name = 'SynthesisRefused';
}

/**
 * The template of the CDK stack, without bundles. Made in a process of its own: the CDK needs more memory than everything else
 * here. Throws {@link SynthesisRefused}.
 */
export const synthesised = async (projectFolder: string, gatewaysFile: string): Promise<Template> => {
  const program = [join(projectFolder, 'lib', 'synthesise.ts'), gatewaysFile];
  const { stdout } = await promisify(execFile)(process.execPath, program, { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: unknown) => {
      const { stderr } = error as { readonly stderr?: string };
      throw stderr ? new SynthesisRefused(stderr.trim(), { cause: error }) : error;
    },
  );
  return JSON.parse(stdout) as Template;
};
