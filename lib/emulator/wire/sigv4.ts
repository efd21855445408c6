import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from './keys.ts';
import { AwsError } from './service.ts';
import { type Claim, invalidSignature } from './sigv4-claim.ts';

/** A request as it arrived: `target` is the raw path with its query. */
export type Received = {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Resolves when `key` made the claimed signature over exactly this request and body; throws `InvalidSignatureException` otherwise. */
export const verify = async (request: Received, claim: Claim, key: AccessKey): Promise<void> => {
  const payloadHash = request.headers['x-amz-content-sha256'];
  if (payloadHash !== undefined && payloadHash !== createHash('sha256').update(request.body).digest('hex')) {
    throw invalidSignature('The provided x-amz-content-sha256 header does not match what was computed.');
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
    throw invalidSignature(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
};

/** Throws AWS's refusal of a temporary key that comes without its token, or too late. A token beside another key is passed over. */
export const verifySession = (token: string | undefined, { session }: AccessKey, nowMs: number): void => {
  if (!session) return;
  if (token !== session.token)
    throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  if (session.expiresAtMs <= nowMs)
    throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
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
      sha256: Sha256,
      applyChecksum: false,
    });
    signers.set(key, signer);
  }
  return signer;
};
