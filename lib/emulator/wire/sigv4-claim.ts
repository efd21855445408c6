import type { IncomingHttpHeaders } from 'node:http';
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
  if (unsigned) throw invalidSignature(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
  const signedAt = String(headers['x-amz-date'] ?? '');
  const signedAtMs = parseBasicDate(signedAt);
  if (signedAtMs === undefined) throw incomplete("Date must be in ISO-8601 'basic format'.");
  if (!signedAt.startsWith(date))
    throw invalidSignature('Date in Credential scope does not match the date of the request.');
  refuseSkew(signedAt, signedAtMs, clock());
  return { accessKeyId, region, service, signedHeaders, signature: Buffer.from(signature, 'hex'), signedAtMs };
};

const incomplete = (message: string): AwsError => new AwsError('IncompleteSignatureException', message);
/** The refusal of a signature, under its JSON name. */
export const invalidSignature = (message: string): AwsError => new AwsError('InvalidSignatureException', message);

const refuseSkew = (signedAt: string, signedAtMs: number, nowMs: number): void => {
  if (signedAtMs < nowMs - MAX_SKEW_MS) {
    const [limit, now] = [basicDate(nowMs - MAX_SKEW_MS), basicDate(nowMs)];
    throw invalidSignature(`Signature expired: ${signedAt} is now earlier than ${limit} (${now} - 5 min.)`);
  }
  if (signedAtMs > nowMs + MAX_SKEW_MS) {
    const [limit, now] = [basicDate(nowMs + MAX_SKEW_MS), basicDate(nowMs)];
    throw invalidSignature(`Signature not yet current: ${signedAt} is still later than ${limit} (${now} + 5 min.)`);
  }
};

const basicDate = (atMs: number): string => new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');

const parseBasicDate = (text: string): number | undefined => {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const atMs = iso === text ? Number.NaN : Date.parse(iso);
  return Number.isNaN(atMs) ? undefined : atMs;
};
