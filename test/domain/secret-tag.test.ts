import { expect, test } from 'vitest';
import type { GatewayId, KitId } from '../../lambdas/domain/ids.ts';
import { letsUse } from '../../lambdas/domain/secret-tag.ts';

const user = (gatewayId: string, kitId: string) => ({ gatewayId: gatewayId as GatewayId, kitId: kitId as KitId });

test.for(['orders', 'orders/edge', 'payments orders', 'payments/edge orders/edge'])(
  '%s lets kit edge of orders in',
  (value) => {
    expect(letsUse(value, user('orders', 'edge'))).toBe(true);
  },
);

test.for([
  undefined,
  '',
  ' ',
  '/',
  '*',
  'orders/',
  'orders/*',
  'orders/other',
  'order',
  'orders/edge/',
  'ORDERS',
  'payments',
  'payments/edge',
  'orders/edge2',
  'edge',
  'orders,payments',
])('refuses kit edge of orders by %s', (value) => {
  expect(letsUse(value, user('orders', 'edge'))).toBe(false);
});

test.for(['gateway', 'kit'])(
  'refuses a gateway called %s by this word alone, which stands on the secrets of others',
  (word) => {
    expect(letsUse(word, user(word, 'edge'))).toBe(false);
    expect(letsUse(`${word}/edge`, user(word, 'edge'))).toBe(true);
  },
);
