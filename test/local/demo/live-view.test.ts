import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { KitId } from '../../../lambdas/domain/ids.ts';
import { pictureOf } from '../../../lib/local/demo/live-view.ts';
import { noTraffic } from '../../../lib/local/demo/traffic-count.ts';
import type { Snapshot } from '../../../lib/local/snapshot.ts';
import { kit, rotating } from '../../console/scenes.ts';

/** 300 kits of which the last one alone has not moved. */
const snapshot = (gatewayId: string): Snapshot => ({
  gateway: rotating(gatewayId),
  kits: Array.from({ length: 300 }, (_, index) => {
    const one = { ...kit('kong', 'kong'), kitId: `kong-${index}` as KitId };
    const about = { kitId: one.kitId, owner: one.owner };
    const late = { ...about, kind: 'LAGGARD', code: 'NOT_DISTRIBUTED', addresses: [], redo: true } as const;
    const moved = { ...about, kind: 'UPDATED', evidence: { kind: 'observed', atMs: 0 } } as const;
    return { kit: one, verdict: index === 299 ? late : moved };
  }),
});
const shown = (gatewayIds: readonly string[], rows: number): readonly string[] =>
  stripVTControlCharacters(
    pictureOf(
      gatewayIds.map((id) => ({ snapshot: snapshot(id), traffic: noTraffic })),
      { rows, columns: 60 },
    ),
  ).split('\n');

test('the picture of a start fits on the screen: late kits first, and how many more there are', () => {
  const lines = shown(['orders', 'payments'], 40);
  expect(lines.length).toBeLessThan(40);
  expect(lines.every((line) => line.length <= 60)).toBe(true);
  expect(lines.filter((line) => line.includes('kong-299'))).toHaveLength(2);
  expect(lines.find((line) => line.startsWith('    '))).toContain('kong-299');
  expect(lines.filter((line) => /… and 287 more/.test(line))).toHaveLength(2);
});

test('more gateways than there is room for end with how many lines are not shown', () => {
  const lines = shown(
    Array.from({ length: 20 }, (_, index) => `gateway-${index}`),
    24,
  );
  expect(lines).toHaveLength(23);
  expect(lines.at(-1)).toMatch(/^… and \d+ more lines$/);
});
