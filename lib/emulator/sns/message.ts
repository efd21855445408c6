import { AwsError } from '../wire/service.ts';

/** Publish: message and attributes together are at most 256 KiB. */
const MAX_BYTES = 262_144;

/** The subject as Publish takes it: ASCII, no control characters, beginning with a letter, number or punctuation, less than 100 characters. */
export const readSubject = (subject: unknown): string | undefined => {
  if (subject === undefined) return undefined;
  if (typeof subject === 'string' && /^[!-~][ -~]{0,98}$/.test(subject)) return subject;
  throw invalid('Subject');
};

/** The attributes of a message by name. Throws `InvalidParameter` for what is no map, and `ParameterValueInvalid` for one without type or value. */
export const readAttributes = (given: unknown): Record<string, unknown> => {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid('MessageAttributes');
  for (const [name, attribute] of Object.entries(given)) {
    const { DataType, StringValue, BinaryValue } = Object(attribute) as Record<string, unknown>;
    const isTyped = typeof DataType === 'string' && /^(String|Number|Binary)(\..{1,200})?$/s.test(DataType);
    const value = isTyped && DataType.startsWith('Binary') ? BinaryValue : StringValue;
    if (!isTyped || typeof value !== 'string' || value === '')
      throw new AwsError(
        'ParameterValueInvalid',
        `The message attribute '${name}' must contain a non-empty type and a value of it.`,
      );
  }
  return given as Record<string, unknown>;
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
