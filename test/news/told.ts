import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { newsIn } from '../../lambdas/aws/news.ts';
import type { GatewayId, KitId } from '../../lambdas/domain/ids.ts';
import { KitCallFailed } from '../../lambdas/domain/kit-call-failed.ts';
import type { News, NewsEntry } from '../../lambdas/domain/news.ts';
import type { NewsSettings } from '../../lambdas/news/channel-schema.ts';
import { takeNews } from '../../lambdas/news/take-news.ts';
import { gateway, openEmulated } from '../aws/emulated.ts';
import { reachOf } from '../kits/reach.ts';
import type { ChannelWorld } from './stand-ins/world.ts';

export const gatewayId = 'orders' as GatewayId;
const startMs = Date.parse('2027-01-15T08:00:00Z');

/** What an owner is told, when nothing else is said. */
export const news = (more: Partial<News> = {}): News => ({
  ...{ newsId: 'message-1', atMs: startMs, gatewayId, owner: 'warehouse@example.com', kitId: 'warehouse' as KitId },
  ...{ severity: 'escalation', thread: 'rotation' },
  subject: 'Escalation: kit warehouse is still late',
  text: 'Kit warehouse <of> gateway orders does not use it yet.\nDo it before 2027-01-16T08:00:00.000Z: then the rotation stops.',
  ...more,
});

/** No transition, and no kit. */
const none = async function* () {
  yield* [];
};

/** The function that tells people, on emulated services and a clock that a test moves; the secrets are those of the worlds. */
export const openTelling = async (
  worlds: Readonly<Record<string, Pick<ChannelWorld, 'channel' | 'secret'>>>,
  routes: NewsSettings['news'] = Object.keys(worlds).map((name) => ({
    ...{ channels: [name], for: 'owners', from: 'instruction' },
  })),
) => {
  const emulated = await openEmulated();
  const describe = new DescribeTableCommand({ TableName: emulated.table });
  while ((await emulated.dynamodb.send(describe)).Table?.TableStatus !== 'ACTIVE');
  const store = newsIn(emulated.dynamodb, emulated.table);
  const channels = Object.fromEntries(Object.entries(worlds).map(([name, { channel }]) => [name, channel]));
  await store.keepSettings({ channels, news: routes, owners: {} });
  const clock = { nowMs: startMs };
  const logged: unknown[] = [];
  const needs = {
    news: store,
    channelSecret: async (name: string): Promise<string> => {
      const world = worlds[name];
      if (!world) throw new KitCallFailed('NOT_GIVEN', 'not there');
      return world.secret;
    },
    deployment: 'rotation-1',
    consoleUrl: 'http://127.0.0.1:8090/?view=gateway&gatewayId={gatewayId}',
    records: {
      read: async () => ({ ...gateway('orders'), labels: { env: 'prod' } }),
      all: async () => [],
      audit: none,
      latest: async () => [],
    },
    kits: { ofShard: none } as never,
    kitReach: reachOf(['127.0.0.1'], { hosts: { allowed: ['127.0.0.1'], mayBeLocal: true } }),
    now: () => clock.nowMs,
    log: (...line: readonly unknown[]) => void logged.push(line),
  };
  return {
    ...{ needs, store, clock, logged },
    tell: (...all: readonly News[]) => takeNews(needs, { kind: 'owners', news: all }),
    transition: (kind: string, more: object = {}, newsId = `orders#${kind}`) =>
      takeNews(needs, {
        ...{ kind: 'transition', newsId, gatewayId },
        transition: { kind, atMs: clock.nowMs, actor: 'policy', reason: 'the deadline passed', ...more },
      }),
    /** Lets time pass, and has the function called as it is every minute. */
    round: async (afterMs: number): Promise<void> => {
      clock.nowMs += afterMs;
      await takeNews(needs, { kind: 'round' });
    },
    /** Oldest first. */
    outbox: async (): Promise<readonly NewsEntry[]> => (await store.latest(gatewayId, 100)).toReversed(),
    close: emulated.close,
  };
};
export type Telling = Awaited<ReturnType<typeof openTelling>>;
