import { authorityOf } from '../authorities/authority-of.ts';
import type { By } from '../domain/decision.ts';
import { digestOf } from '../domain/digest.ts';
import { StepFailed } from '../domain/failure.ts';
import { type Gateway, liveCredential } from '../domain/gateway.ts';
import type { CredentialId } from '../domain/ids.ts';
import type { Of } from '../domain/operator-commands.ts';
import { transition } from '../domain/transition.ts';
import type { ClockAndLog, Dependencies, Stored } from '../ports.ts';
import { withRoom } from '../workflow/shared/with-room.ts';
import { type OperateResult, refused, resultOf, unchanged } from './result.ts';

type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'uses' | 'pingOne'> & ClockAndLog;

/**
 * Makes a credential that a person has put into the gateway's secret ours. The digest is computed here, from the version he
 * names; the version is kept from being cleaned up before the record counts on it. AWSCURRENT goes back to what the record
 * names, if a rotation has promoted its own credential already: it retires this one.
 */
export const adoptCredential = async (
  needs: Needs,
  gateway: Gateway,
  { credentialId, versionId }: Of<'adopt'>,
  by: By,
): Promise<OperateResult> => {
  if (versionId === undefined) return adoptAtPingOne(needs, gateway, credentialId, by);
  const { gateways, secretVersions, now } = needs;
  const found = await read(secretVersions, gateway, versionId);
  if (typeof found === 'string') return refused(gateway, 'UNKNOWN_CREDENTIAL', found);
  if (found.credentialId !== credentialId)
    return refused(
      gateway,
      'UNKNOWN_CREDENTIAL',
      `Version ${versionId} holds credential ${found.credentialId}, and ${credentialId} was named: give the two that belong together.`,
    );
  const { labels } = await secretVersions.describe(gateway.secretArn);
  const isCurrent = labels.get(versionId)?.includes('AWSCURRENT') ?? false;
  const digest = digestOf(found.value);
  const command = { kind: 'adopt', credentialId, versionId, digest, isCurrent, ...by } as const;
  const allowed = transition(gateway, command, now());
  if (allowed.kind === 'refused') return refused(gateway, allowed.code, allowed.message);
  const keep = (): Promise<void> => secretVersions.keep(gateway.secretArn, credentialId, versionId);
  await withRoom(needs, gateway, keep);
  const adopted = await gateways.apply(gateway.gatewayId, command);
  if (adopted.kind === 'applied') await keep(); // again: until the record named it, anybody who tidied might take it off
  if (adopted.kind === 'applied' && isCurrent)
    await secretVersions.promote(gateway.secretArn, adopted.gateway.currentVersionId, [versionId]);
  return resultOf(gateway.gatewayId, adopted);
};

/** Every one that PingOne has and the record does not know. */
const all = 'all';

/** By its id alone: what PingOne lists is live there, and to retire it nobody needs its value. */
const adoptAtPingOne = async (
  needs: Needs,
  gateway: Gateway,
  credentialId: CredentialId,
  by: By,
): Promise<OperateResult> => {
  const { gatewayId, authority } = gateway;
  if (!authority)
    return refused(gateway, 'UNKNOWN_CREDENTIAL', 'Give the version of the secret that holds its value (versionId).');
  const listed = await authorityOf(gateway).list(needs, gateway);
  const meant = listed.filter((one) =>
    credentialId === all ? !liveCredential(gateway, one.credentialId) : one.credentialId === credentialId,
  );
  if (meant.length === 0 && credentialId !== all)
    return refused(
      gateway,
      'UNKNOWN_CREDENTIAL',
      `PingOne has no credential ${credentialId} for gateway ${gatewayId}; it has ${listed.map((one) => one.credentialId).join(', ') || 'none'}.`,
    );
  let result: OperateResult = unchanged(gateway);
  for (const one of meant) {
    const adopted = await needs.gateways.apply(gatewayId, {
      kind: 'adopt',
      credentialId: one.credentialId,
      createdAtMs: one.createdAtMs,
      isCurrent: false,
      ...by,
    });
    const next = resultOf(gatewayId, adopted);
    if (next.result !== 'UNCHANGED') result = next;
    if (next.result === 'REFUSED') break;
  }
  return result;
};

/** The credential in the version, or why there is none. */
const read = async (
  secretVersions: Dependencies['secretVersions'],
  { secretArn }: Gateway,
  versionId: string,
): Promise<Stored | string> => {
  try {
    const stored = await secretVersions.readVersion(secretArn, versionId);
    return (
      stored ?? `The gateway's secret has no version ${versionId}: put the value into it first, and name that version.`
    );
  } catch (error) {
    if (error instanceof StepFailed) return error.message;
    throw error;
  }
};
