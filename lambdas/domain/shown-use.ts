import type { Gateway } from './gateway.ts';
import type { CredentialId } from './ids.ts';
import { lastUseByOthers, type SharedUse } from './shared-use.ts';

/** A credential and its last use, as PingOne lists them; epoch ms of our clock. */
type ShownUse = { readonly credentialId: CredentialId; readonly lastUsedAtMs?: number };

/** The record with the last uses that PingOne shows now. */
export const withShownUse = (gateway: Gateway, listed: readonly ShownUse[]): Gateway => {
  const shown = new Map(listed.map(({ credentialId, lastUsedAtMs }) => [credentialId, lastUsedAtMs]));
  return {
    ...gateway,
    live: gateway.live.map((one) => {
      const lastUsedAtMs = shown.get(one.credentialId);
      return lastUsedAtMs === undefined || lastUsedAtMs < (one.lastUsedAtMs ?? 0) ? one : { ...one, lastUsedAtMs };
    }),
  };
};

/** The clocks that the two lists are read by may be so far apart. */
const listToleranceMs = 5_000;

/** Whether a list says less of the use of these credentials than an earlier one: it is of an older moment, and proves nothing. */
export const contradicts = (
  { live }: Gateway,
  credentialIds: readonly CredentialId[],
  listed: readonly ShownUse[],
): boolean =>
  live.some(({ credentialId, lastUsedAtMs = 0 }) => {
    const one = listed.find((shown) => shown.credentialId === credentialId);
    const isAbout = credentialIds.includes(credentialId) && one !== undefined;
    return isAbout && (one.lastUsedAtMs ?? 0) < lastUsedAtMs - listToleranceMs;
  });

/** What the record has of the use of a gateway whose kits call PingOne; `undefined` for every other. */
export const sharedUseIn = (
  { authority, live, rotation, currentCredentialId }: Gateway,
  isOnlyKit: boolean,
): SharedUse | undefined => {
  if (!authority) return undefined;
  const target = live.find(({ credentialId }) => credentialId === (rotation?.targetId ?? currentCredentialId));
  const lagMs = authority.lastUsedLagSeconds * 1000;
  const targetUsedAtMs = lastUseByOthers(target?.lastUsedAtMs, target?.probedUntilMs, lagMs);
  const retireIds = rotation?.retireIds ?? [];
  const isRetiring = live.some(({ credentialId }) => retireIds.includes(credentialId));
  const usedAtMs = lastUseIn(live, retireIds);
  const shownUntilMs = (rotation?.watchedAtMs ?? 0) - lagMs;
  return {
    isOnlyKit,
    ...(targetUsedAtMs === undefined ? {} : { targetUsedAtMs }),
    ...(isRetiring ? { retiring: { shownUntilMs, ...(usedAtMs === undefined ? {} : { usedAtMs }) } } : {}),
  };
};

/** The latest last use that the record, or a list of PingOne's, has of any of these credentials. */
export const lastUseIn = (shown: readonly ShownUse[], credentialIds: readonly CredentialId[]): number | undefined =>
  latest(shown.filter(({ credentialId }) => credentialIds.includes(credentialId)).map((one) => one.lastUsedAtMs));

/** The latest of some times; `undefined` when there is none. */
export const latest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((atMs) => atMs !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
};
