import { render } from '../../lambdas/console/html/render.ts';
import { readAsk } from '../../lambdas/console/page-request.ts';
import { viewOf } from '../../lambdas/console/read-view.ts';
import { gateways, kitsInUse, readingOf } from '../console/fleet.ts';
import { rotating } from '../console/scenes.ts';
import { median } from './measuring.ts';
import type { Row } from './row.ts';

const rounds = 15;

/** The middle and the slowest of the rounds, in milliseconds; the first two warm up. */
const measured = async (work: () => Promise<string>): Promise<{ middle: number; slowest: number; bytes: number }> => {
  const times: number[] = [];
  let bytes = 0;
  for (let round = -2; round < rounds; round++) {
    const startedAt = process.hrtime.bigint();
    bytes = Buffer.byteLength(await work());
    if (round >= 0) times.push(Number(process.hrtime.bigint() - startedAt) / 1e6);
  }
  return { middle: median(times), slowest: Math.max(...times), bytes };
};

const surface = { kind: 'page', token: '', deployment: { kind: 'machine', dataFolder: '' } } as const;
const asks = {
  '500 gateways': { view: 'gateways' },
  '500 gateways, filtered': { view: 'gateways', filter: '7', state: 'ROTATING' },
  'one gateway, 10,000 kits': { view: 'gateway', gatewayId: 'gateway-0' },
  'one gateway, 10,000 kits, page 150': { view: 'gateway', gatewayId: 'gateway-0', page: 150 },
  'the emergency, 10,000 kits': { view: 'act', gatewayId: 'gateway-0', act: 'compromise' },
} as const;

/** The pages of the console, for a large fleet. */
export const consolePages = async (): Promise<readonly Row[]> => {
  console.log(`\nThe console: view and HTML from records in memory (${rounds} rounds, after two that warm up)`);
  const gateway = rotating('gateway-0', {}, { shardCount: 128 });
  const needs = readingOf(gateways(500), gateway, kitsInUse(10_000));
  const rows: Record<string, { 'median ms': string; 'slowest ms': string; KB: string }> = {};
  for (const [name, ask] of Object.entries(asks)) {
    const { middle, slowest, bytes } = await measured(async () =>
      render(await viewOf(needs, readAsk(ask)), { surface, requestId: 'bench' }),
    );
    rows[name] = { 'median ms': middle.toFixed(1), 'slowest ms': slowest.toFixed(1), KB: (bytes / 1024).toFixed(0) };
  }
  console.table(rows);
  return [];
};
