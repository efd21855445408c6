import { randomUUID } from 'node:crypto';
import type { PingOneAuthority } from '../../domain/authority.ts';
import type { CredentialValue } from '../../domain/credential.ts';
import { StepFailed } from '../../domain/failure.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { CredentialId } from '../../domain/ids.ts';
import {
  decideMint,
  type ListedCredential,
  type MintIntent,
  setAside,
  withEveryAttempt,
} from '../../domain/pingone-mint.ts';
import type { Dependencies } from '../../ports.ts';
import type { Authority, Listed, MintFor } from '../authority.ts';
import { mintSettingsOf } from './client.ts';
import { mintOnce } from './mint.ts';
import { versionOfAttempt } from './version-of-attempt.ts';

/**
 * PingOne itself: it mints, lists and revokes through its management API, and its HTTP Access Policy service is what kits
 * ask. A credential is accepted from the moment that it is created there, which the record learns afterwards.
 */
export const pingOne: Authority = {
  mint: async (needs, gateway, mintFor) => {
    const result = await mintOnce({
      rotationId: mintFor.rotationId,
      api: clientOf(needs, gateway),
      journal: { read: async () => intentFor(gateway, mintFor), ...mintFor.journal },
      vault: vaultIn(needs, gateway, mintFor),
      settings: mintSettingsOf(authorityIn(gateway)),
      now: needs.now,
    });
    switch (result.kind) {
      case 'WAITING':
        return result;
      case 'HOLD':
        return { kind: 'HOLD', why: holdSaid(gateway, result.credentialIds) };
      case 'NO_ROOM':
        return { kind: 'HOLD', why: noRoomSaid(gateway, result.listed) };
      case 'MINTED': {
        const versionId = versionOfAttempt(mintFor, result.attempt);
        const stored = await needs.secretVersions.readVersion(gateway.secretArn, versionId);
        if (stored?.credentialId === result.credentialId) return { kind: 'MINTED', stored };
        throw new StepFailed(
          `Version ${versionId} of the gateway's secret does not hold ${result.credentialId} any more.`,
        );
      }
    }
  },

  settle: async (needs, gateway, journal) => {
    if (!gateway.mint) return undefined;
    const client = clientOf(needs, gateway);
    const { listed, listedAtMs } = await client.list();
    const intent = withEveryAttempt(gateway.mint);
    const decision = decideMint({ intent, listed, listedAtMs }, mintSettingsOf(authorityIn(gateway)));
    switch (decision.kind) {
      case 'WAIT':
        return undefined;
      case 'REVOKE':
        await journal.discard(decision.credentialId);
        await client.remove(decision.credentialId);
        return `an interrupted create had left ${decision.credentialId} behind, whose value nobody has`;
      case 'HOLD':
        throw new StepFailed(holdSaid(gateway, decision.credentialIds));
      default:
        await journal.settle();
        return undefined;
    }
  },

  list: async (needs, gateway) => (await look(needs, gateway)).listed,

  proveAccepted: async (needs, gateway, { value }) => (await clientOf(needs, gateway).probe(value)).kind === 'ACCEPTED',

  /** A list that was read is the proof: `lastUsedAt` is PingOne's own, and a probe of ours would move it. */
  watch: async (needs, gateway) => ({ isProven: true, ...(await look(needs, gateway)) }),

  revoke: async (needs, gateway, credentialId) => {
    await clientOf(needs, gateway).remove(credentialId);
  },

  proveRevoked: async (needs, gateway, { credentialId, value }) => {
    const client = clientOf(needs, gateway);
    return value === undefined
      ? (await client.read(credentialId)) === undefined
      : (await client.probe(value)).kind === 'REFUSED';
  },

  refusesUnknown: async (needs, gateway) =>
    (await clientOf(needs, gateway).probe(unknownValue(authorityIn(gateway)))).kind === 'REFUSED',
};

const authorityIn = ({ gatewayId, authority }: Gateway): PingOneAuthority => {
  if (!authority) throw new StepFailed(`PingOne is not the authority of gateway ${gatewayId}.`);
  return authority;
};

const clientOf = ({ pingOne: ask }: Pick<Dependencies, 'pingOne'>, gateway: Gateway) =>
  ask(gateway.gatewayId, authorityIn(gateway));

/** In a compromise nothing waits for what an earlier rotation may have left behind: the reconciler sees to that later. */
const intentFor = ({ mint, rotation }: Gateway, { rotationId }: MintFor): MintIntent | undefined =>
  mint && rotation?.trigger === 'compromise' && mint.rotationId !== rotationId ? setAside(mint) : mint;

/** The list with its times on our clock: PingOne's Date says how far the two are apart. */
const look = async (
  needs: Pick<Dependencies, 'pingOne'> & { readonly now: () => number },
  gateway: Gateway,
): Promise<{ readonly listed: readonly Listed[] }> => {
  const { listed, listedAtMs } = await clientOf(needs, gateway).list();
  const aheadMs = needs.now() - listedAtMs;
  return {
    listed: listed.map(({ credentialId, createdAtMs, lastUsedAtMs }) => ({
      credentialId,
      createdAtMs: createdAtMs + aheadMs,
      ...(lastUsedAtMs === undefined ? {} : { lastUsedAtMs: lastUsedAtMs + aheadMs }),
    })),
  };
};

/** Each attempt's value has a version of its own; that of Secrets Manager's rotation is the one version that it knows of. */
const vaultIn = (
  { secretVersions }: Pick<Dependencies, 'secretVersions'>,
  { secretArn }: Gateway,
  mintFor: MintFor,
) => ({
  storedBy: async (attempt: number): Promise<CredentialId | undefined> =>
    (await secretVersions.readVersion(secretArn, versionOfAttempt(mintFor, attempt)))?.credentialId,
  store: async (attempt: number, credentialId: CredentialId, value: CredentialValue): Promise<void> => {
    const versionId = versionOfAttempt(mintFor, attempt);
    const stored = await secretVersions.putOnce(secretArn, versionId, { credentialId, value }, mintFor.rotation);
    if (stored.credentialId !== credentialId)
      throw new StepFailed(
        `Version ${versionId} of the gateway's secret holds another credential than the one that was just made: this rotation cannot keep it. Start another rotation; what was made is revoked first.`,
      );
  },
});

const shown = ({ credentialId, createdAtMs, lastUsedAtMs }: ListedCredential): string => {
  const iso = (atMs: number): string => new Date(atMs).toISOString();
  return `${credentialId} (created ${iso(createdAtMs)}, ${lastUsedAtMs === undefined ? 'never used' : `last used ${iso(lastUsedAtMs)}`})`;
};

const noRoomSaid = ({ gatewayId }: Gateway, listed: readonly ListedCredential[]): string =>
  `PingOne has ${listed.length} credentials for gateway ${gatewayId} and allows five: ${listed.map(shown).join('; ')}. Delete one that nobody uses in PingOne, or adopt it and have it retired (adopt, then retire-credential); then resume.`;

const holdSaid = ({ gatewayId }: Gateway, credentialIds: readonly CredentialId[]): string =>
  `An interrupted create may have made one of these credentials of gateway ${gatewayId}, or somebody else has: ${credentialIds.join(', ')}. Nothing is made beside them. Delete in PingOne those that nobody knows, or adopt those that are in use; then resume.`;

/** In form a credential of this very gateway, that nobody has signed. */
const unknownValue = ({ environmentId, gatewayId }: PingOneAuthority): CredentialValue => {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
  const claims = { jti: randomUUID(), gatewayId, environmentId };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${'A'.repeat(342)}` as CredentialValue;
};
