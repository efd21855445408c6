import { type CryptoKey, importPKCS8, SignJWT } from 'jose';
import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { accessTokenOf } from './access-token.ts';
import { jsonIn } from './json-text.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

/** What is read of a key file of Google; where it says tokens are fetched is not followed, since a secret names no destination. */
const keyFile = z.object({
  client_email: z.string().min(1).max(320),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1).max(200).optional(),
});

/** Google takes up to an hour. */
const assertionSeconds = 600;

/** A service account, the secret that holds its key, what it is for, and where tokens are fetched. */
export type ServiceAccount = { readonly keySecret: string; readonly scope: string; readonly tokenUrl: string };

/** A fresh access token for a service account of Google (RFC 7523, 2.1). Nothing is kept. */
export const serviceAccountToken = async (
  kit: Kit,
  { keySecret, scope, tokenUrl }: ServiceAccount,
  access: KitAccess,
): Promise<string> => {
  const key = await keyIn(await access.readSecret(keySecret));
  if (!key)
    throw new KitMisconfigured('SECRET_UNUSABLE', {
      doing: `Reading the key of the service account from secret ${keySecret}`,
      kit,
      answer: 'it is not a JSON key file with client_email and an RSA private_key',
      todo: 'Put the whole JSON key file that Google made into the secret.',
    });
  const iat = Math.floor(access.nowMs() / 1000);
  const assertion = await new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(key.id === undefined ? {} : { kid: key.id }) })
    .setIssuer(key.email)
    .setAudience(tokenUrl)
    .setIssuedAt(iat)
    .setExpirationTime(iat + assertionSeconds)
    .sign(key.key);
  const request = {
    doing: 'Fetching an access token for the service account',
    tokenUrl,
    grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    parameters: { assertion },
    todo: `Check that the key in secret ${keySecret} and its service account are still there and enabled, that tokenUrl is theirs, and that the clock here is right.`,
  };
  return accessTokenOf(kit, request, access);
};

type Key = { readonly email: string; readonly id: string | undefined; readonly key: CryptoKey };

/** `undefined` for what is no key file, and for a key that is not RSA. */
const keyIn = async (text: string): Promise<Key | undefined> => {
  const read = keyFile.safeParse(jsonIn(text));
  if (!read.success) return undefined;
  const { client_email: email, private_key, private_key_id: id } = read.data;
  return importPKCS8(private_key, 'RS256').then(
    (key) => ({ email, id, key }),
    () => undefined,
  );
};
