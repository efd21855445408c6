import { hash } from 'node:crypto';
import type { CredentialValue } from './credential.ts';

/** The SHA-256 of a text, base64url: the form in which the record holds digests and nonce hashes. */
export const sha256 = (text: string): string => hash('sha256', text, 'base64url');

/** What the record stores of a credential's value, and the policy check compares. */
export const digestOf = (value: CredentialValue): string => sha256(value);
