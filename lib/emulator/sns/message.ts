import { AwsError } from '../wire/service.ts';

/** Publish: message and attributes together are at most 256 KiB. */
const MAX_BYTES = 262_144;

/** The subject as Publish takes it: ASCII, no control characters, beginning with a letter, number or punctuation, less than 100 characters. */
export const readSubject = (subject: unknown): string | undefined => {
  if (subject === undefined) return undefined;
  if (typeof subject === 'string' && /^[!-~][ -~]{0,98}$/.test(subject)) return subject;
  throw invalid('Subject');
};

/** The text of a message; with `MessageStructure` `json`, its entry `default`. Throws `InvalidParameter`. */
export const readMessage = (message: unknown, structure: unknown, attributes: Record<string, unknown>): string => {
  if (typeof message !== 'string' || message === '') throw invalid('Empty message');
  const attributeBytes = Buffer.byteLength(JSON.stringify(attributes)) - 2;
  if (Buffer.byteLength(message) + Math.max(0, attributeBytes) > MAX_BYTES) throw invalid('Message too long');
  if (structure === undefined) return message;
  if (structure !== 'json') throw invalid('MessageStructure');
  const fallback = Object(parse(message)).default;
  if (typeof fallback !== 'string') throw invalid('Message Structure - No default entry in JSON message body');
  return fallback;
};

const parse = (message: string): unknown => {
  try {
    return JSON.parse(message);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
};

const invalid = (what: string): AwsError => new AwsError('InvalidParameter', `Invalid parameter: ${what}`);
