import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RegistryRefused } from '../../lambdas/registry/read-registry.ts';
import { exitCodeOf, explain } from '../../lib/local/explain.ts';
import { OptionRefused } from '../../lib/local/read-flags.ts';

const folder = mkdtempSync(join(tmpdir(), 'explain-'));
const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

it.each([
  ['a folder that is not there', () => writeFileSync(join(folder, 'no', 'r.json'), ''), 'no/r.json: there is no such'],
  ['a file for a folder', () => mkdirSync(join('gateways.json', 'data')), 'data: a part of the path is no folder'],
  ['a folder for a file', () => writeFileSync(folder, ''), 'it is a folder, and a file is needed'],
])('says in one line what is wrong with %s', (_, work, message) => {
  const told = explain(thrownBy(work));
  expect(told).toContain(message);
  expect(told).not.toContain('\n');
});

it('says that the disk is full', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(explain(error)).toBe('The data folder: the disk is full: free some space, and start again.');
});

it('shows where a defect happened', () => {
  expect(explain(thrownBy(() => readFileSync(undefined as never)))).toContain('\n    at ');
});

it('ends as a command of the command line does for the same reason', () => {
  expect(exitCodeOf(new OptionRefused('--port is "x"'))).toBe(2);
  expect(exitCodeOf(new RegistryRefused(['gateways: given nothing']))).toBe(2);
  expect(exitCodeOf(Object.assign(new Error('in use'), { code: 'EADDRINUSE', port: 1 }))).toBe(1);
});
