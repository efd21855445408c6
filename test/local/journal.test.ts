import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../lib/local/journal.ts';
import { openLogFile } from '../../lib/local/log-file.ts';

let folder: string;
let path: string;
let nowMs: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(folder, 'functions.log');
  nowMs = 1_767_225_600_000;
});
const said: string[] = [];
const stdout = {
  write: (text: string) => {
    said.push(text);
    return true;
  },
} as NodeJS.WriteStream;
const open = (logsChecks: boolean, more: Partial<Parameters<typeof openJournal>[0]> = {}) =>
  openJournal({ dataFolder: folder, logsChecks, now: () => nowMs, logTo: 'file', logLevel: 'INFO', stdout, ...more });
const lines = (): string[] => readFileSync(path, 'utf8').trim().split('\n');
const check = { gatewayId: 'orders', kitId: 'kong', credentialId: 'c1', verdict: 'ACCEPTED' };

describe('The log of the functions', () => {
  it('has one line for each change of what is checked, and not one for each check', async () => {
    const journal = open(false);
    const log = journal.logOf('authorize');
    for (let request = 0; request < 1_000; request++)
      log('INFO', 'Policy check.', { ...check, requestId: `r${request}` } as object);
    log('INFO', 'Policy check.', { ...check, credentialId: 'c2', requestId: 'r' } as object);
    log('INFO', 'Policy check.', { ...check, verdict: 'REVOKED', requestId: 'r' } as object);
    await journal.close();
    expect(lines().map((line) => JSON.parse(line))).toMatchObject([
      { at: '2026-01-01T00:00:00.000Z', function: 'authorize', credentialId: 'c1', requestId: 'r0' },
      { credentialId: 'c2' },
      { verdict: 'REVOKED' },
    ]);
  });

  it('goes to standard output when that is asked for, a JSON object a line, and then into no file', async () => {
    said.length = 0;
    const journal = open(false, { logTo: 'stdout' });
    journal.logOf('operate')('WARN', 'Refused.', { gatewayId: 'orders' });
    await journal.close();
    expect(said).toEqual([
      '{"at":"2026-01-01T00:00:00.000Z","level":"WARN","function":"operate","message":"Refused.","gatewayId":"orders"}\n',
    ]);
    expect(existsSync(path)).toBe(false);
  });

  it('leaves out what is below the level that is asked for', async () => {
    const journal = open(false, { logLevel: 'WARN' });
    for (const level of ['INFO', 'WARN', 'ERROR'] as const) journal.logOf('operate')(level, level);
    await journal.close();
    expect(lines().map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(['WARN', 'ERROR']);
  });

  it('has a line again for what was not seen for more than a minute', async () => {
    const journal = open(false);
    const log = journal.logOf('authorize');
    for (const afterMs of [0, 60_000, 60_001]) {
      nowMs += afterMs;
      log('INFO', 'Policy check.', check as object);
    }
    await journal.close();
    expect(lines()).toHaveLength(2);
  });

  it('has a line for each check when it is asked for, and for everything else in any case', async () => {
    const journal = open(true);
    for (let request = 0; request < 3; request++) journal.logOf('authorize')('INFO', 'Policy check.', check as object);
    await journal.close();
    expect(lines()).toHaveLength(3);
    const other = open(false);
    for (let time = 0; time < 3; time++) other.logOf('reconcile')('WARN', 'Something.', { gatewayId: 'orders' });
    await other.close();
    expect(lines()).toHaveLength(6);
    expect(other.lastWarnings()).toHaveLength(3);
  });
});

describe('A log file', () => {
  it('is replaced when it is full, keeps so many older ones, and only its owner may read them', async () => {
    const file = openLogFile(path, { fileBytes: 30, olderFiles: 2 });
    for (const name of ['a', 'b', 'c', 'd']) {
      file.write(name.repeat(19));
      await file.flush();
    }
    expect(['', '.1', '.2'].map((end) => readFileSync(`${path}${end}`, 'utf8')[0])).toEqual(['d', 'c', 'b']);
    expect(existsSync(`${path}.3`)).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('writes nothing on the path of who logs', async () => {
    const file = openLogFile(path, { fileBytes: 1_000, olderFiles: 1 });
    file.write('one');
    expect(existsSync(path)).toBe(false);
    await file.flush();
    expect(lines()).toEqual(['one']);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'goes on while the disk is full, and says later what it kept and lost',
    async () => {
      symlinkSync('/dev/full', path);
      const file = openLogFile(path, { fileBytes: 10_000_000, olderFiles: 1 });
      for (let line = 0; line < 10_003; line++) file.write('x');
      await file.flush();
      rmSync(path);
      file.write('y');
      await file.flush();
      expect(lines()).toHaveLength(10_001);
      expect(lines()[0]).toContain('4 lines could not be written.');
    },
  );
});
