import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { evidenceFormat } from './evidence-schema.ts';

/** The SHA-256 of a record, or of a part of its kits, in the form of RFC 8785: the same for the same facts, however they are written down. */
export const digestOf = (record: unknown): string =>
  `sha256:${createHash('sha256')
    .update(canonicalize(record) ?? '', 'utf8')
    .digest('hex')}`;

/** What is signed: it names the format, so that no signature of anything else can pass for one of a record, and the key. */
export const statementOf = (digest: string, keyId: string): Buffer =>
  Buffer.from(`${evidenceFormat} ${digest} ${keyId}`, 'utf8');
