import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Template } from '../../lib/emulator/cloudformation/template.ts';
import { synthesised } from '../../lib/local/synthesised.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The template of the stack, made once for a run: which gateways there are is read from each test's own file. */
    template: Template;
  }
}

/** Everything that tests write is in one temporary folder, which is gone when they have ended. */
export default async (project: TestProject): Promise<() => void> => {
  const folder = mkdtempSync(join(tmpdir(), 'tests-'));
  process.env.TMPDIR = folder;
  const gatewaysFile = join(folder, 'gateways.json');
  writeFileSync(
    gatewaysFile,
    JSON.stringify({
      gateways: [{ gatewayId: 'orders', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits: [] }],
    }),
  );
  project.provide('template', await synthesised(join(import.meta.dirname, '..', '..'), gatewaysFile));
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};
