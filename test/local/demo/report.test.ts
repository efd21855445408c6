import { expect, it } from 'vitest';
import { isProven, type RotationReport, sentenceOf } from '../../../lib/local/demo/report.ts';
import { since, sumOf } from '../../../lib/local/demo/traffic-count.ts';

const report: RotationReport = {
  rotationId: '11111111-1111-4111-8111-111111111111',
  gatewayId: 'orders',
  status: 'COMPLETED',
  requests: 500,
  refused: 0,
  failed: 0,
  problems: [],
  stages: [],
  kits: [],
  revokedAt: '2026-01-01T00:00:00.000Z',
  oldRefusedAt: '2026-01-01T00:00:01.000Z',
};
const busy = { kitId: 'kong-public', kind: 'FAILED', reason: 'HTTP 503', count: 7 } as const;
const no = { kitId: 'warehouse', kind: 'REFUSED', reason: 'HTTP 401', count: 2 } as const;
const old = 'the old credential was revoked at 2026-01-01T00:00:00.000Z and seen refused at 2026-01-01T00:00:01.000Z.';

it('says how many requests a busy machine left unanswered, and why, and is proven all the same', () => {
  const one = { ...report, failed: 7, problems: [busy] };
  expect(isProven(one)).toBe(true);
  expect(sentenceOf(one)).toBe(
    `orders: rotated. 500 kit requests, 0 refused, 7 failed (7 of kong-public: HTTP 503); ${old}`,
  );
});

it('is not proven when one request was refused, and says whose and why', () => {
  const one = { ...report, refused: 2, failed: 7, problems: [busy, no] };
  expect(isProven(one)).toBe(false);
  expect(sentenceOf(one)).toBe(
    `orders: NOT proven. Status COMPLETED; 500 kit requests, 2 refused (2 of warehouse: HTTP 401), 7 failed (7 of kong-public: HTTP 503); ${old}`,
  );
});

it('is not proven while the rotation runs, or when the old credential was not seen refused', () => {
  const { oldRefusedAt: _, ...unseen } = report;
  expect(isProven(unseen)).toBe(false);
  expect(isProven({ ...report, status: 'HELD' })).toBe(false);
  expect(sentenceOf(unseen)).toBe(
    'orders: NOT proven. Status COMPLETED; 500 kit requests, 0 refused; the old credential was not seen refused.',
  );
});

it('counts what came since, and the same problem of the nodes of a kit once', () => {
  const before = { requests: 10, refused: 0, failed: 3, problems: [{ ...busy, count: 3 }] };
  const after = sumOf([
    { requests: 20, refused: 2, failed: 4, problems: [{ ...busy, count: 4 }, no] },
    { requests: 5, refused: 0, failed: 1, problems: [{ ...busy, count: 1 }] },
  ]);
  expect(after.problems).toEqual([{ ...busy, count: 5 }, no]);
  expect(since(before, after)).toEqual({ requests: 15, refused: 2, failed: 2, problems: [{ ...busy, count: 2 }, no] });
});
