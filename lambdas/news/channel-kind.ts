import type { News, NewsAct } from '../domain/news.ts';
import type { KitReach } from '../ports.ts';
import type { ChannelKind, ChannelOf } from './channel-schema.ts';

/** One message as a channel says it. */
export type Message = {
  readonly act: NewsAct;
  readonly news: News;
  /** The same for every try: who can tell copies apart gets one. */
  readonly messageId: string;
  /** Where the console shows the gateway. */
  readonly link: string | undefined;
};

/** What a channel may use for one message, with its time limit. */
export type ChannelAccess = Pick<KitReach, 'hosts' | 'fetch' | 'addressesOf'> & {
  /** The text of the channel's secret. Throws NotSent. */
  readonly readSecret: (secretId: string) => Promise<string>;
  /** The name of this deployment, for who hears of several. */
  readonly deployment: string;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
};

/** Sends one message and resolves when the vendor has said that it took it. Throws NotSent for everything else. */
export type Send<Kind extends ChannelKind> = (
  channel: ChannelOf<Kind>,
  message: Message,
  access: ChannelAccess,
) => Promise<void>;
