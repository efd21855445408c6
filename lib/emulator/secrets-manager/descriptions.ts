import { z } from 'zod';
import { oneOf } from '../wire/members.ts';
import { invalidParameter } from './errors.ts';
import { page, read, secretId } from './input.ts';
import { findSecret, type Secret, type World } from './state.ts';

type Operation = (world: World, input: Record<string, unknown>) => Record<string, unknown>;

const seconds = (atMs: number | undefined): number | undefined => (atMs === undefined ? undefined : atMs / 1000);

/** DescribeSecret; it works on secrets marked for deletion too, and shows no deprecated versions. */
export const describeSecret: Operation = (world, input) => {
  const secret = findSecret(world, read({ SecretId: secretId }, input).SecretId);
  return { ...describe(secret), VersionIdsToStages: stagesByVersion(secret) };
};

const describe = (secret: Secret): Record<string, unknown> => ({
  ARN: secret.arn,
  Name: secret.name,
  Description: secret.description || undefined,
  Tags: secret.tags.length > 0 ? secret.tags : undefined,
  CreatedDate: seconds(secret.createdAtMs),
  LastChangedDate: seconds(secret.lastChangedAtMs),
  LastAccessedDate: seconds(secret.lastAccessedAtMs),
  DeletedDate: seconds(secret.purgedAtMs),
  ...describeRotation(secret),
});

/** `NextRotationDate` is the end of the next window: the rotation happens "on or before this date" (DescribeSecret). */
const describeRotation = ({ rotation }: Secret): Record<string, unknown> =>
  rotation
    ? {
        RotationEnabled: rotation.enabled,
        RotationLambdaARN: rotation.functionArn,
        RotationRules: rotation.rules,
        LastRotatedDate: seconds(rotation.lastRotatedAtMs),
        NextRotationDate: rotation.enabled ? seconds(rotation.nextWindow?.endsAtMs) : undefined,
      }
    : {};

const stagesByVersion = ({ versions }: Secret): Record<string, string[]> | undefined => {
  const labelled = versions.filter(({ stages }) => stages.length > 0);
  if (labelled.length === 0) return undefined;
  return Object.fromEntries(labelled.map(({ versionId, stages }) => [versionId, stages]));
};

/** ListSecretVersionIds: deprecated versions only when asked for. */
export const listSecretVersionIds: Operation = (world, input) => {
  const asked = read({ SecretId: secretId, IncludeDeprecated: z.boolean().optional(), ...page }, input);
  const secret = findSecret(world, asked.SecretId);
  const shown = secret.versions.filter(({ stages }) => asked.IncludeDeprecated || stages.length > 0);
  const { items, NextToken } = paged(shown, asked);
  const Versions = items.map((version) => ({
    VersionId: version.versionId,
    VersionStages: version.stages.length > 0 ? version.stages : undefined,
    CreatedDate: seconds(version.createdAtMs),
    LastAccessedDate: seconds(version.lastAccessedAtMs),
    KmsKeyIds: ['DefaultEncryptionKey'],
  }));
  return { ARN: secret.arn, Name: secret.name, Versions, NextToken };
};

const filters = z
  .array(z.object({ Key: z.string(), Values: z.array(z.string()).min(1).max(10) }))
  .max(10)
  .optional();

/** ListSecrets: filtered by prefixes of the name, the description and tags; a prefix that starts with `!` excludes. */
export const listSecrets: Operation = (world, input) => {
  const shape = {
    IncludePlannedDeletion: z.boolean().optional(),
    SortOrder: oneOf(['asc', 'desc']).optional(),
    Filters: filters,
    ...page,
  };
  const asked = read(shape, input);
  const wanted = world.state.secrets
    .filter(({ deletedAtMs }) => asked.IncludePlannedDeletion || deletedAtMs === undefined)
    .filter((secret) => (asked.Filters ?? []).every(({ Key, Values }) => matches(fieldsOf(secret, Key), Values)));
  const { items, NextToken } = paged(asked.SortOrder === 'asc' ? wanted : wanted.toReversed(), asked);
  const SecretList = items.map((secret) => ({ ...describe(secret), SecretVersionsToStages: stagesByVersion(secret) }));
  return { SecretList, NextToken };
};

const fieldsOf = ({ name, description, tags }: Secret, key: string): string[] => {
  if (key === 'name') return [name];
  if (key === 'description') return [description ?? ''];
  if (key === 'tag-key') return tags.map(({ Key }) => Key);
  if (key === 'tag-value') return tags.map(({ Value }) => Value);
  throw invalidParameter(`The filter ${key} is not emulated on this machine.`);
};

const matches = (fields: readonly string[], values: readonly string[]): boolean =>
  values.some((value) =>
    value.startsWith('!')
      ? fields.every((field) => !field.startsWith(value.slice(1)))
      : fields.some((field) => field.startsWith(value)),
  );

/** One page; the token is where the next one begins. Throws `InvalidNextTokenException` for a token that is not ours. */
const paged = <Item>(
  all: readonly Item[],
  {
    MaxResults = 100,
    NextToken,
  }: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
): { items: readonly Item[]; NextToken: string | undefined } => {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw invalidParameter('The NextToken value is invalid.');
  const end = start + MaxResults;
  return {
    items: all.slice(start, end),
    NextToken: end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined,
  };
};
