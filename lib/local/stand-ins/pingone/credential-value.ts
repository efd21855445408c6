import { createHash, sign } from 'node:crypto';
import type { Environment, HeldGateway } from './state.ts';

const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');

/**
 * A credential's value: a JWT signed RS256 whose header names nothing else, with the claims that PingOne documents
 * ("Gateway credentials"). `jti` is the credential's id, and there is no `exp`: it is valid until it is deleted.
 */
export const credentialValue = (
  signingKeyPem: string,
  environment: Environment,
  gateway: HeldGateway,
  { id, createdAtMs, serviceUrl }: { id: string; createdAtMs: number; serviceUrl: string },
): string => {
  const origin = new URL(serviceUrl).origin;
  const claims = {
    iss: 'wss://gateways.pingone.com',
    aud: origin,
    jti: id,
    iat: Math.floor(createdAtMs / 1000),
    authUrl: origin,
    consoleUrl: origin,
    apiUrl: origin,
    httpAccessApiUrl: serviceUrl,
    environmentId: environment.id,
    environmentName: environment.name,
    organizationId: environment.organizationId,
    organizationName: environment.organizationName,
    gatewayId: gateway.id,
    gatewayName: gateway.name,
    gatewayType: gateway.type,
    targetGeography: environment.region,
    targetClusterEnvironment: 'stand-in',
  };
  const body = `${part({ alg: 'RS256' })}.${part(claims)}`;
  return `${body}.${sign('RSA-SHA256', Buffer.from(body), signingKeyPem).toString('base64url')}`;
};

/** What the stand-in keeps of a value. */
export const digestOf = (value: string): string => createHash('sha256').update(value).digest('base64url');
