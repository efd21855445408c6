import { type By, by, type Decision, record, refuse, unchanged } from './decision.ts';
import { type Gateway, liveCredential, refusedEverywhereAtMs } from './gateway.ts';
import type { CredentialId } from './ids.ts';

/** The policy check was seen to refuse the credential at `refusedAtMs`: only now is "revoked" said (invariant 8). */
export type Confirm = By & {
  readonly kind: 'confirm';
  readonly credentialId: CredentialId;
  readonly refusedAtMs: number;
};
export const confirm = (gateway: Gateway, command: Confirm, nowMs: number): Decision => {
  const { credentialId, refusedAtMs } = command;
  const revoked = gateway.revoked.find((one) => one.credentialId === credentialId);
  if (!revoked)
    return liveCredential(gateway, credentialId)
      ? refuse('STILL_LIVE', `Credential ${credentialId} is live; it was not revoked.`)
      : refuse('UNKNOWN_CREDENTIAL', `Credential ${credentialId} is not known to gateway ${gateway.gatewayId}.`);
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
