import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { accessTokenOf } from './access-token.ts';
import { jsonIn } from './json-text.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

const clientSecret = z.strictObject({
  clientId: z.string().min(1).max(200),
  clientSecret: z.string().min(1).max(1000),
});

/** A client of an OAuth server: what it is called there, the secret that holds its id and secret, and where tokens are fetched. */
export type OAuthClient = {
  readonly name: string;
  readonly accessSecret: string;
  readonly tokenUrl: string;
  readonly scope?: string;
};

/** A fresh access token by the client credentials grant (RFC 6749, 4.4), as an Authorization header. Nothing is kept. */
export const clientAuthorization = async (
  kit: Kit,
  { name, accessSecret, tokenUrl, scope }: OAuthClient,
  access: KitAccess,
): Promise<string> => {
  const read = clientSecret.safeParse(jsonIn(await access.readSecret(accessSecret)));
  if (!read.success)
    throw new KitMisconfigured('SECRET_UNUSABLE', {
      doing: `Reading the ${name} from secret ${accessSecret}`,
      kit,
      answer: 'it is not {"clientId", "clientSecret"}',
      todo: 'Put this JSON object into the secret, with nothing else in it.',
    });
  const { clientId: id, clientSecret: secret } = read.data;
  const request = {
    doing: `Fetching an access token for the ${name}`,
    tokenUrl,
    grantType: 'client_credentials',
    parameters: scope === undefined ? {} : { scope },
    client: { id, secret },
    todo: `Check that the ${name} in secret ${accessSecret} is still there and enabled, that its secret has not expired, and that the URLs in the settings are of the same cloud.`,
  };
  return `Bearer ${await accessTokenOf(kit, request, access)}`;
};
