import { z } from 'zod';
import {
  decryptionFailure,
  encryptionFailure,
  invalidParameter,
  invalidRequest,
  tokenInUse,
  valueNotFound,
} from './errors.ts';
import { read, readValue, requireToken, secretId, stage, stages, valueFields, versionId } from './input.ts';
import { addVersion, attach, CURRENT, detach, findVersion, holderOf, PENDING } from './labels.ts';
import { abandonRotation, countManualUpdate } from './rotation-state.ts';
import { findUsableSecret, newVersion, type Secret, type SecretValue, type Version, type World } from './state.ts';

const DAY_MS = 24 * 60 * 60_000;

/** GetSecretValue: of a version, of a label, or of both when they belong together. `noteRead` notes it. */
export const getSecretValue = (world: World, input: Record<string, unknown>): Record<string, unknown> => {
  const asked = read({ SecretId: secretId, VersionId: versionId.optional(), VersionStage: stage.optional() }, input);
  const secret = findUsableSecret(world, asked.SecretId);
  const label = asked.VersionStage ?? CURRENT;
  const name = asked.VersionId ? `VersionId: ${asked.VersionId}` : `staging label: ${label}`;
  const version = asked.VersionId ? findVersion(secret, asked.VersionId) : holderOf(secret, label);
  if (!version) throw valueNotFound(name);
  if (asked.VersionStage && !version.stages.includes(asked.VersionStage)) {
    throw invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.');
  }
  if (!version.value) throw valueNotFound(asked.VersionStage ? `staging label: ${label}` : name);
  if (!world.isKeyEnabled(secret.name)) throw decryptionFailure();
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.versionId,
    ...version.value,
    ...(version.stages.length > 0 ? { VersionStages: version.stages } : {}),
    CreatedDate: version.createdAtMs / 1000,
  };
};

/** Notes the day of a read, as `LastAccessedDate` shows it. False when that day is noted already and there is nothing to save. */
export const noteRead = (world: World, read: { readonly arn: unknown; readonly versionId: unknown }): boolean => {
  const secret = world.state.secrets.find(({ arn }) => arn === read.arn);
  const version = secret?.versions.find(({ versionId }) => versionId === read.versionId);
  const today = world.nowMs - (world.nowMs % DAY_MS);
  if (!secret || !version || version.lastAccessedAtMs === today) return false;
  version.lastAccessedAtMs = today;
  secret.lastAccessedAtMs = today;
  return true;
};

/** PutSecretValue: a new version, the same one again (nothing happens), or the value of the empty one that a rotation began with. */
export const putSecretValue = (world: World, input: Record<string, unknown>): Record<string, unknown> => {
  const shape = {
    SecretId: secretId,
    ...valueFields,
    VersionStages: stages.optional(),
    RotationToken: z.string().optional(),
  };
  const asked = read(shape, input);
  const secret = findUsableSecret(world, asked.SecretId);
  const token = requireToken(asked.ClientRequestToken);
  const value = readValue(asked);
  if (!value) throw invalidRequest('You must provide either SecretString or SecretBinary.');
  const underWay = secret.rotation?.underWay;
  if (asked.RotationToken !== undefined && asked.RotationToken !== underWay?.rotationToken) {
    throw invalidParameter('The RotationToken does not belong to a rotation of this secret that is under way.');
  }
  const version = putVersion(world, secret, { token, value, labels: asked.VersionStages ?? [CURRENT] });
  return { ARN: secret.arn, Name: secret.name, VersionId: version.versionId, VersionStages: version.stages };
};

/** Makes a version under the rules of PutSecretValue; UpdateSecret uses it too. Throws `ResourceExistsException` when the token means another value. */
export const putVersion = (
  world: World,
  secret: Secret,
  put: { readonly token: string; readonly value: SecretValue; readonly labels: readonly string[] },
): Version => {
  const { token, value, labels } = put;
  if (!world.isKeyEnabled(secret.name)) throw encryptionFailure();
  const existing = findVersion(secret, token);
  if (existing?.value) {
    if (JSON.stringify(existing.value) !== JSON.stringify(value)) throw tokenInUse(token, secret.arn);
    return existing;
  }
  if (existing && !existing.stages.includes(PENDING)) throw tokenInUse(token, secret.arn);
  if (!existing) abandonRotation(secret);
  const isFirst = secret.versions.every((version) => version.value === undefined);
  const version = existing ?? newVersion(world, token);
  version.value = value;
  if (!existing) addVersion(secret, version, world.nowMs);
  for (const label of isFirst ? new Set([...labels, CURRENT]) : labels) attach(secret, version, label);
  secret.lastChangedAtMs = world.nowMs;
  if (!existing && version.stages.includes(CURRENT)) countManualUpdate(world, secret);
  return version;
};

/** UpdateSecretVersionStage: a compare-and-swap of one label. Throws `InvalidParameterException` when it is not where the caller thinks. */
export const updateSecretVersionStage = (world: World, input: Record<string, unknown>): Record<string, unknown> => {
  const asked = read(
    {
      SecretId: secretId,
      VersionStage: stage,
      RemoveFromVersionId: versionId.optional(),
      MoveToVersionId: versionId.optional(),
    },
    input,
  );
  const { VersionStage: label, RemoveFromVersionId: fromId, MoveToVersionId: toId } = asked;
  const secret = findUsableSecret(world, asked.SecretId);
  if (!fromId && !toId) throw invalidParameter('You must provide RemoveFromVersionId, MoveToVersionId, or both.');
  for (const id of [fromId, toId]) {
    if (id && !findVersion(secret, id)) throw invalidParameter(`Not a valid version: ${id}`);
  }
  const holder = holderOf(secret, label);
  if (fromId && holder?.versionId !== fromId) {
    throw invalidParameter(`Version stage ${label} not found in version ${fromId}`);
  }
  if (holder && !fromId && holder.versionId !== toId) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder.versionId}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  const target = toId ? findVersion(secret, toId) : undefined;
  if (!target && label === CURRENT) {
    throw invalidParameter(
      "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    );
  }
  if (target) attach(secret, target, label);
  else if (holder) detach(holder, label);
  secret.lastChangedAtMs = world.nowMs;
  return { ARN: secret.arn, Name: secret.name };
};
