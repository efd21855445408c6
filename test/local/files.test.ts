import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKms } from '../../lib/emulator/kms/kms.ts';
import { executionsInFolder } from '../../lib/emulator/step-functions/execution-store.ts';
import { createKeys } from '../../lib/emulator/wire/keys.ts';
import { inFile } from '../../lib/emulator/wire/persistence.ts';
import { openVisitors } from '../../lib/local/console/visitors.ts';
import { writeReport } from '../../lib/local/demo/report.ts';
import { openJournal } from '../../lib/local/journal.ts';
import { parseOptions } from '../../lib/local/options.ts';
import { writeUserFile } from '../../lib/user-file.ts';

let folder = '';
let victim = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
  victim = join(folder, 'victim');
  writeFileSync(victim, 'mine');
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
/** Somebody has put a link to the victim where we are about to write. */
const planted = (...names: readonly string[]): void => {
  for (const name of names) symlinkSync(victim, at(name));
};
const toFile = { logTo: 'file', logLevel: 'INFO', stdout: process.stdout } as const;
const execution = { executionArn: 'arn', stateMachineArn: 'm', name: 'n', input: '{}', startedAtMs: 1 };

describe('a file that the user names', () => {
  it.each<[string, (path: string) => void]>([
    ['what --out writes', (path) => writeUserFile(path, 'ours')],
    ['what --report writes', (path) => writeReport(path, [])],
  ])('is never written through a symbolic link: %s', (_, write) => {
    planted('out.json', 'out.json.new');
    expect(() => write(at('out.json'))).toThrow(/symbolic link.*Name the file itself/);
    expect(() => write(at('out.json.new'))).toThrow(/symbolic link/);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(lstatSync(at('out.json')).isSymbolicLink()).toBe(true);
  });

  it('is written whole, whatever lies beside it, and nothing else is left', () => {
    planted('out.json.new');
    writeUserFile(at('out.json'), 'one');
    writeUserFile(at('out.json'), 'two');
    expect(readFileSync(at('out.json'), 'utf8')).toBe('two');
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(readdirSync(folder).toSorted()).toEqual(['out.json', 'out.json.new', 'victim']);
  });

  it('is refused when it is a folder, or in one that is not there', () => {
    expect(() => writeUserFile(folder, 'x')).toThrow(/is no file/);
    expect(() => writeUserFile(at('nowhere/out.json'), 'x')).toThrow(/cannot be written/);
  });

  it('is refused by npm start before anything begins', () => {
    planted('report.json');
    expect(() => parseOptions(['--report', at('report.json')], process.cwd(), {})).toThrow(/--report.*symbolic link/);
  });
});

describe('a link that somebody has put into the data folder', () => {
  it.each<[string, readonly string[], () => unknown]>([
    [
      'the state of an emulated service',
      ['secrets.json.new'],
      () => inFile(at('secrets.json'), () => true).save({ ours: 1 }),
    ],
    [
      'the credentials file',
      ['aws-credentials.new'],
      () => createKeys(folder, { region: 'r', endpointUrl: 'u' }).credentialsFile(),
    ],
    [
      'the keys of evidence',
      ['evidence-key.pem.new', 'evidence-public-key.pem', 'evidence-public-key.pem.new'],
      () => createKms({ keys: [{ arn: 'a', signs: true }], folder }),
    ],
    ['the link of the console', ['console-link'], () => openVisitors(folder, 'http://127.0.0.1')],
  ])('is replaced and not followed: %s', (_, names, write) => {
    planted(...names);
    write();
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    for (const name of names) expect(existsSync(at(name)) && lstatSync(at(name)).isSymbolicLink()).toBe(false);
  });

  it('is not followed by the log of the functions, which then has no place', async () => {
    planted('functions.log');
    const journal = openJournal({ ...toFile, dataFolder: folder, logsChecks: true, now: () => 0 });
    journal.logOf('f')('INFO', 'ours');
    await journal.close();
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });

  it('is not followed by the history of an execution, which then waits in memory', () => {
    const store = executionsInFolder(folder);
    store.create(execution);
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    rmSync(at(file));
    planted(file);
    store.append('arn', { id: 1, previousEventId: 0, type: 't', timestamp: 1 });
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });
});
