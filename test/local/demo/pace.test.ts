import { expect, it } from 'vitest';
import type { Gateway } from '../../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import { keepPace } from '../../../lib/local/demo/pace.ts';
import { virtualTimers } from '../../support/virtual-timers.ts';

const orders = 'orders' as GatewayId;
const [running, held] = [{ rotation: {} }, { rotation: { held: {} } }];
const [fresh, atRest] = [{ live: [] }, { live: [{}] }];

it('keeps demo traffic up while a gateway rotates, and a trickle before and after', async () => {
  const timers = virtualTimers(0);
  const ends = new AbortController();
  const rates: number[] = [];
  let gateway: object | undefined = fresh;
  const pace = keepPace({
    timers,
    gateways: { read: async () => gateway as Gateway | undefined },
    gatewayIds: [orders],
    requestsPerSecond: 240,
    signal: ends.signal,
    setRate: (rate) => void rates.push(rate),
  });
  for (const next of [fresh, running, atRest, atRest, running, held]) {
    gateway = next;
    await timers.advance(600);
  }
  expect(rates).toEqual([240, 2, 240, 2]);
  ends.abort();
  await pace;
});

it('keeps its pace while the record cannot be read', async () => {
  const timers = virtualTimers(0);
  const ends = new AbortController();
  const rates: number[] = [];
  const pace = keepPace({
    timers,
    gateways: { read: () => Promise.reject(new Error('down')) },
    gatewayIds: [orders],
    requestsPerSecond: 1,
    signal: ends.signal,
    setRate: (rate) => void rates.push(rate),
  });
  await timers.advance(5_000);
  expect(rates).toEqual([1]);
  ends.abort();
  await pace;
});
