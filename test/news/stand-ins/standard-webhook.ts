import { createHmac } from 'node:crypto';
import { type Answered, type Asked, openLoopbackServer } from '../../../lib/local/stand-ins/loopback-server.ts';
import { type Arrived, type ChannelWorld, type Fault, withFaults } from './world.ts';

const key = Buffer.alloc(32, 7);

/** An endpoint that verifies as the Standard Webhooks specification 1.0.0 says. */
export const openStandardWebhook = async (): Promise<ChannelWorld> => {
  const arrived: Arrived[] = [];
  const faults: Fault[] = [];
  const take = ({ headers, body }: Asked): Answered => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    if (signature !== `v1,${expected}`) return { status: 401, json: { message: 'The signature is wrong.' } };
    arrived.push({ id: String(id), text: body.replaceAll('\\n', '\n') });
    return { status: 204 };
  };
  const server = await openLoopbackServer(0, withFaults(faults, { status: 422, text: 'no' }, take));
  return {
    channel: { kind: 'webhook', secret: 'news/webhook', url: `${server.origin}/news` },
    secret: `whsec_${key.toString('base64')}`,
    ...{ arrived, faults, close: server.close },
  };
};
