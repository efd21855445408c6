import { X509Certificate } from 'node:crypto';

/** When what a secret holds ends, by what it says of itself. */
export type EndInText = { readonly from: 'TOKEN' | 'CERTIFICATE'; readonly atMs: number };

/**
 * The first end of the tokens in a text (`exp` of a JWT, RFC 7519 4.1.4), else that of the last of its certificates to end: of
 * several authorities any may be the one. Nothing is verified, as it is a hint to the holder; nothing but the time leaves here.
 */
export const endInText = (text: string): EndInText | undefined => {
  const tokens = text.split(/[^A-Za-z0-9._-]+/).flatMap((word) => expOf(word) ?? []);
  if (tokens.length > 0) return { from: 'TOKEN', atMs: tokens.reduce((one, other) => Math.min(one, other)) };
  const certificates = (text.match(certificate) ?? []).flatMap((pem) => validToOf(pem) ?? []);
  if (certificates.length === 0) return undefined;
  return { from: 'CERTIFICATE', atMs: certificates.reduce((one, other) => Math.max(one, other)) };
};

const certificate = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,20000}-----END CERTIFICATE-----/g;
/** The last second of the year 9999, in seconds. */
const latest = 253_402_300_799;

const expOf = (word: string): number | undefined => {
  const [header, payload, signature, ...more] = word.split('.');
  if (!header || !payload || signature === undefined || more.length > 0) return undefined;
  const [alg, exp] = [memberOf(header, 'alg'), memberOf(payload, 'exp')];
  const isTime = typeof alg === 'string' && typeof exp === 'number' && exp > 0 && exp <= latest;
  return isTime ? Math.floor(exp * 1000) : undefined;
};

const memberOf = (part: string, name: string): unknown => {
  try {
    const object: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof object === 'object' && object !== null
      ? Object.entries(object).find(([key]) => key === name)?.[1]
      : undefined;
  } catch {
    return undefined;
  }
};

const validToOf = (pem: string): number | undefined => {
  try {
    const atMs = Date.parse(new X509Certificate(pem).validTo);
    return Number.isFinite(atMs) ? atMs : undefined;
  } catch {
    return undefined;
  }
};
