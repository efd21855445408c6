import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { ask } from './http-request.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

/** What is read of a key file of Google; where it says tokens are fetched is not followed, since a secret names no destination. */
const keyFile = z.object({
  client_email: z.string().min(1).max(320),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1).max(200).optional(),
});

const granted = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/) });

/** Google takes up to an hour. */
const assertionSeconds = 600;

/** A service account, the secret that holds its key, what it is for, and where tokens are fetched. */
export type ServiceAccount = { readonly keySecret: string; readonly scope: string; readonly tokenUrl: string };

/**
 * A fresh access token for a service account of Google (RFC 7523, 2.1). It is signed here and not by google-auth-library: that
 * one asks the network by itself, so that neither the allowed hosts nor the time of this kit would hold. Nothing is kept.
 */
export const accessTokenOf = async (
  kit: Kit,
  { keySecret, scope, tokenUrl }: ServiceAccount,
  access: KitAccess,
): Promise<string> => {
  const key = keyIn(await access.readSecret(keySecret));
  if (!key)
    throw new KitMisconfigured('SECRET_UNUSABLE', {
      doing: `Reading the key of the service account from secret ${keySecret}`,
      kit,
      answer: 'it is not a JSON key file with client_email and an RSA private_key',
      todo: 'Put the whole JSON key file that Google made into the secret.',
    });
  const doing = 'Fetching an access token for the service account';
  const { json } = await ask(access, {
    doing,
    kit,
    method: 'POST',
    url: tokenUrl,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertionFor(key, scope, tokenUrl, access.nowMs()),
    }).toString(),
    meaningOf: (status, answer) => meaningOfRefusal({ doing, kit }, keySecret, status, answer),
  });
  const answer = granted.safeParse(json);
  if (answer.success) return answer.data.access_token;
  throw new KitUnreachable('UNREADABLE_ANSWER', {
    doing,
    kit,
    answer: 'HTTP 200 without an access token',
    todo: 'Check that tokenUrl is the token endpoint.',
  });
};

type Key = { readonly email: string; readonly id: string | undefined; readonly key: KeyObject };

const keyIn = (text: string): Key | undefined => {
  try {
    const { client_email: email, private_key, private_key_id: id } = keyFile.parse(JSON.parse(text));
    const key = createPrivateKey(private_key);
    return key.asymmetricKeyType === 'rsa' ? { email, id, key } : undefined;
  } catch {
    return undefined;
  }
};

const assertionFor = ({ email, id, key }: Key, scope: string, aud: string, nowMs: number): string => {
  const iat = Math.floor(nowMs / 1000);
  const parts = [
    { alg: 'RS256', typ: 'JWT', ...(id === undefined ? {} : { kid: id }) },
    { iss: email, scope, aud, iat, exp: iat + assertionSeconds },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
};

/** RFC 6749 5.2; of the answer only whether it is this code is read. */
const invalidGrant = z.object({ error: z.literal('invalid_grant') });

const meaningOfRefusal = (
  { doing, kit }: Pick<Said, 'doing' | 'kit'>,
  secret: string,
  status: number,
  json: unknown,
): KitError | undefined => {
  if (status !== 400 && status !== 401) return undefined;
  const isKey = invalidGrant.safeParse(json).success;
  return new KitRefused('ACCESS_DENIED', {
    doing,
    kit,
    answer: `HTTP ${status}${isKey ? ' (invalid_grant)' : ''}`,
    todo: `Check that the key in secret ${secret} and its service account are still there and enabled, that tokenUrl is theirs, and that the clock here is right.`,
  });
};
