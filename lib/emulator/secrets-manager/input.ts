import { z } from 'zod';
import { integer, invalidMember, readMembers, text } from '../wire/members.ts';
import { AwsError } from '../wire/service.ts';
import { invalidParameter, invalidRequest } from './errors.ts';
import type { SecretValue } from './state.ts';

export const secretId = text(1, 2048);
export const versionId = text(32, 64);
export const stage = text(1, 256);
export const stages = z.array(stage).min(1, 'Member must have length greater than or equal to 1').max(20);
export const description = text(0, 2048);
export const tags = z.array(z.object({ Key: text(1, 128), Value: text(0, 256) })).max(50);
export const page = { MaxResults: integer(1, 100).optional(), NextToken: text(1, 4096).optional() };

/** The fields of a value, as three operations take them; the token is what SDKs always send. */
export const valueFields = {
  ClientRequestToken: versionId.optional(),
  SecretString: text(1, 65_536).optional(),
  SecretBinary: z.base64().min(1).optional(),
};

/** Fields that would promise what this machine does not do. */
const UNSUPPORTED = ['KmsKeyId', 'AddReplicaRegions', 'Type', 'ExternalSecretRotationMetadata'];

/** Reads an input by its schema. Throws the error AWS gives for the first thing wrong with it, never with the value in it. */
export const read = <Shape extends z.ZodRawShape>(shape: Shape, input: Record<string, unknown>) => {
  const unsupported = UNSUPPORTED.find((name) => input[name] !== undefined);
  if (unsupported) throw invalidParameter(`${unsupported} is not emulated on this machine.`);
  return readMembers(shape, input);
};

/** The name of a new secret. Throws `ValidationException` for characters that AWS does not take. */
export const readName = (name: string): string => {
  if (!/^[\w/+=.@-]{1,512}$/.test(name)) {
    throw new AwsError(
      'ValidationException',
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
  return name;
};

/** The value in an input; undefined when there is none. Throws when there are two, or more than 64 KiB. */
export const readValue = (input: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}): SecretValue | undefined => {
  const { SecretString, SecretBinary } = input;
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  const length = Buffer.byteLength(SecretString ?? SecretBinary ?? '', SecretString === undefined ? 'base64' : 'utf8');
  if (length > 65_536) throw invalidMember('secretValue', 'Member must have length less than or equal to 65536');
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
};

/** The token of a request that makes a version. Throws `InvalidRequestException` without one: SDKs and the CLI always send it. */
export const requireToken = (token: string | undefined): string => {
  if (token) return token;
  throw invalidRequest('You must provide a ClientRequestToken value. We recommend a UUID-type value.');
};
