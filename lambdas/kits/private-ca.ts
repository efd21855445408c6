import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import type { Kit } from '../domain/kit.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { KitAccess, KitFetch } from './kit-kind.ts';

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,20000}-----END CERTIFICATE-----/g;

/** The certificates in a PEM text; `undefined` when there is none, one is damaged, or a private key lies beside them. */
const certificatesIn = (pem: string): readonly string[] | undefined => {
  const found = pem.match(block) ?? [];
  if (found.length === 0 || /PRIVATE KEY/.test(pem) || found.length !== pem.split('-----BEGIN').length - 1)
    return undefined;
  try {
    return found.map((one) => new X509Certificate(one).toString());
  } catch {
    return undefined;
  }
};

/** Access that trusts the private CA of this secret and no other; as it is without one. Throws KitMisconfigured for a secret that holds none. */
export const accessTrusting = async (kit: Kit, secretId: string | undefined, access: KitAccess): Promise<KitAccess> => {
  if (secretId === undefined) return access;
  const certificates = certificatesIn(await access.readSecret(secretId));
  if (certificates) return { ...access, fetch: access.trusting(certificates) };
  throw new KitMisconfigured('SECRET_UNUSABLE', {
    doing: `Reading the CA from secret ${secretId}`,
    kit,
    answer: 'it does not hold certificates alone, in the form of PEM',
    todo: 'Put the certificate of the CA into the secret, from -----BEGIN CERTIFICATE----- on, and no private key.',
  });
};

/** Asks over TLS, and takes only a server whose certificate these authorities have issued for its name. Nobody else's requests change. */
export const fetchTrusting =
  (ca: readonly string[]): KitFetch =>
  (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const failed = (cause: unknown): void => reject(new Error('The request failed.', { cause }));
      const bytes = Buffer.from(body ?? '');
      const length = body === undefined ? {} : { 'content-length': String(bytes.length) };
      const asked = request(
        url,
        { method, headers: { ...headers, ...length }, ca: [...ca], agent: false, signal },
        (response) => {
          const status = response.statusCode ?? 0;
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', failed);
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString();
            const headers = { get: (name: string) => headerOf(response.headers[name.toLowerCase()]) };
            resolve({ status, ok: status >= 200 && status < 300, headers, text: async () => text });
          });
        },
      );
      asked.once('error', failed);
      asked.end(bytes);
    });

const headerOf = (value: string | string[] | undefined): string | null =>
  value === undefined ? null : [value].flat().join(', ');
