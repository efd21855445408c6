import type { CredentialValue } from './credential.ts';
import type { CredentialId } from './ids.ts';

/** A PingOne gateway credential, and what it says of itself: nobody has checked its signature. */
export type PingOneCredential = {
  readonly credentialId: CredentialId;
  readonly value: CredentialValue;
  readonly environmentId: string;
  readonly gatewayId: string;
};

const form = /^[\w-]{2,1024}\.([\w-]{2,8192})\.[\w-]{2,2048}$/;
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The credential in a text, or `undefined` when it is none: a JWT (three parts of base64url) whose claims `jti`,
 * `gatewayId` and `environmentId` are UUIDs, as PingOne documents its gateway credentials. `jti` is the credential's id.
 */
export const parsePingOneCredential = (text: string): PingOneCredential | undefined => {
  const claims = claimsIn(form.exec(text)?.[1]);
  const claim = (name: string): string | undefined => {
    const value = claims?.[name];
    return typeof value === 'string' && guid.test(value) ? value : undefined;
  };
  const [credentialId, gatewayId, environmentId] = ['jti', 'gatewayId', 'environmentId'].map(claim);
  if (credentialId === undefined || gatewayId === undefined || environmentId === undefined) return undefined;
  return { credentialId: credentialId as CredentialId, value: text as CredentialValue, environmentId, gatewayId };
};

const claimsIn = (part: string | undefined): Record<string, unknown> | undefined => {
  if (part === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof json === 'object' && json !== null ? { ...json } : undefined;
  } catch {
    return undefined;
  }
};
