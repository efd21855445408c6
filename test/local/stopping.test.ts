import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { outliveReaders, stopSignal } from '../../lib/local/stopping.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const processWith = (env: NodeJS.ProcessEnv) => Object.assign(new EventEmitter(), { ppid: 100, env });

it.each(['SIGINT', 'SIGTERM'])('stops by %s', (name) => {
  const one = processWith({});
  const signal = stopSignal(one as never);
  expect(signal.aborted).toBe(false);
  one.emit(name);
  expect(signal.aborted).toBe(true);
});

it('stops when the npm that started it is gone', () => {
  const one = processWith({ npm_lifecycle_event: 'start' });
  const signal = stopSignal(one as never);
  vi.advanceTimersByTime(10_000);
  expect(signal.aborted).toBe(false);
  one.ppid = 1;
  vi.advanceTimersByTime(1_000);
  expect(signal.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

it('goes on when a script that started it in the background has ended', () => {
  const one = processWith({});
  const signal = stopSignal(one as never);
  one.ppid = 1;
  vi.advanceTimersByTime(10_000);
  expect(signal.aborted).toBe(false);
});

it.each(['EPIPE', 'ENOSPC'])('goes on when its output cannot be written: %s', (code) => {
  const stream = new EventEmitter();
  outliveReaders([stream as never]);
  expect(stream.emit('error', Object.assign(new Error(`write ${code}`), { code }))).toBe(true);
});
