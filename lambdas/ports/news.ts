import type { GatewayId } from '../domain/ids.ts';
import type { NewsEntry } from '../domain/news.ts';

/** The outbox of what people are told, and by which channels. For telling and showing: nothing is decided by it. Throws TemporarilyUnavailable and StepFailed. */
export type NewsStore = {
  /** What {@link NewsStore.keepSettings} kept, as JSON; `undefined` before. */
  settings(): Promise<unknown>;
  keepSettings(settings: unknown): Promise<void>;
  /** Adds a message; false when it is there already. */
  add(entry: NewsEntry): Promise<boolean>;
  /** Puts a message in the place of what it was; false when somebody else was faster. */
  replace(before: NewsEntry, after: NewsEntry): Promise<boolean>;
  /** Messages that wait, oldest first; found through the index, so one of this second may be missing. */
  waiting(): AsyncGenerator<NewsEntry>;
  /** Of a gateway, newest first, strongly consistent. */
  latest(gatewayId: GatewayId, limit: number): Promise<readonly NewsEntry[]>;
  /** Deletes some of the gateway's messages that are older, if there are any. */
  forget(gatewayId: GatewayId, beforeMs: number): Promise<void>;
};

/** The text of a channel's secret, when its tag names the channel; throws KitCallFailed. */
export type ChannelSecret = (channel: string, secretId: string, signal: AbortSignal) => Promise<string>;
