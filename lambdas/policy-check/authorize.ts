import { parseCredential } from '../domain/credential.ts';
import {
  type CredentialStatus,
  credentialStatusOf,
  mayBeReverted,
  mayServeStale,
} from '../domain/credential-status.ts';
import type { AccessDecision, Gateway } from '../domain/gateway.ts';
import { type CredentialId, type GatewayId, isGatewayId, isKitId, type KitId } from '../domain/ids.ts';
import type { RefusedValue } from '../domain/refused-use.ts';
import { matchesDigest } from './digest.ts';
import type { InstanceMemory } from './instance-memory.ts';
import type { Ports } from './ports.ts';
import { readRecord } from './record-reading.ts';
import { noteRefusal, noteUnread } from './refusal-recording.ts';
import { recordProbe, recordSource } from './use-recording.ts';

/** Who asks, by what the request carries; nothing of it is trusted. `tokens` are the different CLIENT-TOKEN values. */
export type Presented = {
  readonly gatewayId: string | undefined;
  readonly kitId: string | undefined;
  /** The node of the kit that its Service URL names. */
  readonly node: string | undefined;
  readonly tokens: readonly string[];
  readonly nonce: string | undefined;
  readonly address: string;
};

/** Why a request is refused. The first four are found without a read. */
export const authorizationRefusals = {
  PATH_INVALID: 'The path names no gateway, or a kit by no possible id: look at the Service URL of the kit.',
  CREDENTIAL_ABSENT: 'The request carries no CLIENT-TOKEN.',
  CREDENTIALS_DIFFER: 'The request carries several CLIENT-TOKEN values.',
  CREDENTIAL_MALFORMED: 'The value is no credential: its form or its checksum is wrong.',
  CREDENTIAL_UNKNOWN: 'The gateway has no such credential, or the value is another one than its id says.',
  CREDENTIAL_REVOKED: 'The credential was revoked: its right value was presented, which is an attack signal.',
  CREDENTIAL_REJECTED: 'The credential is compromised, and its time has passed: an attack signal as well.',
} as const;
type AuthorizationRefusal = keyof typeof authorizationRefusals;

/** The answer to a request: who it is and what the gateway states may be done, or why not. */
export type Verdict =
  | {
      readonly kind: 'accepted';
      readonly gatewayId: GatewayId;
      readonly kitId?: KitId;
      readonly credentialId: CredentialId;
      /** Absent when the record states no decision that this version knows: then nothing may be done. */
      readonly decision?: AccessDecision;
      readonly isStale: boolean;
      readonly isProbe: boolean;
      /** Whether this request wrote its use. */
      readonly isRecorded: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly code: AuthorizationRefusal;
      readonly gatewayId?: GatewayId;
      readonly kitId?: KitId;
      readonly credentialId?: CredentialId;
    };

const statedDecision = ({
  decision,
}: {
  readonly decision?: AccessDecision | undefined;
}): AccessDecision | undefined =>
  decision?.kind === 'allow-all' || decision?.kind === 'forward' ? decision : undefined;

/** The status of the presented value: its id as the record says, and unknown unless the digest is that of the value. */
const credentialStatusOfValue = (
  gateway: Gateway | undefined,
  credentialId: CredentialId,
  value: string,
  nowMs: number,
) => {
  const credentialStatus: CredentialStatus = gateway
    ? credentialStatusOf(gateway, credentialId, nowMs)
    : { kind: 'unknown' };
  const matches = matchesDigest(
    value,
    credentialStatus.kind === 'unknown' ? undefined : credentialStatus.credential.digest,
  );
  return matches ? credentialStatus : { kind: 'unknown' as const };
};

/** The hash of the nonce, if the request carries the one that the record armed for this credential. */
const probeOf = (gateway: Gateway, credentialId: CredentialId, nonce: string | undefined): string | undefined => {
  const { probe } = gateway;
  if (nonce === undefined || probe?.credentialId !== credentialId) return undefined;
  return matchesDigest(nonce, probe.nonceHash) ? probe.nonceHash : undefined;
};

/**
 * Decides about one request by one strongly consistent read of the gateway record; what can be refused without, is. Throws
 * TemporarilyUnavailable when the record cannot be read and no copy may be served: an outage, and not a refusal.
 */
