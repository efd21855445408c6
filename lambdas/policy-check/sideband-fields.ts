import { isRecord, type Json, type SidebandBody } from './sideband-body.ts';

const isHeader = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).every((one) => ['string', 'number', 'boolean'].includes(typeof one));

/**
 * The headers, as they came: an array of `{name: value}`. A Lua kit writes an empty array as `{}`; it is answered as `[]`,
 * since kits walk the answer as an array. `undefined` for anything else.
 */
export const headersIn = ({ fields: { headers }, sent }: SidebandBody): string | undefined => {
  if (isRecord(headers) && Object.keys(headers).length === 0) return '[]';
  return Array.isArray(headers) && headers.every(isHeader) ? sent.get('headers') : undefined;
};

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A body is text, and absent when there is none; some JSON encoders write the absence as null. */
export const isBody = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string';

/**
 * 1 to 65535; Kong sends it as a string, Ping's adapter and PingGateway as a number. Kong sends an empty string when the
 * client's address comes from a balancer's header that names no port, as nginx then knows none.
 */
export const isPort = (value: unknown): boolean => {
  if (value === '') return true;
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
};

/** An HTTP status as three digits; Kong sends a string, Ping's own request collection a number. */
export const statusIn = (value: unknown): string | undefined => {
  const text = typeof value === 'number' ? `${value}` : value;
  return typeof text === 'string' && /^[1-5]\d\d$/.test(text) ? text : undefined;
};

/** The named fields that were sent with a value, as and in the order in which they came, with other values for some of them. */
export const pick = (
  { sent }: SidebandBody,
  names: readonly string[],
  instead: Readonly<Record<string, string>>,
): Json =>
  new Map(
    [...sent]
      .filter(([name, json]) => names.includes(name) && json !== 'null')
      .map(([name, json]) => [name, instead[name] ?? json]),
  );
