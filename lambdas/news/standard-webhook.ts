import { parseSigningKeys, signedHeaders } from '../kits/webhook-signature.ts';
import type { Send } from './channel-kind.ts';
import { NotSent } from './not-sent.ts';
import { post } from './post.ts';

/**
 * Sends `{type: "gateway.credential.news", timestamp, data}` signed as in Standard Webhooks 1.0.0; any 2xx means that it was
 * taken. A retry keeps its `webhook-id`.
 */
export const sendToWebhook: Send<'webhook'> = async (channel, { news, act, messageId, link }, access) => {
  const keys = parseSigningKeys(await access.readSecret(channel.secret));
  if (!keys) throw new NotSent('SECRET_UNUSABLE');
  const { atMs, signal: _, ...rest } = news;
  const { deployment } = access;
  const data = { ...rest, act, deployment, ...(link ? { link } : {}) };
  const body = JSON.stringify({ type: 'gateway.credential.news', timestamp: new Date(atMs).toISOString(), data });
  await post(access, channel.url, body, signedHeaders(keys, messageId, access.nowMs(), body));
};
