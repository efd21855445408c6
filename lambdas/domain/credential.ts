import { crc32 } from './crc32.ts';
import type { CredentialId } from './ids.ts';

/**
 * What kits present: `gwc_<credentialId>_<secret><checksum>`. The id is 10 base62 characters, the secret 43 (256 bits),
 * the checksum the CRC-32 of everything before it as 6 base62 digits. The prefix and {@link credentialPattern} are for
 * secret scanners; the checksum refuses garbage and typos without a read, and protects nothing.
 */
export type CredentialValue = string & { readonly credentialValue: true };

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 10;
const secretLength = 43;
const checksumLength = 6;
const valueLength = 'gwc_'.length + idLength + 1 + secretLength + checksumLength;

/** The published regular expression of a credential, for secret scanning. */
export const credentialPattern = /^gwc_([0-9A-Za-z]{10})_[0-9A-Za-z]{49}$/;

/** How many random base62 digits {@link composeCredential} takes. */
export const randomDigits = idLength + secretLength;

const toBase62 = (value: number): string => {
  let text = '';
  for (let rest = value; text.length < checksumLength; rest = Math.floor(rest / 62))
    text = base62.charAt(rest % 62) + text;
  return text;
};

const checksumOf = (body: string): string => toBase62(crc32(body));

/** Makes a credential of 53 random digits, each 0 to 61 and uniform; throws a RangeError for anything else. */
export const composeCredential = (
  digits: readonly number[],
): { credentialId: CredentialId; value: CredentialValue } => {
  if (digits.length !== randomDigits || digits.some((digit) => !Number.isInteger(digit) || digit < 0 || digit > 61))
    throw new RangeError(`A credential is made of ${randomDigits} digits from 0 to 61.`);
  const text = digits.map((digit) => base62.charAt(digit)).join('');
  const credentialId = text.slice(0, idLength);
  const body = `gwc_${credentialId}_${text.slice(idLength)}`;
  return { credentialId: credentialId as CredentialId, value: `${body}${checksumOf(body)}` as CredentialValue };
};

/** The credential in a header value, or `undefined` when form or checksum are wrong: the check that needs no read. */
export const parseCredential = (text: string): { credentialId: CredentialId; value: CredentialValue } | undefined => {
  if (text.length !== valueLength) return undefined;
  const match = credentialPattern.exec(text);
  if (!match?.[1]) return undefined;
  if (checksumOf(text.slice(0, -checksumLength)) !== text.slice(-checksumLength)) return undefined;
  return { credentialId: match[1] as CredentialId, value: text as CredentialValue };
};
