import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** A signing key of the Standard Webhooks specification: 24 to 64 random bytes. */
export type SigningKey = KeyObject;

/**
 * The keys in a secret's text: one or more `whsec_<base64>`, separated by white space; `undefined` when one of them is
 * something else. Several are for changing the key: each message is signed with all of them.
 */
export const parseSigningKeys = (text: string): readonly SigningKey[] | undefined => {
  if (last?.text !== text) last = { text, keys: keysIn(text) };
  return last.keys;
};

/** Kits of a gateway share a secret, and making a key takes several times what signing with it takes. */
let last: { readonly text: string; readonly keys: readonly SigningKey[] | undefined } | undefined;

const keysIn = (text: string): readonly SigningKey[] | undefined => {
  const keys = text
    .trim()
    .split(/\s+/)
    .map((key) => (/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(key) ? Buffer.from(key.slice(6), 'base64') : Buffer.alloc(0)));
  return keys.every((key) => key.length >= 24 && key.length <= 64)
    ? keys.map((key) => createSecretKey(key))
    : undefined;
};

/**
 * The headers of a message as the Standard Webhooks specification 1.0.0 has them: `v1,` and the base64 HMAC-SHA256 of
 * `<webhook-id>.<webhook-timestamp>.<body>` for each key, separated by spaces. `id` must not hold a full stop.
 */
export const signedHeaders = (
  keys: readonly SigningKey[],
  id: string,
  atMs: number,
  body: string,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> => {
  const timestamp = String(Math.floor(atMs / 1000));
  const sign = (key: SigningKey) =>
    `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': keys.map(sign).join(' ') };
};
