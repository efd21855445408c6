import { type Answered, type Asked, openLoopbackServer } from '../../../lib/local/stand-ins/loopback-server.ts';
import { type Arrived, type ChannelWorld, type Fault, jsonOf, withFaults } from './world.ts';

const path = '/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx';

/** An incoming webhook of Slack ("Sending messages using incoming webhooks", "Handling errors"). */
export const openSlack = async (): Promise<ChannelWorld> => {
  const arrived: Arrived[] = [];
  const faults: Fault[] = [];
  const take = (asked: Asked): Answered => {
    if (asked.method !== 'POST' || asked.url.pathname !== path) return { status: 404, text: 'no_service' };
    const message = jsonOf(asked);
    if (!message || asked.headers['content-type'] !== 'application/json')
      return { status: 400, text: 'invalid_payload' };
    if (typeof message.text !== 'string' || message.text === '') return { status: 400, text: 'no_text' };
    arrived.push({ id: undefined, text: message.text });
    return { status: 200, text: 'ok', headers: { 'content-type': 'text/html' } };
  };
  const server = await openLoopbackServer(0, withFaults(faults, { status: 400, text: 'invalid_payload' }, take));
  return {
    channel: { kind: 'slack', secret: 'news/slack', host: '127.0.0.1' },
    secret: `${server.origin}${path}\n`,
    ...{ arrived, faults, close: server.close },
  };
};
