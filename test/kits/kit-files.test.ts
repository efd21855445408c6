import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureOfFile, filesOfThisMachine } from '../../lambdas/kits/kit-files.ts';
import { errorOf, installationOf, newer, older } from './installation.ts';
import { inFolders } from './reach.ts';

const { read, replace } = filesOfThisMachine;
const { signal } = new AbortController();
const isRoot = process.getuid?.() === 0;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'kit-files-'));
  path = join(folder, 'secret.id');
});
afterEach(() => rmSync(folder, { recursive: true }));

const add = (text: string = older.value, mode = 0o640) => {
  writeFileSync(path, text);
  chmodSync(path, mode);
};

describe('a file that is replaced', () => {
  test('keeps its mode, and nothing else is left in its folder', async () => {
    add();
    await replace(folder, 'secret.id', newer.value, signal);
    expect([await read(folder, 'secret.id', signal), statSync(path).mode & 0o777, readdirSync(folder)]).toEqual([
      newer.value,
      0o640,
      ['secret.id'],
    ]);
  });

  test('is another one from one moment to the next: who has opened it reads the old text to its end', async () => {
    add();
    const reader = openSync(path, 'r');
    await replace(folder, 'secret.id', newer.value, signal);
    expect([readFileSync(reader, 'utf8'), readFileSync(path, 'utf8')]).toEqual([older.value, newer.value]);
    closeSync(reader);
  });

  test.runIf(isRoot)('keeps its owner and its group', async () => {
    add();
    chownSync(path, 1234, 4321);
    await replace(folder, 'secret.id', newer.value, signal);
    const { uid, gid } = statSync(path);
    expect([uid, gid]).toEqual([1234, 4321]);
  });

  test('takes with it what a run that died has left, and not what another one is just writing', async () => {
    add();
    const [left, fresh, others] = ['.secret.id.1.new', '.secret.id.2.new', '.other.id.1.new'];
    for (const name of [left, fresh, others]) writeFileSync(join(folder, name), older.value);
    for (const name of [left, others]) utimesSync(join(folder, name), 1_000, 1_000);
    await replace(folder, 'secret.id', newer.value, signal);
    expect(readdirSync(folder).toSorted()).toEqual([others, fresh, 'secret.id'].toSorted());
  });
});

describe('refuses', () => {
  test.each([
    ['a file that is not there', () => undefined, /NOT_GIVEN: the file/],
    ['a directory', () => mkdirSync(path), /REQUEST_REFUSED: it is a directory/],
    ['a link that leaves the folder', () => symlinkSync('/etc/passwd', path), /REQUEST_REFUSED: ELOOP.*symbolic link/],
    ['a link within it', () => symlinkSync('secret.id', path), /REQUEST_REFUSED: ELOOP.*symbolic link/],
    ['what is longer than any credential', () => add('x'.repeat(65_537)), /REQUEST_REFUSED: .*64 KB/],
  ])('%s, to read and to replace', async (_, make, message) => {
    make();
    for (const work of [() => read(folder, 'secret.id', signal), () => replace(folder, 'secret.id', 'x', signal)])
      expect(await errorOf(work())).toMatchObject({ name: 'KitCallFailed', message: expect.stringMatching(message) });
  });

  test('a folder that is not there', async () => {
    expect(await errorOf(replace(join(folder, 'absent'), 'secret.id', 'x', signal))).toMatchObject({
      message: 'NOT_GIVEN: the folder is not there',
    });
  });

  test('a folder behind a symbolic link, naming the real one', async () => {
    add();
    const link = join(folder, 'link');
    symlinkSync(folder, link);
    expect(await errorOf(read(link, 'secret.id', signal))).toMatchObject({ message: expect.stringContaining(folder) });
  });

  test.each([0o644, 0o642, 0o641])('to leave a file to every user of the machine (%i)', async (mode) => {
    add(older.value, mode);
    expect(await errorOf(replace(folder, 'secret.id', newer.value, signal))).toMatchObject({
      problem: 'REQUEST_REFUSED',
      answer: expect.stringContaining(`mode ${mode.toString(8)}`),
    });
    expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual([older.value, ['secret.id']]);
  });

  test.each(['/etc', '/mnt/kits/below', '/mnt/kits/..'])(
    '%s, where the deployment allows another folder',
    async (path) => {
      const { kit } = installationOf('pinggateway', { folder: { path: '/mnt/kits', fileName: 'secret.id' } });
      const files = inFolders(['/mnt/kits'], kit);
      for (const work of [files.read(path, 'passwd', signal), files.replace(path, 'passwd', 'x', signal)])
        expect(await errorOf(work)).toMatchObject({ name: 'KitMisconfigured', code: 'FOLDER_NOT_ALLOWED' });
    },
  );
});

test.each([
  ['EACCES', 'ACCESS_DENIED'],
  ['EPERM', 'ACCESS_DENIED'],
  ['EROFS', 'ACCESS_DENIED'],
  ['ENOSPC', 'SERVER_ERROR'],
  ['EIO', 'SERVER_ERROR'],
  ['ESTALE', 'SERVER_ERROR'],
  ['EINVAL', 'REQUEST_REFUSED'],
  ['no code', 'SERVER_ERROR'],
])('%s of the system is %s, and its message is not repeated', (code, problem) => {
  const failure = failureOfFile(Object.assign(new Error(`${newer.value} /marked`), { code }));
  expect(failure).toMatchObject({ name: 'KitCallFailed', problem });
  expect(JSON.stringify([failure.message, failure.stack, failure])).not.toContain('marked');
});
