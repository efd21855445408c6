import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeRegistry } from '../registry-files/whole-registry.ts';
import { holdDemoPorts, noDemoPorts } from './demo/demo-ports.ts';
import type { Options } from './options.ts';
import type { Prepared } from './run.ts';
import { synthesised } from './synthesised.ts';

/**
 * The gateways file for this start: the user's own; or a copy, where it has several, or a demo kit had to take another port.
 */
const appliedFile = (given: string, text: string): { path: string; remove(): void } => {
  if (text === readFileSync(given, 'utf8')) return { path: given, remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'gateways-'));
  const path = join(folder, 'gateways.json');
  writeFileSync(path, text);
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

/** Reads the gateways file and begins to synthesise the stack: all that is needed before the rest is loaded. Throws {@link RegistryRefused}. */
export const prepare = async (projectFolder: string, options: Options, startedAtMs: number): Promise<Prepared> => {
  const { text: original } = wholeRegistry(options.gatewaysFile);
  const ports = await (options.plan ? noDemoPorts(original) : holdDemoPorts(original));
  const file = appliedFile(options.gatewaysFile, ports.text);
  const template = synthesised(projectFolder, file.path);
  template.catch(() => undefined); // it is awaited when the rest is loaded
  return { projectFolder, startedAtMs, options, ports, file, template };
};
