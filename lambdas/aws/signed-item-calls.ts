import type { GetItem, ItemCalls, UpdateItem } from './item-calls.ts';
import { type SigningKeys, signerOf } from './signature.ts';

/** What came back for one call. */
type Said = { readonly status: number; readonly text: string };
/** What came back for one POST; `date` is that header, if there was one. */
type Posted = Said & { readonly date: string | undefined };

/** Sends one call of DynamoDB, once. Rejects when no whole answer came, and when the signal aborts. */
export type Send = (operation: string, body: string, signal: AbortSignal | undefined) => Promise<Said>;

/** Sends one POST, once. Rejects when no whole answer came, and when the signal aborts. */
export type Post = (
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal | undefined,
) => Promise<Posted>;

/** Where DynamoDB is, and with which keys it is asked; these are asked for at each call, since Lambda may have put new ones into the environment. */
type Access = {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly keys: () => SigningKeys | undefined;
};

/** An exception of DynamoDB, or what came in its place, by its name. Its message stays behind, as it may quote what was sent. */
class DynamoDbAnswered extends Error {
  override readonly name: string;
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

/**
 * The calls without the SDK, whose layers cost several times what the answer costs (`npm run bench`). Of what DynamoDB
 * answers the same comes back as from the SDK, see test/aws/item-calls.test.ts.
 */
export const itemCallsBy = (send: Send): ItemCalls => {
  const call = async (operation: string, input: object, signal: AbortSignal | undefined): Promise<string> => {
    signal?.throwIfAborted();
    const { status, text } = await send(operation, JSON.stringify(input), signal);
    if (status >= 200 && status < 300) return text;
    throw new DynamoDbAnswered(exceptionIn(text));
  };
  return {
    getItem: async (input: GetItem, signal) => (parsed(await call('GetItem', input, signal)) as Answer).Item,
    updateItem: async (input: UpdateItem, signal) => {
      parsed(await call('UpdateItem', input, signal)); // half an answer is none
    },
  };
};

/** Signs each call, and sends it once. A clock that is wrong by minutes is corrected by DynamoDB's own for the next call. */
export const signedItemCalls = (
  { region = '', endpoint = endpointIn(region), keys }: Access,
  postTo: (url: URL) => Post,
  now: () => number,
): ItemCalls => {
  const url = new URL(endpoint);
  const post = postTo(url);
  const sign = signerOf(region, 'dynamodb');
  let offsetMs = 0;

  return itemCallsBy(async (operation, body, signal) => {
    const credentials = keys();
    if (!credentials) throw new DynamoDbAnswered('CredentialsProviderError');
    const { sessionToken } = credentials;
    const at = `${new Date(now() + offsetMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      host: url.host,
      'x-amz-date': at,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const authorization = sign(credentials, { headers, body }, at);
    const posted = await post({ ...headers, authorization }, body, signal);
    const servedAtMs = posted.status < 300 ? Number.NaN : Date.parse(posted.date ?? '');
    if (Math.abs(servedAtMs - (now() + offsetMs)) >= skewMs) offsetMs = servedAtMs - now();
    return posted;
  });
};

type Answer = { readonly Item?: Awaited<ReturnType<ItemCalls['getItem']>> };

/** The SDK's bound for a clock that is wrong. */
const skewMs = 240_000;

/** The endpoint of a region where none is given; regions of other partitions than these two have to be given one. */
const endpointIn = (region: string): string =>
  `https://dynamodb.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** `com.amazonaws.dynamodb.v20120810#ThrottlingException`; an answer without one has the name that the SDK gives it. */
const exceptionIn = (text: string): string => {
  const { __type: type } = text === '' ? {} : (parsed(text) as { readonly __type?: unknown });
  const name = typeof type === 'string' ? type.slice(type.indexOf('#') + 1) : '';
  return /^[A-Za-z]{1,80}$/.test(name) ? name : 'Unknown';
};

/** What a JSON text says; the error of one that is none would quote it. */
const parsed = (text: string): object => {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new DynamoDbAnswered('SyntaxError');
  }
};
