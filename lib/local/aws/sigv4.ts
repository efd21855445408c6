import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from './keys.ts';
import { AwsError, type Clock } from './service.ts';

/** What an `Authorization` header claims, not yet verified. */
export type Claim = {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: Buffer;
  readonly signedAtMs: number;
};

/** A request as it arrived: `target` is the raw path with its query. */
export type Received = {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** AWS accepts five minutes of difference between the signer's clock and its own. */
const MAX_SKEW_MS = 5 * 60_000;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=([\w-]{4,128})\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, *SignedHeaders=([a-z0-9;._-]+), *Signature=([0-9a-f]{64})$/;

/**
 * Reads the `Authorization` header of a header-signed request. Throws `AwsError` under the names of the JSON protocols for one that is missing,
 * malformed, too old, too new, or that leaves the host or an `x-amz-` header unsigned. Presigned URLs are refused.
 */
export const readClaim = (headers: IncomingHttpHeaders, clock: Clock): Claim => {
  if (!headers.authorization) {
    throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const [, accessKeyId, date, region, service, names, signature] = AUTHORIZATION.exec(headers.authorization) ?? [];
  if (!accessKeyId || !date || !region || !service || !names || !signature) {
    throw incomplete('The Authorization header must be AWS4-HMAC-SHA256 with Credential, SignedHeaders and Signature.');
  }
  const signedHeaders = names.split(';');
  const unsigned = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))].find(
    (name) => !signedHeaders.includes(name),
  );
  if (unsigned) throw invalid(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
  const signedAt = String(headers['x-amz-date'] ?? '');
  const signedAtMs = parseBasicDate(signedAt);
  if (signedAtMs === undefined) throw incomplete("Date must be in ISO-8601 'basic format'.");
  if (!signedAt.startsWith(date)) throw invalid('Date in Credential scope does not match the date of the request.');
  refuseSkew(signedAt, signedAtMs, clock());
  return { accessKeyId, region, service, signedHeaders, signature: Buffer.from(signature, 'hex'), signedAtMs };
};

/** Resolves when `key` made the claimed signature over exactly this request and body; throws `InvalidSignatureException` otherwise. */
export const verify = async (request: Received, claim: Claim, key: AccessKey): Promise<void> => {
  const payloadHash = request.headers['x-amz-content-sha256'];
  if (payloadHash !== undefined && payloadHash !== createHash('sha256').update(request.body).digest('hex')) {
    throw invalid('The provided x-amz-content-sha256 header does not match what was computed.');
  }
  const [path = '/', query = ''] = split(request.target, '?');
  const signed = await signerOf(key).sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: '',
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: pick(request.headers, claim.signedHeaders),
      body: request.body,
    },
    {
      signingDate: new Date(claim.signedAtMs),
      signingRegion: claim.region,
      signingService: claim.service,
      signableHeaders: new Set(claim.signedHeaders),
    },
  );
  const expected = /Signature=([0-9a-f]{64})$/.exec(signed.headers.authorization ?? '')?.[1] ?? '';
  if (expected === '' || !timingSafeEqual(Buffer.from(expected, 'hex'), claim.signature)) {
    throw invalid(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
};

const incomplete = (message: string): AwsError => new AwsError('IncompleteSignatureException', message);
const invalid = (message: string): AwsError => new AwsError('InvalidSignatureException', message);

const refuseSkew = (signedAt: string, signedAtMs: number, nowMs: number): void => {
  if (signedAtMs < nowMs - MAX_SKEW_MS) {
    const [limit, now] = [basicDate(nowMs - MAX_SKEW_MS), basicDate(nowMs)];
    throw invalid(`Signature expired: ${signedAt} is now earlier than ${limit} (${now} - 5 min.)`);
  }
  if (signedAtMs > nowMs + MAX_SKEW_MS) {
    const [limit, now] = [basicDate(nowMs + MAX_SKEW_MS), basicDate(nowMs)];
    throw invalid(`Signature not yet current: ${signedAt} is still later than ${limit} (${now} + 5 min.)`);
  }
};

const basicDate = (atMs: number): string => new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');

const parseBasicDate = (text: string): number | undefined => {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const atMs = iso === text ? Number.NaN : Date.parse(iso);
  return Number.isNaN(atMs) ? undefined : atMs;
};

const split = (text: string, separator: string): string[] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

const pick = (headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> => {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) picked[name] = String(value);
  }
  return picked;
};

type Sha256 = ConstructorParameters<typeof SignatureV4>[0]['sha256'];

/** The hash that the signing library wants, made of Node's own. */
const NodeSha256: Sha256 = class {
  readonly #hash;

  constructor(secret?: Parameters<typeof Buffer.from>[0] | ArrayBuffer | ArrayBufferView | string) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  reset(): void {
    throw new Error('A digest is made once.');
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
};

const bytes = (source: unknown): string | Uint8Array => {
  if (typeof source === 'string' || source instanceof Uint8Array) return source;
  throw new TypeError('A signing secret is text or bytes.');
};

const signers = new WeakMap<AccessKey, SignatureV4>();

const signerOf = (key: AccessKey): SignatureV4 => {
  let signer = signers.get(key);
  if (!signer) {
    const { accessKeyId, secretAccessKey } = key;
    const credentials = { accessKeyId, secretAccessKey };
    signer = new SignatureV4({
      credentials,
      region: 'none',
      service: 'none',
      sha256: NodeSha256,
      applyChecksum: false,
    });
    signers.set(key, signer);
  }
  return signer;
};
