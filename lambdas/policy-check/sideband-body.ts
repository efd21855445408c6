import { isUtf8 } from 'node:buffer';
import { membersOf } from './json-members.ts';

/** Twice as much fits into an answer of Lambda, which text may become there: in it quotation marks, backslashes and line ends take two bytes. */
const textLimitBytes = 3_000_000;

/**
 * The JSON object that a kit sent. JSON names characters, but kits write bytes into it (Kong's JSON library takes any for
 * text): so one character here is one byte, and what is passed on is taken from `sent`, as it was written.
 */
export type SidebandBody = {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly sent: Json;
};

/** JSON texts by the name of the field, in order. One character is one byte. */
export type Json = ReadonlyMap<string, string>;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The bytes that API Gateway passes on; `undefined` for text in which some were replaced, since nobody knows which. */
export const bytesOf = (body: string | null, isBase64Encoded: boolean): Buffer | undefined => {
  if (isBase64Encoded) return Buffer.from(body ?? '', 'base64');
  return body?.includes('\ufffd') ? undefined : Buffer.from(body ?? '');
};

/** The JSON object in a body; `undefined` for anything else. */
export const parseBody = (bytes: Buffer): SidebandBody | undefined => {
  const json = bytes.toString('latin1');
  try {
    const fields: unknown = JSON.parse(json);
    return isRecord(fields) ? { fields, sent: membersOf(json) } : undefined;
  } catch {
    return undefined;
  }
};

/** The object of these fields, in the form in which API Gateway keeps its bytes: as text, or in base64 when it is none or too long. */
export const payloadOf = (json: Json): { readonly body: string; readonly isBase64Encoded?: true } => {
  const members = [...json].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  return payloadOfBytes(Buffer.from(`{${members.join(',')}}`, 'latin1'));
};

/** The same for bytes as they are. */
export const payloadOfBytes = (bytes: Buffer): { readonly body: string; readonly isBase64Encoded?: true } =>
  bytes.length <= textLimitBytes && isUtf8(bytes)
    ? { body: bytes.toString() }
    : { body: bytes.toString('base64'), isBase64Encoded: true };
