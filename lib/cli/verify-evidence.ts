import { type KeyObject, verify } from 'node:crypto';
import * as z from 'zod';
import { gapsInSteps, gapText } from '../../lambdas/evidence-export/evidence-chain.ts';
import {
  type EvidenceDocument,
  evidenceDocument,
  evidenceFormat,
} from '../../lambdas/evidence-export/evidence-schema.ts';
import { digestOfRecord, statementOf } from '../../lambdas/evidence-export/evidence-signature.ts';
import { CommandFailed } from './failure.ts';
import { fingerprintOf, publicKeyIn } from './public-key.ts';
import { parseStrictJson } from './strict-json.ts';

/** What checking a document came to. `isTrusted` needs a public key that came from somewhere else than the document. */
export type Verified =
  | {
      readonly isGood: true;
      readonly isTrusted: boolean;
      readonly document: EvidenceDocument;
      readonly keyFingerprint: string;
    }
  | { readonly isGood: false; readonly why: string };

export type VerifyOptions = {
  /** The key that must have signed it. */
  readonly expectedKey?: KeyObject | undefined;
  /** Whether the steps must be proven to be all that there were. */
  readonly chain?: boolean;
};

const bad = (why: string): Verified => ({ isGood: false, why });

/** Checks a document offline: its form, its digest, its signature, and whose key it is. `why` may hold what the document says: it is not safe to show as it is. */
export const verifyEvidence = (text: string, { expectedKey, chain = false }: VerifyOptions = {}): Verified => {
  const read = documentIn(text);
  if ('why' in read) return bad(read.why);
  const { document, raw } = read;
  const { record, signature } = document;
  if (digestOfRecord(raw) !== signature.digest)
    return bad('The record was changed after it was signed: its digest is another one.');
  const key = keyOf(document);
  if (!key)
    return bad('The key that the document names cannot be read: allowed is a public key of P-256, SPKI in PEM.');
  const statement = statementOf(signature.digest, signature.keyId);
  if (!verify('sha256', statement, key, Buffer.from(signature.value, 'base64')))
    return bad('The signature is not one of the key that the document names.');
  const keyFingerprint = fingerprintOf(key);
  if (expectedKey && fingerprintOf(expectedKey) !== keyFingerprint)
    return bad(`The document was signed with another key than the one you gave: ${keyFingerprint}.`);
  if (chain && !record.chain) return bad('The steps are not chained: whether one is missing cannot be told.');
  const gaps = chain && record.chain ? gapsInSteps(record, record.chain) : [];
  if (gaps.length > 0) return bad(gaps.map(gapText).join('\n'));
  return { isGood: true, isTrusted: expectedKey !== undefined, document, keyFingerprint };
};

type Read = { readonly document: EvidenceDocument; readonly raw: unknown } | { readonly why: string };

/** The document and its record exactly as it was written, which is what was signed. */
const documentIn = (text: string): Read => {
  try {
    const json = parseStrictJson(text);
    const parsed = evidenceDocument.safeParse(json);
    if (parsed.success) return { document: parsed.data, raw: (json as EvidenceDocument).record };
    const other = otherFormat.safeParse(json).data?.record.format;
    return {
      why:
        other && other !== evidenceFormat
          ? `It is in the format ${other}, and this version checks ${evidenceFormat}: check it with the version that exported it.`
          : `It is no evidence document: ${z.prettifyError(parsed.error)}`,
    };
  } catch (error) {
    return { why: `It is no evidence document: ${error instanceof Error ? error.message : 'it is not JSON.'}` };
  }
};

const otherFormat = z.looseObject({
  record: z.looseObject({ format: z.string().regex(/^gateway-credential-rotation\/evidence\/v\d{1,4}$/) }),
});

/** A private key in its place would be read as its public half. */
const keyOf = ({ signature }: EvidenceDocument): KeyObject | undefined => {
  try {
    return publicKeyIn(Buffer.from(signature.publicKey), 'The document');
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
};
