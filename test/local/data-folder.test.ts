import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, inject, it } from 'vitest';
import { openForTest } from '../support/open-deployment.ts';
import { virtualTimers } from '../support/virtual-timers.ts';

let dataFolder: string;
let registryFile: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'data-folder-'));
  [dataFolder, registryFile] = [join(folder, 'data'), join(folder, 'gateways.json')];
  writeFileSync(registryFile, '{"gateways":[]}');
});
const open = () => {
  const timers = virtualTimers(Date.parse('2026-01-01T00:00:00Z'));
  return openForTest({ template: inject('template'), registryFile, timers, dataFolder });
};
const keyFile = () => readFileSync(join(dataFolder, 'aws-credentials'), 'utf8');

it("refuses a second start on a data folder in use, and leaves the running machine's key file as it is", async () => {
  const running = await open();
  const before = keyFile();
  await expect(open()).rejects.toThrow(/in use by another process/);
  expect(keyFile()).toBe(before);
  expect(before).toContain(running.cloud.endpointUrl);
  await running.close();
});

it('names a damaged file of secrets at the start, and writes nothing', async () => {
  mkdirSync(dataFolder);
  const path = join(dataFolder, 'secrets.json');
  writeFileSync(path, '{"secrets":');
  await expect(open()).rejects.toThrow(`${path} is damaged`);
  expect(readFileSync(path, 'utf8')).toBe('{"secrets":');
  expect(keyFile).toThrow('ENOENT');
});
