import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Port } from '../../emulator/wire/held-port.ts';
import { delayed } from './delayed.ts';
import { type Answered, type Asked, type Fault, openLoopbackServer } from './loopback-server.ts';

export type WebhookReceiverOptions = {
  readonly port: Port;
  /** `whsec_<base64>`. */
  readonly signingSecret: string;
  /** How long after an accepted message its nodes use the credential. */
  readonly applyMs: number;
  readonly nowMs: () => number;
  /** What it held when it last ran. */
  readonly initial?: Held;
};

/** An owner's endpoint that takes credentials as Standard Webhooks messages, and the kit behind it. */
export type WebhookReceiver = {
  readonly url: string;
  readonly readBackUrl: string;
  readonly faults: Fault[];
  /** The ids of accepted messages, in order; one that came again is not in it twice. */
  readonly accepted: readonly string[];
  /** How many requests were refused for their signature, age or form. */
  readonly refused: number;
  /** Another tool gives its nodes a credential. */
  set(held: Held): void;
  /** What its nodes present now: give it to a kit node. */
  currentCredential(): string | undefined;
  close(): Promise<void>;
};

/** What the specification recommends receivers to allow (its libraries: 5 minutes). */
const toleranceSeconds = 300;

const message = z.object({
  type: z.literal('gateway.credential.install'),
  data: z.object({ credentialId: z.string(), credential: z.string() }),
});
type Held = z.infer<typeof message>['data'];

export const openWebhookReceiver = async (options: WebhookReceiverOptions): Promise<WebhookReceiver> => {
  const accepted: string[] = [];
  let refused = 0;
  let latest = options.initial;
  const inUse = delayed<Held>(options.initial, options.applyMs, options.nowMs);

  const take = (id: string, body: string): Answered => {
    if (!accepted.includes(id)) {
      latest = message.parse(JSON.parse(body)).data;
      inUse.set(latest);
      accepted.push(id);
    }
    return { status: 200, json: { credentialId: latest?.credentialId ?? null } };
  };
  const answer = (asked: Asked): Answered => {
    const id = genuineId(asked, options.signingSecret, options.nowMs());
    if (id === undefined) {
      refused += 1;
      return { status: 401, json: { message: 'The signature is missing, wrong or too old.' } };
    }
    if (asked.method === 'POST' && asked.url.pathname === '/credential') return take(id, asked.body);
    if (asked.method === 'GET' && asked.url.pathname === '/credential')
      return { status: 200, json: { credentialId: inUse.current()?.credentialId ?? null } };
    return { status: 404, json: { message: 'Nothing is here.' } };
  };

  const server = await openLoopbackServer(options.port, answer);
  return {
    url: `${server.origin}/credential`,
    readBackUrl: `${server.origin}/credential`,
    faults: server.faults,
    accepted,
    get refused() {
      return refused;
    },
    set: (held) => {
      latest = held;
      inUse.set(held);
    },
    currentCredential: () => inUse.current()?.credential,
    close: server.close,
  };
};

/** The message's id when one of its v1 signatures is ours and it is recent; Standard Webhooks 1.0.0, "Verifying signatures". */
const genuineId = ({ headers, body }: Asked, signingSecret: string, nowMs: number): string | undefined => {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return undefined;
  if (!/^\d+$/.test(timestamp) || Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return undefined;
  const key = Buffer.from(signingSecret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  const isOurs = (text: string) => {
    const given = Buffer.from(text, 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  return signatures.split(' ').some((one) => one.startsWith('v1,') && isOurs(one.slice(3))) ? id : undefined;
};
