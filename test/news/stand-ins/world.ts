import type { Channel } from '../../../lambdas/news/channel-schema.ts';
import type { Answered, Asked, NoAnswer } from '../../../lib/local/stand-ins/loopback-server.ts';

/** What a vendor does in place of taking the next message: each as it documents it, or as networks do. */
export type Fault = 'throttle' | 'down' | 'refuse' | 'lost-answer';

/** What has arrived: `id` is by what its receiver tells copies apart. */
export type Arrived = { readonly id: string | undefined; readonly text: string };

/** A vendor on the loopback address, with a channel that leads to it. */
export type ChannelWorld = {
  readonly channel: Channel;
  /** What its secret holds. */
  readonly secret: string;
  readonly arrived: readonly Arrived[];
  readonly faults: Fault[];
  close(): Promise<void>;
};

/** Takes a message, unless a fault comes first; a lost answer is one after the message was taken. */
export const withFaults =
  (faults: Fault[], refusal: Answered, take: (asked: Asked) => Answered) =>
  (asked: Asked): Answered | NoAnswer => {
    switch (faults.shift()) {
      case 'throttle':
        return { status: 429, text: 'rate_limited', headers: { 'retry-after': '120' } };
      case 'down':
        return { status: 503, text: 'down' };
      case 'refuse':
        return refusal;
      case 'lost-answer':
        take(asked);
        return 'reset';
      case undefined:
        return take(asked);
    }
  };

/** The body as JSON; `undefined` for what is none. */
export const jsonOf = ({ body }: Asked): Readonly<Record<string, unknown>> | undefined => {
  try {
    return Object(JSON.parse(body)) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
};
