import type { Listed } from '../../authorities/authority.ts';
import type { CredentialId } from '../../domain/ids.ts';

/** The latest of some times; `undefined` when there is none. */
export const latest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((atMs) => atMs !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
};

/** The last use of any of these credentials, as their authority lists it. */
export const lastUseIn = (listed: readonly Listed[], credentialIds: readonly CredentialId[]): number | undefined =>
  latest(listed.filter(({ credentialId }) => credentialIds.includes(credentialId)).map((one) => one.lastUsedAtMs));
