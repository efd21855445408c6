import { createHmac } from 'node:crypto';
import { type Answered, type NoAnswer, openLoopbackServer } from '../../../lib/local/stand-ins/loopback-server.ts';
import { serveParent } from '../child.ts';

/** The endpoints of all kits of the fleet, one path each, that check the signature of what they are sent. */
const [signingSecret = '', deadEvery = '0'] = process.argv.slice(2);
const key = Buffer.from(signingSecret.replace(/^whsec_/, ''), 'base64');
const holds = new Map<string, string>();
const counts = { given: 0, asked: 0, refused: 0, unanswered: 0 };
let lastGivenAtMs = 0;

/** They hang from the moment on in which the first kit is given the credential: a rotation is not begun while kits hang. */
const isDead = (kitId: string): boolean => {
  const every = Number(deadEvery);
  return every > 0 && counts.given > 0 && Number(kitId.slice(kitId.lastIndexOf('-') + 1)) % every === 0;
};

const server = await openLoopbackServer(0, ({ method, url, headers, body }): Answered | NoAnswer => {
  const kitId = url.pathname.slice(1);
  if (isDead(kitId)) {
    counts.unanswered += 1;
    return 'hang';
  }
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  if (headers['webhook-signature'] !== `v1,${createHmac('sha256', key).update(signed).digest('base64')}`) {
    counts.refused += 1;
    return { status: 401 };
  }
  if (method === 'POST') {
    const { data } = JSON.parse(body) as { data: { credentialId: string } };
    holds.set(kitId, data.credentialId);
    counts.given += 1;
    lastGivenAtMs = Date.now();
  } else counts.asked += 1;
  return { status: 200, json: { credentialId: holds.get(kitId) ?? null } };
});

serveParent(async () => ({ origin: server.origin, lastGivenAtMs, ...counts }));
