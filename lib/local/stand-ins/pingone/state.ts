import { generateKeyPairSync } from 'node:crypto';

/** One gateway credential as PingOne keeps it: the value's digest, never the value. Times are epoch ms. */
export type HeldCredential = {
  readonly id: string;
  readonly gatewayId: string;
  readonly createdAtMs: number;
  /** SHA-256 of the value, base64url. */
  readonly digest: string;
  /** From when the HTTP Access Policy service accepts it. */
  readonly acceptedFromMs: number;
  /** Set by DELETE: gone from the API at once, refused by the HTTP Access Policy service only from `refusedFromMs`. */
  deleted?: { readonly refusedFromMs: number };
  /** Uses, oldest first, with the time from which `lastUsedAt` may show them; see `uses.ts`. */
  uses: readonly { readonly fromMs: number; readonly untilMs: number; readonly lagMs: number }[];
};

/** A gateway of the environment; only those of type API_GATEWAY_INTEGRATION have kits behind them. */
export type HeldGateway = {
  readonly id: string;
  readonly name: string;
  readonly type: 'API_GATEWAY_INTEGRATION' | 'LDAP' | 'PING_FEDERATE' | 'PING_INTELLIGENCE' | 'RADIUS' | 'AUTHORIZE';
  readonly enabled: boolean;
};

/** What outlives a stop: the key that signs credentials and the credentials. Environment, gateways and workers are options. */
export type PingOneState = { readonly signingKeyPem: string; credentials: HeldCredential[] };

/** Whether what was kept is such a state. */
export const isPingOneState = (kept: unknown): kept is PingOneState => {
  const { signingKeyPem, credentials } = Object(kept) as Record<string, unknown>;
  return typeof signingKeyPem === 'string' && Array.isArray(credentials);
};

let keyOfThisProcess: string | undefined;

/** No credentials yet; the key is made once a process, since that takes long. */
export const emptyState = (): PingOneState => {
  keyOfThisProcess ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  return { signingKeyPem: keyOfThisProcess, credentials: [] };
};

/** A worker application: how it authenticates at the token endpoint, and its roles. */
export type Worker = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC' | 'CLIENT_SECRET_POST';
  readonly roles: readonly string[];
};

export type Environment = {
  readonly id: string;
  readonly name: string;
  readonly region: 'NA' | 'CA' | 'EU' | 'AU' | 'SG' | 'AP';
  readonly organizationId: string;
  readonly organizationName: string;
};
