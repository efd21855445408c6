import { parseCredential } from '../domain/credential.ts';
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
