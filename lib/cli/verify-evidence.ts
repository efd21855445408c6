import { type KeyObject, verify } from 'node:crypto';
import * as z from 'zod';
import { inWords, problemsText } from '../../lambdas/domain/in-words.ts';
import { gapsInSteps, gapText } from '../../lambdas/evidence-export/evidence-chain.ts';
import {
  type EvidenceHead,
  type EvidenceKit,
  evidenceDocument,
  evidenceFormat,
  evidenceHead,
  evidenceKits,
} from '../../lambdas/evidence-export/evidence-schema.ts';
import { digestOf, statementOf } from '../../lambdas/evidence-export/evidence-signature.ts';
import { partsBegin, partsEnd } from './evidence-file.ts';
import { CommandFailed } from './failure.ts';
import { fingerprintOf, publicKeyIn } from './public-key.ts';
import { parseStrictJson } from './strict-json.ts';

/** What checking a document came to. `isTrusted` needs a public key that came from somewhere else than the document. */
export type Verified =
  | {
      readonly isGood: true;
      readonly isTrusted: boolean;
      readonly document: EvidenceHead;
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

/** Checks a document offline: its form, its digests, its signature, and whose key it is. `why` may hold what the document says: it is not safe to show as it is. */
export const verifyEvidence = (text: string, options: VerifyOptions = {}): Verified =>
  verifyEvidenceLines(text.split('\n'), options);

/**
 * The same, line by line: as it was exported, of the kits only one part is held at a time. A document that somebody has laid
 * out anew is read as a whole.
 */
export const verifyEvidenceLines = (lines: Iterable<string>, options: VerifyOptions = {}): Verified => {
  const left = lines[Symbol.iterator]();
  const before: string[] = [];
  for (let line = left.next(); ; line = left.next()) {
    if (line.done) return verifyRead(readAs(evidenceDocument, before.join('\n')), undefined, options);
    if (line.value === partsBegin) break;
    before.push(line.value);
  }
  const head = readAs(evidenceHead, `${before.join('\n').replace(/,\s*$/, '')}\n}`);
  return verifyRead(head, partLines(left), options);
};

/** The texts of the parts; `undefined` at the end of a document that was cut off there, or has more behind it. */
function* partLines(left: Iterator<string>): Generator<string | undefined> {
  for (let line = left.next(); !line.done; line = left.next()) {
    if (line.value === partsEnd[0]) {
      const rest = [left.next(), left.next(), left.next()].map(({ value }) => value);
      if (rest[0] !== partsEnd[1] || (rest[1] ?? '') !== '' || rest[2] !== undefined) yield undefined;
      return;
    }
    yield line.value.trim().replace(/,$/, '');
  }
  yield undefined;
}

const verifyRead = (
  read: Read,
  parts: Iterable<string | undefined> | undefined,
  { expectedKey, chain = false }: VerifyOptions,
): Verified => {
  if ('why' in read) return bad(read.why);
  const { document, raw, kits } = read;
  const { record, signature } = document;
  if (digestOf(raw) !== signature.digest)
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
  const why = whyPartsDiffer(record, parts ?? (kits ?? []).map((part) => JSON.stringify(part)));
  if (why) return bad(why);
  return { isGood: true, isTrusted: expectedKey !== undefined, document, keyFingerprint };
};

/** Compares each part of the kits with its digest in the record, which was signed. */
const whyPartsDiffer = ({ kits }: EvidenceHead['record'], parts: Iterable<string | undefined>): string | undefined => {
  const named = kits?.parts ?? [];
  let index = 0;
  for (const text of parts) {
    if (text === undefined) return 'The document is cut off in its kits, or has more behind its end.';
    const expected = named[index];
    if (!expected) return `The document has more than the ${named.length} parts of kits that its record names.`;
    const part = partIn(text);
    if (part?.length !== expected.kits || digestOf(part) !== expected.digest)
      return `Part ${index + 1} of ${named.length} of the kits was changed after the record was signed, or is another one.`;
    index += 1;
  }
  return index < named.length
    ? `The document has ${index} of ${named.length} parts of kits: it is cut off, or some were taken out.`
    : undefined;
};

const partIn = (text: string): readonly EvidenceKit[] | undefined => {
  try {
    return evidenceKits.safeParse(parseStrictJson(text)).data;
  } catch {
    return undefined;
  }
};

type Read =
  | { readonly document: EvidenceHead; readonly raw: unknown; readonly kits?: readonly unknown[] }
  | { readonly why: string };

/** The document and its record exactly as it was written, which is what was signed. */
const readAs = (schema: typeof evidenceDocument | typeof evidenceHead, text: string): Read => {
  try {
    const json = parseStrictJson(text);
    const parsed = schema.safeParse(json, inWords);
    if (parsed.success) return { ...(json as { kits?: unknown[] }), document: parsed.data, raw: Object(json).record };
    const other = otherFormat.safeParse(json).data?.record.format;
    return {
      why:
        other && other !== evidenceFormat
          ? `It is in the format ${other}, and this version checks ${evidenceFormat}: check it with the version that exported it.`
          : `It is no evidence document: ${problemsText(parsed.error)}`,
    };
  } catch (error) {
    return { why: `It is no evidence document: ${error instanceof Error ? error.message : 'it is not JSON.'}` };
  }
};

const otherFormat = z.looseObject({
  record: z.looseObject({ format: z.string().regex(/^gateway-credential-rotation\/evidence\/v\d{1,4}$/) }),
});

/** A private key in its place would be read as its public half. */
const keyOf = ({ signature }: EvidenceHead): KeyObject | undefined => {
  try {
    return publicKeyIn(Buffer.from(signature.publicKey), 'The document');
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
};
