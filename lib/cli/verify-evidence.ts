import { createHash, createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import { type EvidenceDocument, evidenceDocument } from '../../lambdas/evidence-export/evidence-schema.ts';
import { digestOfRecord, statementOf } from '../../lambdas/evidence-export/evidence-signature.ts';

/** What checking a document came to. `isTrusted` needs a public key that came from somewhere else than the document. */
export type Verified =
  | {
      readonly isGood: true;
      readonly isTrusted: boolean;
      readonly document: EvidenceDocument;
      readonly keyFingerprint: string;
    }
  | { readonly isGood: false; readonly why: string };

/** Checks a document offline: its form, its digest, its signature, and whose key it is. `expectedKey` is SPKI in PEM. */
export const verifyEvidence = (text: string, expectedKey?: string): Verified => {
  const parsed = evidenceDocument.safeParse(jsonIn(text));
  if (!parsed.success) return { isGood: false, why: `It is no evidence document: ${z.prettifyError(parsed.error)}` };
  const { record, signature } = parsed.data;
  if (digestOfRecord(record) !== signature.digest)
    return { isGood: false, why: 'The record was changed after it was signed: its digest is another one.' };
  try {
    const key = createPublicKey(signature.publicKey);
    if (!verify('sha256', statementOf(signature.digest), key, Buffer.from(signature.value, 'base64')))
      return { isGood: false, why: 'The signature is not one of the key that the document names.' };
    const fingerprint = fingerprintOf(key);
    if (expectedKey !== undefined && fingerprintOf(createPublicKey(expectedKey)) !== fingerprint)
      return { isGood: false, why: `The document was signed with another key than the one you gave: ${fingerprint}.` };
    return { isGood: true, isTrusted: expectedKey !== undefined, document: parsed.data, keyFingerprint: fingerprint };
  } catch {
    return { isGood: false, why: 'A public key cannot be read: allowed is SPKI in PEM.' };
  }
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** SHA-256 of the SPKI form: what `openssl pkey -pubin -outform DER | sha256sum` prints. */
const fingerprintOf = (key: ReturnType<typeof createPublicKey>): string =>
  `sha256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;
