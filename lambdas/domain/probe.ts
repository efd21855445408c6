import type { CredentialId } from './ids.ts';

/** A one-time nonce: the value goes into the request, its SHA-256 (base64url) into the record. */
export type Nonce = { readonly value: string; readonly hash: string };

/** Marks a request to the policy check as our own: the header carries the nonce, the record its SHA-256 (base64url). */
export type Probe = { readonly nonceHash: string; readonly credentialId: CredentialId; readonly armedAtMs: number };

/** The header that carries the nonce. */
export const probeHeader = 'x-gateway-credential-probe';
