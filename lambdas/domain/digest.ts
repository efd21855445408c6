import { hash } from 'node:crypto';

/** The SHA-256 of a text, base64url: the form in which the record holds digests of credentials and hashes of nonces. */
export const digestOf = (text: string): string => hash('sha256', text, 'base64url');
