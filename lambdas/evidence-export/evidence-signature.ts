import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type EvidenceRecord, evidenceFormat } from './evidence-schema.ts';

/** The SHA-256 of a record in the form of RFC 8785: the same for the same facts, however they are written down. */
export const digestOfRecord = (record: EvidenceRecord): string =>
  `sha256:${createHash('sha256')
    .update(canonicalize(record) ?? '', 'utf8')
    .digest('hex')}`;

/** What is signed: it names the format, so that no signature of anything else can pass for one of a record. */
export const statementOf = (digest: string): Buffer => Buffer.from(`${evidenceFormat} ${digest}`, 'utf8');
