import { flushed, unpublishedFrom } from '../../domain/attempt.ts';
import { TemporarilyUnavailable } from '../../domain/failure.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { RecordStore } from '../../ports.ts';

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

/** The first revision that could not be published; `undefined` when everything was. */
const publishOutbox = async (store: RecordStore, gateway: Gateway): Promise<number | undefined> => {
  const { gatewayId, outbox } = gateway;
  const from = unpublishedFrom(gateway);
  if (from === undefined) return undefined;
  try {
    const news = from === outbox[0]?.revision ? outbox : [];
    if (news.length > 0) await store.publish(gatewayId, news);
    else for await (const one of store.readAudit(gatewayId, from)) await store.publish(gatewayId, [one]);
    return undefined;
  } catch (error) {
    if (error instanceof TemporarilyUnavailable) return from;
    throw error;
  }
};
