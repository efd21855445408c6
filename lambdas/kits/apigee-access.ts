import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { apigeeEntry } from './apigee-entry.ts';
import { type ApigeeSettings, addressesOf } from './apigee-settings.ts';
import { jsonIn } from './json-text.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

/** The entry of a kit, opened with what its secret holds now. Throws KitMisconfigured for a secret that cannot be used. */
export const openEntry = async (kit: Kit, settings: ApigeeSettings, access: KitAccess) => {
  const authorization = await authorizationOf(kit, settings, access);
  return apigeeEntry(kit, { ...settings, baseUrl: addressesOf(settings).baseUrl, authorization }, access);
};

/** The header that opens the API. Throws KitMisconfigured for a secret that cannot be used. */
export const authorizationOf = async (kit: Kit, settings: ApigeeSettings, access: KitAccess): Promise<string> => {
  const { edition, accessSecret } = settings;
  if (edition === 'edge') return edgeHeader(kit, settings, await access.readSecret(accessSecret));
  const { tokenUrl } = addressesOf(settings);
  const { serviceAccountToken } = await import('./service-account.ts'); // only a kit of X pays for its libraries
  return `Bearer ${await serviceAccountToken(kit, { keySecret: accessSecret, scope, tokenUrl }, access)}`;
};

const scope = 'https://www.googleapis.com/auth/cloud-platform';

const edgeAccess = z.union([
  z.strictObject({ username: z.string().regex(/^[^:\p{Cc}]+$/u), password: z.string().regex(/^\P{Cc}+$/u) }),
  z.strictObject({ token: z.string().regex(/^[\x21-\x7e]+$/) }),
]);

const edgeHeader = (kit: Kit, { accessSecret }: ApigeeSettings, text: string): string => {
  const read = edgeAccess.safeParse(jsonIn(text));
  if (!read.success)
    throw new KitMisconfigured('SECRET_UNUSABLE', {
      doing: `Reading the access to Edge from secret ${accessSecret}`,
      kit,
      answer: 'it is neither {"username", "password"} nor {"token"}',
      todo: 'Put one of these JSON objects into the secret, with nothing else in it.',
    });
  if ('token' in read.data) return `Bearer ${read.data.token}`;
  return `Basic ${Buffer.from(`${read.data.username}:${read.data.password}`).toString('base64')}`;
};
