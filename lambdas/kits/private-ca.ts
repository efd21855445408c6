import { X509Certificate } from 'node:crypto';
import type { Kit } from '../domain/kit.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

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
  if (certificates) return { ...access, fetch: (url, init) => access.fetch(url, { ...init, ca: certificates }) };
  throw new KitMisconfigured('SECRET_UNUSABLE', {
    doing: `Reading the CA from secret ${secretId}`,
    kit,
    answer: 'it does not hold certificates alone, in the form of PEM',
    todo: 'Put the certificate of the CA into the secret, from -----BEGIN CERTIFICATE----- on, and no private key.',
  });
};
