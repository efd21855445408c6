import { randomInt } from 'node:crypto';
import { composeCredential, randomDigits } from '../domain/credential.ts';
import { newNonce } from '../policy-check/policy-check-client.ts';
import type { Minted } from '../ports.ts';
import type { Authority } from './authority.ts';
import { lastUsesOf } from './recorded-uses.ts';

/**
 * The authority of this system: the gateway record says which digests are live, and our policy check refuses everything else.
 * So a credential is accepted from the moment that the record names it, and refused from the write that revokes it.
 */
export const builtin: Authority = {
  /** A rotation has one version, and a version is written once: so there is one value, whoever was first. */
  mint: async ({ secretVersions }, { secretArn }, rotationId, rotation) => {
    const versionId = rotation?.versionId ?? rotationId;
    return (
      (await secretVersions.readVersion(secretArn, versionId)) ??
      secretVersions.putOnce(secretArn, versionId, randomCredential(), rotation)
    );
  },

  list: async ({ uses }, gateway) => {
    const credentialIds = gateway.live.map(({ credentialId }) => credentialId);
    const lastUses = await lastUsesOf(uses, gateway, credentialIds);
    return gateway.live.map(({ credentialId, createdAtMs }) => {
      const lastUsedAtMs = lastUses.get(credentialId);
      return { credentialId, createdAtMs, ...(lastUsedAtMs === undefined ? {} : { lastUsedAtMs }) };
    });
  },

  proveAccepted: async ({ policyCheck }, { gatewayId }, { value }, nonce) =>
    (await policyCheck.ask(gatewayId, value, nonce)) === 'ACCEPTED',

  /** Nothing more to do: the record's own write was the revocation, as the policy check decides by the record. */
  revoke: async () => undefined,

  proveRevoked: async ({ policyCheck }, { gatewayId }, { value }, nonce) =>
    (await policyCheck.ask(gatewayId, value, nonce)) === 'REFUSED',

  refusesUnknown: async ({ policyCheck }, { gatewayId }) =>
    (await policyCheck.ask(gatewayId, randomCredential().value, newNonce())) === 'REFUSED',
};

const randomCredential = (): Minted => composeCredential(Array.from({ length: randomDigits }, () => randomInt(62)));
