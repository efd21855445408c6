import { describe, expect, test } from 'vitest';
import { limit, stopsInPlaces, whenAborted } from '../../../lib/emulator/wire/timers.ts';
import { virtualTimers } from '../../support/virtual-timers.ts';

const never = new Promise<never>(() => undefined);
const reason = new Error('It was stopped.');
const bySignal = () => {
  const controller = new AbortController();
  return { stops: whenAborted(controller.signal), stop: () => controller.abort(reason) };
};
const inPlaces = () => {
  const { stops, stop } = stopsInPlaces();
  return { stops, stop: () => stop(reason) };
};

describe.each([
  ['a signal', bySignal],
  ['places', inPlaces],
])('a limit that stops by %s', (_, stopping) => {
  const open = () => ({ timers: virtualTimers(0), ...stopping() });

  test('gives the result of work that ends before', async () => {
    const { timers, stops } = open();
    expect(await limit(timers, Promise.resolve(7), 1000, stops)).toEqual({ isTimedOut: false, result: 7 });
  });

  test('gives its failure', async () => {
    const { timers, stops } = open();
    await expect(limit(timers, Promise.reject(reason), 1000, stops)).rejects.toBe(reason);
  });

  test('says when it has passed, and not before', async () => {
    const { timers, stops } = open();
    let limited: unknown;
    void limit(timers, never, 1000, stops).then((one) => {
      limited = one;
    });
    await timers.advance(999);
    expect(limited).toBeUndefined();
    await timers.advance(1);
    expect(limited).toEqual({ isTimedOut: true });
  });

  test('rejects all that are waited for when it is stopped, and what begins later', async () => {
    const { timers, stops, stop } = open();
    await limit(timers, Promise.resolve(), 1000, stops);
    const under = [1, 2, 3].map(() => limit(timers, never, undefined, stops));
    stop();
    expect(await Promise.allSettled([...under, limit(timers, never, undefined, stops)])).toEqual(
      Array.from({ length: 4 }, () => ({ status: 'rejected', reason })),
    );
  });

  test('leaves no timer behind, however it ends', async () => {
    const { timers, stops, stop } = open();
    await limit(timers, Promise.resolve(), 1000, stops);
    const under = limit(timers, never, 1000, stops);
    stop();
    await expect(under).rejects.toBe(reason);
    await expect(timers.runUntil(() => false, 5000)).rejects.toThrow('Nothing sleeps any more');
  });
});

test('who has left a place is not stopped, and who came into it after him is', () => {
  const places = stopsInPlaces();
  const told: string[] = [];
  const leave = places.stops(() => told.push('first'));
  places.stops(() => told.push('second'));
  leave();
  places.stops(() => told.push('third'));
  leave(); // for nothing: the place is another's
  places.stops(() => told.push('fourth'));
  places.stop(reason);
  expect(told.sort()).toEqual(['fourth', 'second', 'third']);
});
