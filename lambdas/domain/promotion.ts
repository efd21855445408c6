import { advance } from './advance.ts';
import {
  type By,
  by,
  type Decision,
  isRefusal,
  record,
  refuse,
  running,
  tooManyLive,
  unchanged,
  withCredential,
} from './decision.ts';
import {
  type CredentialStage,
  type Gateway,
  hasReached,
  type LiveCredential,
  liveCredential,
  maxLiveCredentials,
  type Rotation,
} from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';
import { mintedIn } from './pingone-mint.ts';
import { withWaves } from './waves.ts';

type OfRotation = By & { readonly rotationId: RotationId };

/** The steps of a rotation until its credential is current, each recorded once it is done; a repeated one changes nothing (invariant 5). */
export type Created = OfRotation & {
  readonly kind: 'created';
  readonly credentialId: CredentialId;
  readonly digest: string;
  readonly versionId: string;
};
export type Accepted = OfRotation & { readonly kind: 'accepted'; readonly credentialId: CredentialId };
export type Promoting = OfRotation & { readonly kind: 'promoting'; readonly credentialId: CredentialId };
export type Promoted = OfRotation & { readonly kind: 'promoted'; readonly credentialId: CredentialId };

/** The digest of the minted value is in the record, so the builtin authority accepts it from now on (invariant 4: one for each rotation). */
export const created = (gateway: Gateway, command: Created, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const { credentialId, digest, versionId } = command;
  if (rotation.targetId !== undefined)
    return rotation.targetId === credentialId && liveCredential(gateway, credentialId)?.digest === digest
      ? unchanged
      : refuse(
          'ALREADY_CREATED',
          `Rotation ${rotation.rotationId} has credential ${rotation.targetId} already; ${credentialId} is not added.`,
        );
  if (rotation.stage !== 'BEGUN')
    return refuse(
      'WRONG_STAGE',
      `Rotation ${rotation.rotationId} was undone, its credential with it: ${credentialId} is not added.`,
    );
  if (gateway.live.length >= maxLiveCredentials) return tooManyLive(gateway, 0);
  const known =
    liveCredential(gateway, credentialId) ?? gateway.revoked.find((one) => one.credentialId === credentialId);
  if (known)
    return refuse(
      'ALREADY_CREATED',
      `Credential ${credentialId} exists already and is not the successor of this rotation.`,
    );
  const credential: LiveCredential = {
    credentialId,
    digest,
    versionId,
    stage: 'CREATED',
    createdAtMs: nowMs,
    origin: { kind: 'minted', rotationId: rotation.rotationId, trigger: rotation.trigger },
  };
  const changes = {
    live: [...gateway.live, credential],
    rotation: advance(rotation, { stage: 'CREATED', targetId: credentialId }),
  };
  const { mint, ...rest } = gateway;
  const left = mint && mintedIn(mint, credentialId);
  return record(left ? { ...rest, mint: left } : rest, changes, nowMs, {
    ...by(command),
    kind: 'created',
    credentialIds: [credentialId],
  });
};

/** The policy check was seen to accept the new credential: only now may anything else be touched (invariant 1). */
export const accepted = (gateway: Gateway, command: Accepted, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const target = liveCredential(gateway, rotation.targetId);
  if (!target || target.credentialId !== command.credentialId)
    return refuse(
      'WRONG_STAGE',
      `Credential ${command.credentialId} is not the successor of rotation ${rotation.rotationId}.`,
    );
  if (hasReached(rotation, 'ACCEPTED')) return unchanged;
  const { probe: _, ...rest } = gateway;
  const changes = {
    live: withCredential(gateway, target.credentialId, {
      ...(target.stage === 'CREATED' ? { stage: 'ACCEPTED' } : {}),
      ...(gateway.authority && !target.probedAgain ? { probedUntilMs: nowMs } : {}), // the one request was answered by now
    }),
    rotation: advance(rotation, { stage: 'ACCEPTED' }),
  };
  return record(rest, changes, nowMs, { ...by(command), kind: 'accepted', credentialIds: [target.credentialId] });
};

/** Written before AWSCURRENT is moved: from here on the credential may be in somebody's hands. */
export const promoting = (gateway: Gateway, command: Promoting, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.targetId !== command.credentialId || !hasReached(rotation, 'ACCEPTED'))
    return refuse(
      'WRONG_STAGE',
      `Rotation ${rotation.rotationId} is at ${rotation.stage}: ${command.credentialId} is not proven accepted, so it is not promoted.`,
    );
  if (hasReached(rotation, 'PROMOTING')) return unchanged;
  const changes = { rotation: advance(rotation, { stage: 'PROMOTING' }) };
  return record(gateway, changes, nowMs, { ...by(command), kind: 'promoting', credentialIds: [command.credentialId] });
};

/** AWSCURRENT was seen to name the credential that kits shall hold. */
export const promoted = (gateway: Gateway, command: Promoted, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const target = liveCredential(gateway, rotation.targetId);
  if (!target || target.credentialId !== command.credentialId || !hasReached(rotation, 'PROMOTING'))
    return refuse(
      'WRONG_STAGE',
      `Rotation ${rotation.rotationId} is at ${rotation.stage}: the promotion of ${command.credentialId} was not announced.`,
    );
  if (hasReached(rotation, 'PROMOTED')) return unchanged;
  const changes: Partial<Gateway> = {
    live: withCurrent(gateway.live, target.credentialId),
    ...(target.versionId === undefined ? {} : { currentVersionId: target.versionId }),
    currentCredentialId: target.credentialId,
    rotation: withWaves(gateway, handedOver(advance(rotation, { stage: 'PROMOTED' }))),
  };
  return record(gateway, changes, nowMs, { ...by(command), kind: 'promoted', credentialIds: [target.credentialId] });
};

/** The live list with this one current, and the one that was on its way out. */
export const withCurrent = (live: readonly LiveCredential[], credentialId: CredentialId): readonly LiveCredential[] =>
  live.map((one) => ({ ...one, stage: one.credentialId === credentialId ? 'CURRENT' : demoted(one.stage) }));

const demoted = (stage: CredentialStage): CredentialStage => (stage === 'CURRENT' ? 'RETIRING' : stage);

/** After promotion the workflow drives, whoever did before. */
const handedOver = ({ handOverByMs: _, ...rotation }: Rotation): Rotation => ({ ...rotation, driver: 'workflow' });
