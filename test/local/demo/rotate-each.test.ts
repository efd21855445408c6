import { expect, it } from 'vitest';
import type { Gateway } from '../../../lambdas/domain/gateway.ts';
import { isToRotate } from '../../../lib/local/demo/rotate-each.ts';

const atRest = { live: [{}], ended: [{ outcome: 'COMPLETED' }] } as unknown as Gateway;
const fresh = { live: [], ended: [] } as unknown as Gateway;

it("never rotates a user's own gateway by itself", () => {
  for (const gateway of [undefined, fresh, atRest]) expect(isToRotate(false, gateway, false)).toBe(false);
});

it('rotates a demo gateway at its first start, and each gateway when it was asked to', () => {
  expect(isToRotate(true, fresh, false)).toBe(true);
  expect(isToRotate(true, undefined, false)).toBe(true);
  expect(isToRotate(true, atRest, false)).toBe(false);
  for (const isDemo of [true, false]) expect(isToRotate(isDemo, atRest, true)).toBe(true);
});
