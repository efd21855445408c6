import { flushed, unpublishedFrom } from '../../domain/attempt.ts';
import { TemporarilyUnavailable } from '../../domain/failure.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { RecordStore } from '../../ports.ts';
import { TookTooLong, withinMs } from '../../runtime/time-limit.ts';

/**
 * Copies what is in the outbox to the audit, publishes it, and drops it from the record. What cannot be published stays
 * named by `unpublishedFrom`, and the next flush publishes it from the audit: a lost event bus stops no rotation.
 */
export const flushOutbox = async (store: RecordStore, gateway: Gateway): Promise<Gateway> => {
  if (unpublishedFrom(gateway) === undefined) return gateway;
  await store.writeAudit(gateway.gatewayId, gateway.outbox);
  const after = flushed(gateway, gateway.revision, await publishOutbox(store, gateway));
  const isSaved = await store.save(after, gateway.revision);
  return isSaved ? after : gateway; // a later writer carries the entries on; copying them twice changes nothing
};

/** For so long the event bus is waited for: it never stands in the way of a decision. */
const publishForMs = 2_000;

/** The first revision that could not be published, in time; `undefined` when everything was. */
const publishOutbox = async (store: RecordStore, gateway: Gateway): Promise<number | undefined> => {
  const { gatewayId, outbox } = gateway;
  let from = unpublishedFrom(gateway);
  if (from === undefined) return undefined;
  const publishAll = async (first: number): Promise<void> => {
    const news = first === outbox[0]?.revision ? outbox : [];
    if (news.length > 0) return store.publish(gatewayId, news);
    for await (const one of store.readAudit(gatewayId, first)) {
      await store.publish(gatewayId, [one]);
      from = one.revision + 1;
    }
  };
  try {
    await withinMs(publishForMs, () => publishAll(from ?? 0));
    return undefined;
  } catch (error) {
    if (error instanceof TemporarilyUnavailable || error instanceof TookTooLong) return from;
    throw error;
  }
};
