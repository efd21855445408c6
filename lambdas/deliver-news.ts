import { readNews } from './news/news-input.ts';
import { takeNews } from './news/take-news.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** Tells people by the channels of gateways.json: what was published to owners, what transitions mean for operators, and every minute what waits. */
export const handler = lambda<unknown, void>((runtime) => {
  const dependencies = provide(
    runtime,
    ...(['news', 'channelSecret', 'deployment', 'consoleUrl', 'records', 'kits', 'kitReach'] as const),
  );
  return (event) => takeNews(dependencies, readNews(event));
});
