/** What a source may present in place of a good credential, in words: a closed list, and never the value. */
export const refusedValues = {
  CREDENTIAL_ABSENT: 'no value',
  CREDENTIALS_DIFFER: 'several values at once',
  CREDENTIAL_MALFORMED: 'a malformed value',
  CREDENTIAL_UNKNOWN: 'an unknown value',
  CREDENTIAL_REVOKED: 'a revoked credential',
  CREDENTIAL_REJECTED: 'a compromised credential',
} as const;
export type RefusedValue = keyof typeof refusedValues;

/** The last time that a source which had used a good credential was refused while a wave was open. */
export type RefusedUse = { readonly code: RefusedValue; readonly atMs: number };

export const isRefusedValue = (code: string): code is RefusedValue => code in refusedValues;
