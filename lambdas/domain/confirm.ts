import { type By, by, type Decision, isRefusal, type Refusal, record, refuse, unchanged } from './decision.ts';
import { type Gateway, isSettled, liveCredential, type RevokedCredential, refusedEverywhereAtMs } from './gateway.ts';
import type { CredentialId } from './ids.ts';

/** The policy check was seen to refuse the credential at `refusedAtMs`: only now is "revoked" said (invariant 8). */
export type Confirm = By & {
  readonly kind: 'confirm';
  readonly credentialId: CredentialId;
  readonly refusedAtMs: number;
};
export const confirm = (gateway: Gateway, command: Confirm, nowMs: number): Decision => {
  const { credentialId, refusedAtMs } = command;
  const revoked = revokedIn(gateway, credentialId);
  if (isRefusal(revoked)) return revoked;
  if (revoked.confirmedAtMs !== undefined) return unchanged;
  const deadForSureMs = refusedEverywhereAtMs(gateway, revoked);
  if (refusedAtMs < deadForSureMs || nowMs < deadForSureMs)
    return refuse(
      'STILL_PROPAGATING',
      `A refusal counts from ${new Date(deadForSureMs).toISOString()} on, when the propagation bound has passed.`,
    );
  const confirmed = gateway.revoked.map((one) => (one === revoked ? { ...one, confirmedAtMs: refusedAtMs } : one));
  const { probe, ...unprobed } = gateway;
  return record(probe?.credentialId === credentialId ? unprobed : gateway, { revoked: confirmed }, nowMs, {
    kind: 'confirm',
    ...by(command),
    rotationId: revoked.rotationId,
    credentialIds: [credentialId],
    detail: { revokedAtMs: revoked.revokedAtMs, refusedAtMs },
  });
};

/**
 * A named person records that nobody saw the policy check refuse a revoked credential, as its value is gone: it stays
 * refused by the record, nothing waits for the proof any more, and the evidence says that there is none.
 */
export type WaiveProof = By & { readonly kind: 'waive-proof'; readonly credentialId: CredentialId };
export const waiveProof = (gateway: Gateway, command: WaiveProof, nowMs: number): Decision => {
  const { credentialId } = command;
  const revoked = revokedIn(gateway, credentialId);
  if (isRefusal(revoked)) return revoked;
  if (isSettled(revoked)) return unchanged;
  const notProven = { ...by(command), atMs: nowMs };
  const waived = gateway.revoked.map((one) => (one === revoked ? { ...one, notProven } : one));
  return record(gateway, { revoked: waived }, nowMs, {
    kind: 'waive-proof',
    ...by(command),
    rotationId: revoked.rotationId,
    credentialIds: [credentialId],
    detail: { revokedAtMs: revoked.revokedAtMs },
  });
};

const revokedIn = (gateway: Gateway, credentialId: CredentialId): RevokedCredential | Refusal =>
  gateway.revoked.find((one) => one.credentialId === credentialId) ??
  (liveCredential(gateway, credentialId)
    ? refuse('STILL_LIVE', `Credential ${credentialId} is live; it was not revoked.`)
    : refuse('UNKNOWN_CREDENTIAL', `Credential ${credentialId} is not known to gateway ${gateway.gatewayId}.`));