export const authorize = async (ports: Ports, memory: InstanceMemory, presented: Presented): Promise<Verdict> => {
  const { gatewayId, kitId, node, tokens, nonce, address } = presented;
  memory.latestOf(ports.nowMs());
  if (
    gatewayId === undefined ||
    !isGatewayId(gatewayId) ||
    (kitId !== undefined && !isKitId(kitId)) ||
    (node !== undefined && !isKitId(node))
  )
    return { kind: 'refused', code: 'PATH_INVALID' };
  const path = kitId === undefined ? { gatewayId } : { gatewayId, kitId };
  const from = { gatewayId, kitId, node, address };
  const refuseUnread = async (code: RefusedValue): Promise<Verdict> => {
    await noteUnread(ports, memory, from, code);
    return { kind: 'refused', code, ...path };
  };
  const [token, ...others] = tokens;
  if (token === undefined || token === '') return refuseUnread('CREDENTIAL_ABSENT');
  if (others.length > 0) return refuseUnread('CREDENTIALS_DIFFER');
  const credential = parseCredential(token);
  if (!credential) return refuseUnread('CREDENTIAL_MALFORMED');
  const { credentialId, value } = credential;

  const { gateway, isStale } = await recordToJudgeBy(ports, memory, gatewayId, credentialId, value);
  const nowMs = ports.nowMs();
  const credentialStatus = credentialStatusOfValue(gateway, credentialId, value, memory.latestOf(nowMs));
  const named = { ...path, credentialId };
  if (!gateway) return { kind: 'refused', code: 'CREDENTIAL_UNKNOWN', ...named };
  if (credentialStatus.kind === 'unknown') {
    await noteRefusal(ports, memory, gateway, from, 'CREDENTIAL_UNKNOWN');
    return { kind: 'refused', code: 'CREDENTIAL_UNKNOWN', ...named };
  }
  const source = { ...named, ...(node === undefined ? {} : { node }), address };
  const nonceHash = probeOf(gateway, credentialId, nonce);
  if (credentialStatus.kind !== 'live') {
    const isRevoked = credentialStatus.kind === 'revoked';
    const isCompromised = !isRevoked || credentialStatus.credential.cause === 'COMPROMISED';
    if (nonceHash === undefined)
      ports.count(isCompromised ? 'CompromisedCredentialUsed' : 'RevokedCredentialUsed', gatewayId);
    // A kit that was set back is to be named to its owner. That changes nothing here: it is refused whatever becomes of the note.
    if (isRevoked && nonceHash === undefined && kitId !== undefined && mayBeReverted(credentialStatus.credential))
      await recordSource(ports, memory, gateway, { ...source, isRefused: true }, nowMs);
    const code = isRevoked ? 'CREDENTIAL_REVOKED' : 'CREDENTIAL_REJECTED';
    if (nonceHash === undefined) await noteRefusal(ports, memory, gateway, from, code);
    return { kind: 'refused', code, ...named };
  }
  if (isStale) ports.count('StaleRecordServed', gatewayId);
  const isProbe = nonceHash !== undefined;
  if (isProbe) await recordProbe(ports, gateway, credentialId, nonceHash, nowMs);
  const isRecorded = isProbe || (await recordSource(ports, memory, gateway, source, nowMs));
  const decision = statedDecision(gateway);
  return { kind: 'accepted', ...named, ...(decision ? { decision } : {}), isStale, isProbe, isRecorded };
};

/** The record as it is now; or while DynamoDB cannot be read a copy that still may say yes to this very value. */
const recordToJudgeBy = async (
  ports: Ports,
  memory: InstanceMemory,
  gatewayId: GatewayId,
  credentialId: CredentialId,
  value: string,
): Promise<{ readonly gateway: Gateway | undefined; readonly isStale: boolean }> => {
  try {
    const { gateway, readAtMs } = await readRecord(ports, gatewayId);
    memory.remember(gatewayId, gateway, readAtMs);
    return { gateway, isStale: false };
  } catch (error) {
    const copy = memory.copyOf(gatewayId);
    const nowMs = ports.nowMs();
    const maySayYes =
      copy !== undefined &&
      nowMs >= memory.latestOf(nowMs) && // with a clock that was set back the copy looks newer than it is
      mayServeStale(copy.gateway, credentialId, copy.readAtMs, nowMs) &&
      credentialStatusOfValue(copy.gateway, credentialId, value, nowMs).kind === 'live';
    if (maySayYes) return { gateway: copy.gateway, isStale: true };
    ports.count('GatewayRecordUnreadable', gatewayId);
    throw error;
  }
};
