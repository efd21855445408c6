import type { APIGatewayProxyEvent } from 'aws-lambda';
import { probeHeader } from '../domain/probe.ts';
import { tokenHeader } from './api-gateway.ts';

/** Headers by their names in lower case, the values of a repeated one in their order. */
export type HeaderValues = Readonly<Record<string, string[]>>;

/** What is about one connection, and not about the message (RFC 9110 7.6.1); what `connection` names is as well. */
const ofHop = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** What is said anew to PingOne, what is meant for us alone, and what API Gateway adds about the way to us. */
const notToPingOne = [
  ...['host', 'content-length', 'accept-encoding', tokenHeader, probeHeader],
  ...['x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'],
];
/** What API Gateway says of its own answer. */
const notToKit = ['content-length', 'date', 'server', 'via', 'x-amz-apigw-id', 'x-amzn-requestid', 'x-amzn-trace-id'];

/** What an HTTP client takes for a value; anything else would break the request apart. */
const sendable = /^[\t\x20-\x7e\x80-\xff]*$/;

const endToEnd = (
  given: readonly (readonly [string, readonly string[]])[],
  without: readonly string[],
): Record<string, string[]> => {
  const lower = given.map(([name, values]) => [name.toLowerCase(), values] as const);
  const named = lower.flatMap(([name, values]) => (name === 'connection' ? values : []));
  const dropped = new Set([
    ...ofHop,
    ...without,
    ...named
      .join(',')
      .toLowerCase()
      .split(/[\s,]+/),
  ]);
  const kept: Record<string, string[]> = {};
  for (const [name, values] of lower)
    if (!dropped.has(name)) kept[name] = [...(kept[name] ?? []), ...values.filter((value) => sendable.test(value))];
  return kept;
};

/**
 * What a kit sent, for PingOne: unchanged but for what is about the connection, and with our credential in place of the
 * kit's. The answer is asked for without compression, since it is passed on as bytes that somebody has to be able to read.
 */
export const headersToPingOne = (
  { headers, multiValueHeaders }: Pick<APIGatewayProxyEvent, 'headers' | 'multiValueHeaders'>,
  credential: string,
): HeaderValues => {
  const single = Object.entries(headers ?? {}).map(([name, value]) => [name, [value]] as const);
  const multiple = Object.entries(multiValueHeaders ?? {});
  const given = (multiple.length > 0 ? multiple : single).map(
    ([name, values]) => [name, (values ?? []).flatMap((value) => value ?? [])] as const,
  );
  return { ...endToEnd(given, notToPingOne), 'accept-encoding': ['identity'], [tokenHeader]: [credential] };
};

/** What PingOne answered, for the kit; `rawHeaders` are names and values in turn. */
export const headersToKit = (rawHeaders: readonly string[]): Record<string, string[]> => {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, [rawHeaders[index + 1] ?? '']] as const] : [],
  );
  return endToEnd(pairs, notToKit);
};

/** The query of a request as API Gateway has decoded it, for a URL; empty when there is none. */
export const queryOf = ({
  multiValueQueryStringParameters: query,
}: Pick<APIGatewayProxyEvent, 'multiValueQueryStringParameters'>): string => {
  const pairs = Object.entries(query ?? {}).flatMap(([name, values]) =>
    (values ?? []).map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
};
