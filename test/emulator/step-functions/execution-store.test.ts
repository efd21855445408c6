import {
  appendFileSync,
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
import { afterEach, beforeEach, expect, test } from 'vitest';
import { executionsInFolder, executionsInMemory } from '../../../lib/emulator/step-functions/execution-store.ts';
import { virtualTimers } from '../../support/virtual-timers.ts';
import { only, startServices } from './running.ts';

const wait = only({ Type: 'Wait', Seconds: 3600 });
const later = () => virtualTimers(Date.parse('2026-01-01T00:30:00.000Z'));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'executions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['in a folder', () => executionsInFolder(folder)],
  ['in memory', executionsInMemory],
])('an execution kept %s that was running when the process died is FAILED with Local.ProcessEnded', async (_, open) => {
  const store = open();
  const before = startServices(wait, store);
  const executionArn = await before.start({ a: 1 }, 'one');
  await before.timers.advance(1000);
  before.states.stop();
  await before.timers.advance(7_200_000);

  const { call, events } = startServices(wait, store, later());
  expect(await call('DescribeExecution', { executionArn })).toMatchObject({
    status: 'FAILED',
    error: 'Local.ProcessEnded',
    input: '{"a":1}',
    startDate: 1767225600,
    stopDate: 1767227400,
  });
  const history = await call('GetExecutionHistory', { executionArn });
  expect(history.events).toMatchObject([
    { type: 'ExecutionStarted' },
    { type: 'WaitStateEntered' },
    { id: 3, previousEventId: 2, type: 'ExecutionFailed' },
  ]);
  expect(events.map(({ type }) => type)).toEqual(['ExecutionFailed']);
});

test('a stopped deployment records nothing more and answers nothing', async () => {
  const { start, states, timers, events, call } = startServices(wait);
  const executionArn = await start({});
  await timers.advance(1000);
  states.stop();
  await timers.advance(7_200_000);
  expect(events.map(({ type }) => type)).toEqual(['ExecutionStarted', 'WaitStateEntered']);
  await expect(call('DescribeExecution', { executionArn })).rejects.toMatchObject({
    name: 'ServiceUnavailable',
    status: 503,
  });
});

test('closed executions survive a restart, with history and taken names', async () => {
  const pass = only({ Type: 'Pass', Result: { b: 2 } });
  const before = startServices(pass, executionsInFolder(folder));
  const executionArn = await before.start({}, 'one');
  await before.timers.advance(0);
  before.states.stop();

  const { call, stateMachineArn, events } = startServices(pass, executionsInFolder(folder), later());
  expect(await call('DescribeExecution', { executionArn })).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"b":2}',
    stopDate: 1767225600,
  });
  expect((await call('GetExecutionHistory', { executionArn })).events).toHaveLength(4);
  expect(events).toEqual([]);
  await expect(call('StartExecution', { stateMachineArn, name: 'one' })).rejects.toMatchObject({
    name: 'ExecutionAlreadyExists',
  });
});

test('a journal cut off in the middle of a line is read up to there', async () => {
  const before = startServices(wait, executionsInFolder(folder));
  const executionArn = await before.start({}, 'one');
  await before.timers.advance(0);
  before.states.stop();
  const [file] = readdirSync(folder);
  appendFileSync(join(folder, String(file)), '\n{"id":3,"previ');

  const { call } = startServices(wait, executionsInFolder(folder), later());
  expect(await call('DescribeExecution', { executionArn })).toMatchObject({
    status: 'FAILED',
    error: 'Local.ProcessEnded',
  });
  expect(
    executionsInFolder(folder)
      .events(executionArn)
      .map(({ id }) => id),
  ).toEqual([1, 2, 3]);
});

test.each([
  ['its first line', 0],
  ['an event in the middle', 2],
])('a journal without %s is named at the start, with what to do', async (_, missing) => {
  const before = startServices(only({ Type: 'Pass' }), executionsInFolder(folder));
  await before.start({}, 'one');
  await before.timers.advance(0);
  before.states.stop();
  const path = join(folder, String(readdirSync(folder)[0]));
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  writeFileSync(path, lines.filter((_line, index) => index !== missing).join('\n'));
  expect(() => executionsInFolder(folder).load()).toThrow(`${path} is damaged`);
  expect(() => executionsInFolder(folder).load()).toThrow(/delete it, and start again/);
});

test('a running execution goes on while nothing can be written, its history is kept, and no other one begins', async () => {
  const store = executionsInFolder(folder);
  const { start, call, timers, stateMachineArn } = startServices(wait, store);
  const executionArn = await start({}, 'one');
  await timers.advance(0);
  const path = join(folder, String(readdirSync(folder)[0]));
  const before = readFileSync(path, 'utf8');
  rmSync(folder, { recursive: true }); // as little can be written where no folder is as on a full disk
  await timers.advance(3_600_000);
  expect(await call('DescribeExecution', { executionArn })).toMatchObject({ status: 'SUCCEEDED' });
  await expect(call('StartExecution', { stateMachineArn, name: 'two' })).rejects.toMatchObject({
    name: 'ServiceUnavailable',
    status: 503,
  });
  mkdirSync(folder);
  writeFileSync(path, before);
  store.append(executionArn, { id: 6, previousEventId: 5, type: 'Later', timestamp: 1 });
  expect(store.events(executionArn).map(({ id }) => id)).toEqual([1, 2, 3, 4, 6]);
});

test('executions closed 90 days ago are removed', async () => {
  const before = startServices(only({ Type: 'Pass' }), executionsInFolder(folder));
  await before.start({});
  await before.timers.advance(0);
  expect(readdirSync(folder)).toHaveLength(1);
  startServices(
    only({ Type: 'Pass' }),
    executionsInFolder(folder),
    virtualTimers(Date.parse('2026-04-01T00:00:00.000Z')),
  );
  expect(readdirSync(folder)).toEqual([]);
});

test.skipIf(process.platform === 'win32')('only the owner may read a journal', async () => {
  const { start } = startServices(wait, executionsInFolder(folder));
  await start({});
  expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
});
