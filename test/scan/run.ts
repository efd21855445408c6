import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesise } from '../../lib/synthesise.ts';
import { deployments } from '../constructs/every-choice.ts';
import { gateways } from '../constructs/synthesised.ts';
import { installPython, pythonTool } from '../support/python.ts';
import { forbiddenLicences } from './licences.ts';
import { bundled, loadedByPrograms, readLockfile } from './loaded.ts';

/**
 * Looks at the licence of everything that a user starts or deploys, and runs cfn-lint and checkov, of the versions in
 * requirements.txt, over every template. Ends with 1 when one of them finds something.
 */
const folder = mkdtempSync(join(tmpdir(), 'scan-'));
const beside = (name: string): string => join(import.meta.dirname, name);

const run = (command: string, ...args: readonly string[]): boolean => {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw new Error(`${command} could not be started: ${error.message}.`);
  return status === 0;
};
const installed = (tool: string): string => pythonTool(folder, tool);

/** Whether no licence is off the list; says which are. */
const licencesAreAllowed = (): boolean => {
  const forbidden = forbiddenLicences([...bundled(folder), ...loadedByPrograms(folder)], readLockfile());
  for (const one of forbidden) console.error(`Its licence is not on the list of test/scan/licences.ts: ${one}`);
  return forbidden.length === 0;
};

try {
  installPython(folder, beside('requirements.txt'));
  const templates = Object.entries(deployments).map(([name, settings]) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.template.json`);
    writeFileSync(path, JSON.stringify(synthesise({ gateways, ...settings }), null, 1));
    return path;
  });
  const hasNoFinding = [
    licencesAreAllowed(),
    run(installed('cfn-lint'), '--config-file', beside('cfn-lint.yaml'), ...templates),
    run(
      installed('checkov'),
      ...['--config-file', beside('checkov.yaml'), '--skip-download', '--compact', '--quiet'],
      ...templates.flatMap((path) => ['--file', path]),
    ),
  ];
  process.exitCode = hasNoFinding.every(Boolean) ? 0 : 1;
  console.log(
    process.exitCode === 0
      ? `${templates.length} templates and all licences scanned, nothing found.`
      : 'The scan found something.',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
