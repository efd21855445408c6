import { parseCredential } from '../domain/credential.ts';
import { digestOf } from '../domain/digest.ts';
import { parsePingOneCredential } from '../domain/pingone-credential.ts';

/** A credential of any authority in what a kit holds, as the value itself names it; `undefined` when it is none. */
export const credentialIn = (
  value: string | null | undefined,
): ReturnType<typeof parseCredential> | ReturnType<typeof parsePingOneCredential> =>
  value ? (parseCredential(value) ?? parsePingOneCredential(value)) : undefined;

/** What a kit holds, in words and without the value. */
export const heldWords = (value: string | null | undefined): string => {
  if (!value) return 'no credential';
  const credential = credentialIn(value);
  return credential ? `credential ${credential.credentialId}` : 'a text that is no credential';
};

/** What something is that may hold a credential of PingOne; of a value only the ids in it and its digest. */
export type Held =
  | {
      readonly kind: 'pingone';
      readonly credentialId: string;
      readonly environmentId: string;
      readonly gatewayId: string;
      readonly digest: string;
    }
  | { readonly kind: 'nothing' | 'reference' | 'masked' | 'other' };

/** The same of a value that is shown. */
export const heldIn = (value: string | null | undefined): Held => {
  if (!value) return { kind: 'nothing' };
  const credential = parsePingOneCredential(value);
  if (!credential) return { kind: 'other' };
  const { credentialId, environmentId, gatewayId } = credential;
  return { kind: 'pingone', credentialId, environmentId, gatewayId, digest: digestOf(value) };
};
