import { digestOf } from '../../domain/digest.ts';
import type { OwnerMessage } from '../../domain/kit.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';
import { withinMs } from '../../runtime/time-limit.ts';

const atOnce = 10;
/** News never stand in the way: for so long they are waited for, all of them together. */
const tellForMs = 20_000;

/** Sends each message whatever becomes of the others, and answers those that could not be sent in time. */
export const tell = async (
  { notifyOwner, log }: Pick<Dependencies, 'notifyOwner'> & Pick<ClockAndLog, 'log'>,
  messages: readonly OwnerMessage[],
): Promise<readonly OwnerMessage[]> => {
  const left = new Set(messages);
  const failed = (error: unknown): void =>
    log('ERROR', 'People could not be told.', {
      gatewayId: messages[0]?.gatewayId ?? '',
      why: error instanceof Error ? error.message : 'unknown',
    });
  await withinMs(tellForMs, async (signal) => {
    await boundedMap(messages, atOnce, async (message) => {
      if (signal.aborted) return;
      await notifyOwner(message).then(() => left.delete(message), failed);
    });
  }).catch(failed);
  return [...left];
};

/** What is remembered of a message that could not be sent: whom it is for, in a form that is short. */
export const untoldKey = ({ owner, kitId = '' }: OwnerMessage): string => digestOf(`${owner} ${kitId}`).slice(0, 8);
