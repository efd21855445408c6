import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from '../emulator/cloudformation/template.ts';

/** The template of the CDK stack, without bundles. Made in a process of its own: the CDK needs more memory than everything else here. */
export const synthesised = async (projectFolder: string, gatewaysFile: string): Promise<Template> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(projectFolder, 'lib', 'synthesise.ts'), gatewaysFile],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return JSON.parse(stdout) as Template;
};
