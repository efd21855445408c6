import { DescribeEventBusCommand, type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { TemporarilyUnavailable } from '../domain/failure.ts';
import type { Transition } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { eventSource, transitionDetailType } from '../domain/names.ts';
import { callAws, services } from './sdk-errors.ts';

/**
 * Publishes transitions, at least once each; `id` in the detail is the same for every copy, for consumers to tell them
 * apart. Asks first whether the bus is there: PutEvents takes events for one that is not, says nothing, and they are gone.
 */
export const publishTo =
  (events: EventBridgeClient, eventBus: string) =>
  async (gatewayId: GatewayId, transitions: readonly Transition[]): Promise<void> => {
    if (transitions.length === 0) return;
    await call(events.send(new DescribeEventBusCommand({ Name: eventBus })));
    for (let start = 0; start < transitions.length; start += 10) {
      const Entries = transitions.slice(start, start + 10).map((transition) => ({
        EventBusName: eventBus,
        Source: eventSource,
        DetailType: transitionDetailType,
        Time: new Date(transition.atMs),
        Detail: JSON.stringify({ id: `${gatewayId}#${transition.revision}`, gatewayId, ...transition }),
      }));
      const { FailedEntryCount } = await call(events.send(new PutEventsCommand({ Entries })));
      if (FailedEntryCount)
        throw new TemporarilyUnavailable(
          `Publishing transitions: EventBridge refused ${FailedEntryCount} of ${Entries.length}.`,
        );
    }
  };

const call = <Output>(made: Promise<Output>): Promise<Output> =>
  callAws(services.eventBridge, 'Publishing transitions', made);
