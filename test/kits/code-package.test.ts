import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { expect, test } from 'vitest';
import { fileIn, withFile } from '../../lambdas/kits/code-package.ts';
import { filesOf, zipOf } from './edge.ts';

/** Made with Python's zipfile: src/index.js, config.json and bin/run, which may be executed. */
const byPython = Buffer.from(
  'UEsDBBQAAAAIAAufel0niHUPFAAAABIAAAAMAAAAc3JjL2luZGV4LmpzS60oyC8qKdbLSMxLyUktsjXkAgBQSwMEFAAAAAgAC596XVTpWKQjAAAAIgAAAAsAAABjb25maWcuanNvbqtWSlSyUjDUM9BRUCrOSCxKTQlOTS5KLQEKKuXnpCjVcgEAUEsDBBQAAAAIAAufel0dnfsEDAAAAAoAAAAHAAAAYmluL3J1blNW1E/KzNMvzuACAFBLAQIUAxQAAAAIAAufel0niHUPFAAAABIAAAAMAAAAAAAAAAAAAACkgQAAAABzcmMvaW5kZXguanNQSwECFAMUAAAACAALn3pdVOlYpCMAAAAiAAAACwAAAAAAAAAAAAAApIE+AAAAY29uZmlnLmpzb25QSwECFAMUAAAACAALn3pdHZ37BAwAAAAKAAAABwAAAAAAAAAAAAAA7YGKAAAAYmluL3J1blBLBQYAAAAAAwADAKgAAAC7AAAAAAA=',
  'base64',
);

/** From its local header to the next one. */
const entry = (zip: Uint8Array, name: string): string => {
  const bytes = Buffer.from(zip);
  const from = bytes.indexOf(`PK\x03\x04`, bytes.lastIndexOf('PK\x03\x04', bytes.indexOf(name)));
  return bytes.subarray(from, bytes.indexOf('PK', from + 4)).toString('hex');
};
const central = (zip: Uint8Array, name: string) => {
  const bytes = Buffer.from(zip);
  const from = bytes.lastIndexOf('PK\x01\x02', bytes.lastIndexOf(name));
  return {
    madeBy: bytes.readUInt16LE(from + 4),
    time: bytes.readUInt32LE(from + 12),
    mode: bytes.readUInt32LE(from + 38),
  };
};

test('a file gets another text; the others are copied byte for byte, in their places, and keep their modes', async () => {
  expect(await fileIn(byPython, 'config.json')).toBe('{"a": 1.0, "sharedSecret": "old"}\n');
  const after = await withFile(byPython, 'config.json', '{"a": 1.0, "sharedSecret": "ü"}\n');
  const names = ['src/index.js', 'config.json', 'bin/run'];
  expect(Object.keys(await filesOf(after))).toEqual(names);
  expect(await fileIn(after, 'config.json')).toBe('{"a": 1.0, "sharedSecret": "ü"}\n');
  for (const name of ['src/index.js', 'bin/run']) expect(entry(after, name)).toBe(entry(byPython, name));
  for (const name of names) expect(central(after, name)).toEqual(central(byPython, name));
});

test('the same change gives the same zip, and a change back and forth too', async () => {
  const [one, other] = ['one', 'other'];
  const first = await withFile(byPython, 'config.json', one);
  expect(Buffer.compare(first, await withFile(byPython, 'config.json', one))).toBe(0);
  const back = await withFile(await withFile(first, 'config.json', other), 'config.json', one);
  expect(Buffer.compare(first, back)).toBe(0);
});

test('refuses what is no zip, a file that is not there or is no text, a folder, and one that is too long', async () => {
  expect(await fileIn(Buffer.from('no zip'), 'a')).toBeUndefined();
  expect(await fileIn(byPython, 'Config.json')).toBeUndefined();
  expect(await fileIn(await zipOf({ a: 'x'.repeat(1_048_577) }), 'a')).toBeUndefined();
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  await writer.add('folder/', undefined, { directory: true });
  await writer.add('bytes', new Uint8ArrayReader(Buffer.from([0xff, 0xfe])));
  await writer.add('closed', new Uint8ArrayReader(Buffer.from('x')), { password: 'x' });
  const zip = await writer.close();
  for (const name of ['folder/', 'bytes', 'closed']) expect([name, await fileIn(zip, name)]).toEqual([name, undefined]);
});

test('refuses a file that is there twice: which one counts is not known', async () => {
  const twice = Buffer.from(await zipOf({ 'a.json': '1', 'b.json': '2' }));
  for (let at = twice.indexOf('b.json'); at >= 0; at = twice.indexOf('b.json')) twice.write('a.json', at);
  expect(await fileIn(twice, 'a.json')).toBeUndefined();
});

test('refuses a file whose content is damaged', async () => {
  const zip = Buffer.from(byPython);
  const at = zip.indexOf('config.json') + 'config.json'.length + 4;
  zip[at] = (zip[at] ?? 0) ^ 0xff;
  expect(await fileIn(zip, 'config.json')).toBeUndefined();
});
