import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, inject, it } from 'vitest';
import { openForTest } from '../support/open-deployment.ts';
import { virtualTimers } from '../support/virtual-timers.ts';

let dataFolder: string;
let registryFile: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'data-format-'));
  [dataFolder, registryFile] = [join(folder, 'data'), join(folder, 'gateways.json')];
  writeFileSync(registryFile, '{"gateways":[]}');
});
const open = () =>
  openForTest({
    template: inject('template'),
    registryFile,
    timers: virtualTimers(Date.parse('2026-01-01T00:00:00Z')),
    dataFolder,
  });
const mark = () => join(dataFolder, 'format.json');

it('says in a new folder which form it has', async () => {
  await (await open()).close();
  expect(readFileSync(mark(), 'utf8')).toBe('{"format":1}\n');
  expect(statSync(mark()).mode & 0o777).toBe(0o600);
});

it('reads a folder from before folders said their form', async () => {
  await (await open()).close();
  rmSync(mark());
  await (await open()).close();
  expect(readFileSync(mark(), 'utf8')).toBe('{"format":1}\n');
});

it('refuses a folder that a newer version wrote, and touches nothing in it', async () => {
  mkdirSync(join(dataFolder, 'tables'), { recursive: true });
  writeFileSync(mark(), '{"format":2,"whatever":"it says"}');
  await expect(open()).rejects.toThrow(/newer version: its format is 2, and this version reads up to 1/);
  expect(readdirSync(join(dataFolder, 'tables'))).toEqual([]);
  expect(readFileSync(mark(), 'utf8')).toBe('{"format":2,"whatever":"it says"}');
});

it.each(['', 'null', '{"format":"1"}', '{"format":0}'])('refuses a folder whose form is damaged: %s', async (text) => {
  mkdirSync(dataFolder);
  writeFileSync(mark(), text);
  await expect(open()).rejects.toThrow(`${mark()} is damaged`);
  expect(existsSync(join(dataFolder, 'tables'))).toBe(false);
});

it('refuses a folder in which a restore ended half-way', async () => {
  mkdirSync(dataFolder);
  writeFileSync(mark(), '{"format":1,"isRestoring":true}');
  await expect(open()).rejects.toThrow(/a restore ended half-way/);
});
