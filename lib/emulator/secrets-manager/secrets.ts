import { z } from 'zod';
import { invalidParameter, invalidRequest, limitExceeded, resourceExists } from './errors.ts';
import { description, read, readName, readValue, requireToken, secretId, tags, valueFields } from './input.ts';
import { CURRENT, findVersion } from './labels.ts';
import { findSecret, findUsableSecret, newArn, type Secret, type Tag, type World } from './state.ts';
import { putVersion } from './values.ts';

type Operation = (world: World, input: Record<string, unknown>) => Record<string, unknown>;

const DAY_MS = 24 * 60 * 60_000;
const MAX_TAGS = 50;

const named = ({ arn, name }: Secret) => ({ ARN: arn, Name: name });

/** CreateSecret, with a first version when there is a value. Repeating it with the same token and value changes nothing. */
export const createSecret: Operation = (world, input) => {
  const shape = { Name: z.string(), Description: description.optional(), Tags: tags.optional(), ...valueFields };
  const asked = read(shape, input);
  const name = readName(asked.Name);
  const token = requireToken(asked.ClientRequestToken);
  const value = readValue(asked);
  const existing = world.state.secrets.find((secret) => secret.name === name);
  if (existing?.deletedAtMs !== undefined) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (existing && value && JSON.stringify(findVersion(existing, token)?.value) === JSON.stringify(value)) {
    return { ...named(existing), VersionId: token };
  }
  if (existing) throw resourceExists(`The operation failed because the secret ${name} already exists.`);
  const secret: Secret = {
    arn: newArn(name),
    name,
    createdAtMs: world.nowMs,
    description: asked.Description,
    tags: mergeTags([], asked.Tags ?? []),
    lastChangedAtMs: world.nowMs,
    lastAccessedAtMs: undefined,
    deletedAtMs: undefined,
    purgedAtMs: undefined,
    rotation: undefined,
    versions: [],
  };
  world.state.secrets.push(secret);
  if (!value) return named(secret);
  putVersion(world, secret, { token, value, labels: [CURRENT] });
  return { ...named(secret), VersionId: token };
};

/** UpdateSecret: the description, and with a value a new current version. */
export const updateSecret: Operation = (world, input) => {
  const asked = read({ SecretId: secretId, Description: description.optional(), ...valueFields }, input);
  const secret = findUsableSecret(world, asked.SecretId);
  const value = readValue(asked);
  if (asked.Description !== undefined) secret.description = asked.Description;
  secret.lastChangedAtMs = world.nowMs;
  if (!value) return named(secret);
  const version = putVersion(world, secret, {
    token: requireToken(asked.ClientRequestToken),
    value,
    labels: [CURRENT],
  });
  return { ...named(secret), VersionId: version.versionId };
};

/** DeleteSecret: marks for deletion in 7 to 30 days, or removes at once. */
export const deleteSecret: Operation = (world, input) => {
  const shape = {
    SecretId: secretId,
    RecoveryWindowInDays: z.int().optional(),
    ForceDeleteWithoutRecovery: z.boolean().optional(),
  };
  const { SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: atOnce } = read(shape, input);
  if (atOnce && days !== undefined) {
    throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  }
  if (days !== undefined && (days < 7 || days > 30)) {
    throw invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  }
  if (atOnce) return deleteAtOnce(world, SecretId);
  const secret = findSecret(world, SecretId);
  if (secret.deletedAtMs !== undefined) {
    throw invalidRequest("You tried to perform the operation on a secret that's currently marked deleted.");
  }
  secret.deletedAtMs = world.nowMs;
  secret.purgedAtMs = world.nowMs + (days ?? 30) * DAY_MS;
  return { ...named(secret), DeletionDate: secret.purgedAtMs / 1000 };
};

/** AWS does not mind when there is nothing to remove by force. */
const deleteAtOnce = (world: World, id: string): Record<string, unknown> => {
  const secret = world.state.secrets.find(({ arn, name }) => [arn, name, arn.slice(0, -7)].includes(id));
  world.state.secrets = world.state.secrets.filter((kept) => kept !== secret);
  return { ...(secret ? named(secret) : { ARN: id, Name: id }), DeletionDate: world.nowMs / 1000 };
};

/** RestoreSecret: takes back a deletion within its recovery window. */
export const restoreSecret: Operation = (world, input) => {
  const secret = findSecret(world, read({ SecretId: secretId }, input).SecretId);
  secret.deletedAtMs = undefined;
  secret.purgedAtMs = undefined;
  return named(secret);
};

/** TagResource: adds tags and replaces those with the same key. */
export const tagResource: Operation = (world, input) => {
  const asked = read({ SecretId: secretId, Tags: tags }, input);
  const secret = findUsableSecret(world, asked.SecretId);
  secret.tags = mergeTags(secret.tags, asked.Tags);
  return {};
};

/** UntagResource: removes tags by key; absent ones are no error. */
export const untagResource: Operation = (world, input) => {
  const asked = read({ SecretId: secretId, TagKeys: z.array(z.string()) }, input);
  const secret = findUsableSecret(world, asked.SecretId);
  secret.tags = secret.tags.filter(({ Key }) => !asked.TagKeys.includes(Key));
  return {};
};

const mergeTags = (present: readonly Tag[], added: readonly Tag[]): Tag[] => {
  if (added.some(({ Key }) => Key.toLowerCase().startsWith('aws:'))) {
    throw invalidParameter('Tag keys must not start with "aws:".');
  }
  const merged = [...new Map([...present, ...added].map((tag) => [tag.Key, tag])).values()];
  if (merged.length > MAX_TAGS) throw limitExceeded(`A secret has at most ${MAX_TAGS} tags.`);
  return merged;
};
