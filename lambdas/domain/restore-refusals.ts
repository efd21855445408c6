import type { Gateway, Press, RevocationCause, RevokedCredential, Transition } from './gateway.ts';
import { remembered } from './gateway.ts';
import type { CredentialId } from './ids.ts';

/** The record that is there, as far as it can be read: what it refuses is believed, even if somebody has damaged it. */
export type PresentRecord = Pick<Gateway, 'live' | 'revoked' | 'presses' | 'ended' | 'outbox'> &
  Pick<Gateway, 'rotation' | 'lastEntryDigest'>;

/** Every revocation that anything knows of: the backup, the record that is there, and the audit; each credential once. */
export const allRevoked = (
  backup: Gateway,
  present: PresentRecord | undefined,
  later: readonly Transition[],
): readonly RevokedCredential[] => {
  const known = [...backup.live, ...(present?.live ?? [])];
  const inAudit = later.flatMap(({ detail, atMs, rotationId }) =>
    Object.entries((detail?.causes ?? {}) as Readonly<Record<CredentialId, RevocationCause>>).flatMap(([id, cause]) => {
      const one = known.find(({ credentialId }) => credentialId === id);
      if (!one || !rotationId) return [];
      const { digest, versionId } = one;
      const value = digest !== undefined && versionId !== undefined ? { digest, versionId } : {};
      return [{ credentialId: id as CredentialId, ...value, cause, rotationId, revokedAtMs: atMs }];
    }),
  );
  const found = new Map<CredentialId, RevokedCredential>();
  for (const one of [...backup.revoked, ...inAudit, ...(present?.revoked ?? [])]) {
    const before = found.get(one.credentialId);
    found.set(one.credentialId, before ? { ...one, ...before } : one);
  }
  return trimmed([...found.values()].map((one) => ({ ...one, ...confirmationIn(later, one) })));
};

/** Unconfirmed revocations are never forgotten; of the others a record remembers the last few. */
const trimmed = (revoked: readonly RevokedCredential[]): readonly RevokedCredential[] => {
  const inOrder = revoked.toSorted((one, other) => one.revokedAtMs - other.revokedAtMs);
  const confirmed = inOrder.filter(({ confirmedAtMs }) => confirmedAtMs !== undefined);
  const forgotten = new Set(confirmed.slice(0, Math.max(0, confirmed.length - remembered.revoked)));
  return inOrder.filter((one) => !forgotten.has(one));
};

/** The credentials among them that are never accepted again, also those whose digest nobody knows any more. */
export const idsRefused = (
  backup: Gateway,
  present: PresentRecord | undefined,
  later: readonly Transition[],
): ReadonlySet<CredentialId> =>
  new Set([
    ...[...backup.revoked, ...(present?.revoked ?? [])].map(({ credentialId }) => credentialId),
    ...later.flatMap(({ detail }) => Object.keys(detail?.causes ?? {}) as CredentialId[]),
  ]);

/** The policy check was seen to refuse it after the backup. */
const confirmationIn = (
  later: readonly Transition[],
  { credentialId }: RevokedCredential,
): Pick<RevokedCredential, 'confirmedAtMs'> => {
  const confirm = later.find((one) => one.kind === 'confirm' && one.credentialIds?.includes(credentialId));
  const at = confirm?.detail?.refusedAtMs;
  return typeof at === 'number' ? { confirmedAtMs: at } : {};
};

type Doom = { readonly atMs: number; readonly rejectAfterMs: number };

/** The earliest end that any press has set for a credential, wherever that is known from; nothing gives more time (invariant 7). */
export const doomOf = (
  credentialId: CredentialId,
  known: Doom | undefined,
  present: PresentRecord | undefined,
  later: readonly Transition[],
): Doom | undefined => {
  const names = (ids: readonly CredentialId[] | undefined): boolean => ids?.includes(credentialId) ?? false;
  const compromised = present?.live.find((one) => one.credentialId === credentialId)?.compromised;
  const dooms: readonly Doom[] = [
    ...(known ? [known] : []),
    ...(compromised ? [compromised] : []),
    ...later.flatMap(({ kind, credentialIds, atMs, detail }) =>
      kind === 'compromise' && names(credentialIds)
        ? [{ atMs, rejectAfterMs: Number(detail?.rejectAfterMs ?? atMs) }]
        : [],
    ),
    ...(present?.presses ?? []).filter((press: Press) => names(press.credentialIds)),
  ];
  return dooms.length === 0
    ? undefined
    : {
        atMs: Math.min(...dooms.map(({ atMs }) => atMs)),
        rejectAfterMs: Math.min(...dooms.map(({ rejectAfterMs }) => rejectAfterMs)),
      };
};
