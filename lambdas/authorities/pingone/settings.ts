import * as z from 'zod';
import type { PingOneAuthority } from '../../domain/authority.ts';

/** Region code → the end of every PingOne host name (Ping's SDK, `pingone/model/region.go`). */
const regions = { NA: 'com', CA: 'ca', EU: 'eu', AU: 'com.au', SG: 'sg', AP: 'asia' } as const;

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/** Tokens and credentials are sent there: https, or http to a loopback address, and nothing secret in the URL itself. */
const address = (description: string) =>
  z
    .url({ protocol: /^https?$/, error: 'must be an absolute https URL' })
    .refine((text) => {
      const url = URL.parse(text);
      if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
        return false;
      return url.protocol === 'https:' || isLoopback(url.hostname);
    }, 'must be https (http only to a loopback address), without user name, password, query or fragment')
    .transform((text) => text.replace(/\/+$/, ''))
    .exactOptional()
    .describe(description);

const seconds = (most: number, usual: number, description: string) =>
  z.number().int().min(0).max(most).default(usual).describe(description);

/** `authority: {"kind": "pingone", …}` of a gateway in gateways.json. */
export const pingOneSettings = z
  .strictObject({
    kind: z.literal('pingone'),
    environmentId: z.guid().describe('The PingOne environment that the gateway belongs to.'),
    gatewayId: z.guid().describe('The gateway in PingOne, of type API_GATEWAY_INTEGRATION.'),
    workerSecret: z
      .string()
      .min(1)
      .describe(
        'The name or ARN of the secret with the worker application (clientId, clientSecret, tokenEndpointAuthMethod).',
      ),
    region: z.enum(['NA', 'CA', 'EU', 'AU', 'SG', 'AP']).exactOptional().describe('The region of the environment.'),
    apiUrl: address('The management API with its version, in place of https://api.pingone.{region}/v1.'),
    tokenUrl: address(
      'The token endpoint, in place of https://auth.pingone.{region}/{environmentId}/as/token; needed with a custom domain.',
    ),
    serviceUrl: address(
      'The Service URL as kits have it, in place of https://http-access-api.pingone.{region}/v1/environments/{environmentId}.',
    ),
    lastUsedLagSeconds: seconds(86_400, 900, 'How late lastUsedAt may show a use; PingOne does not say.'),
    lateCommitSeconds: seconds(
      86_400,
      900,
      'How long after a create that was given up it may still take effect; PingOne does not say.',
    ),
  })
  .refine(
    ({ region, apiUrl, tokenUrl, serviceUrl }) =>
      region !== undefined || (apiUrl !== undefined && tokenUrl !== undefined && serviceUrl !== undefined),
    'must have region (NA, CA, EU, AU, SG or AP), or all of apiUrl, tokenUrl and serviceUrl',
  ) satisfies z.ZodType<PingOneAuthority>;

export type PingOneUrls = { readonly apiUrl: string; readonly tokenUrl: string; readonly serviceUrl: string };

/** Where PingOne is asked: the region's hosts, each replaced by the URL given for it. */
export const urlsOf = (settings: PingOneAuthority): PingOneUrls => {
  const { region, environmentId, apiUrl, tokenUrl, serviceUrl } = settings;
  const host = (name: string) => `https://${name}.pingone.${regions[region ?? 'NA']}`; // without region all three are given
  return {
    apiUrl: apiUrl ?? `${host('api')}/v1`,
    tokenUrl: tokenUrl ?? `${host('auth')}/${environmentId}/as/token`,
    serviceUrl: serviceUrl ?? `${host('http-access-api')}/v1/environments/${environmentId}`,
  };
};
