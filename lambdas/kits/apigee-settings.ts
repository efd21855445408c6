import * as z from 'zod';
import { propagationFrom } from './propagation.ts';
import { baseUrl, secureUrl } from './secure-url.ts';

const name = (description: string) =>
  z
    .string()
    .max(255)
    .regex(/^(?!\.{1,2}$)[A-Za-z0-9._$%-][A-Za-z0-9._$% -]*$/, 'must be a name: letters, digits, blanks, and . _ - $ %')
    .describe(description);

/** The settings of a kit of kind `apigee`. */
export const apigeeSettings = z
  .strictObject({
    edition: z
      .enum(['x', 'edge'])
      .default('x')
      .describe('`x` for Apigee X and hybrid (1.8 or later), `edge` for Apigee Edge for Public Cloud.'),
    organization: name('The organization.'),
    environment: name('The environment, when the map is one of an environment.').optional(),
    api: name(
      'The API proxy, when the map is one of a proxy; without it and environment, one of the organization.',
    ).optional(),
    keyValueMap: name('The key value map that the policies of the integration kit read.'),
    entry: name('The entry with the credential.').default('shared_secret'),
    accessSecret: z
      .string()
      .min(1)
      .describe(
        'The name or ARN of the secret that opens the API: the JSON key file of a service account; of Edge {"username", "password"} or {"token"}.',
      ),
    createsEntry: z.boolean().default(false).describe('Whether to create the entry when the map has none.'),
    masksValues: z
      .boolean()
      .default(false)
      .describe(
        'Whether the map shows asterisks for its values (maskedValues; of Edge, encrypted): then nothing is read back.',
      ),
    cacheSeconds: propagationFrom(1)
      .default(300)
      .describe('How long proxies keep a value: the ExpiryTimeInSecs of the policy that reads the map, in seconds.'),
    baseUrl: baseUrl(
      'The URL of the API: a regional or private one; without it https://apigee.googleapis.com, of Edge https://api.enterprise.apigee.com.',
    ).optional(),
    tokenUrl: secureUrl(
      'Where access tokens of the service account are fetched; without it https://oauth2.googleapis.com/token.',
    ).optional(),
  })
  .refine(({ environment, api }) => environment === undefined || api === undefined, {
    path: ['api'],
    error: 'goes without environment: a map belongs to one of them',
  })
  .refine(({ edition, tokenUrl }) => edition === 'x' || tokenUrl === undefined, {
    path: ['tokenUrl'],
    error: 'is for edition x: Edge takes what accessSecret holds',
  });
export type ApigeeSettings = z.infer<typeof apigeeSettings>;

/** Where the API and the tokens are. */
export const addressesOf = ({ edition, baseUrl, tokenUrl }: ApigeeSettings) => ({
  baseUrl: baseUrl ?? (edition === 'edge' ? 'https://api.enterprise.apigee.com' : 'https://apigee.googleapis.com'),
  tokenUrl: tokenUrl ?? 'https://oauth2.googleapis.com/token',
});
