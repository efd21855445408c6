import { z } from 'zod';
import { integer } from '../wire/members.ts';
import { cannotInvoke, invalidParameter, invalidRequest, previousRotationIncomplete, tokenInUse } from './errors.ts';
import { read, secretId, versionId } from './input.ts';
import { findVersion, holderOf, PENDING } from './labels.ts';
import { beginRotation, scheduleNext, unfinishedVersion } from './rotation-state.ts';
import { checkRules, windowFrom } from './schedule.ts';
import { findUsableSecret, type Rotation, type RotationRules, type World } from './state.ts';

const rulesShape = z.object({
  AutomaticallyAfterDays: integer(1, 1000).optional(),
  ScheduleExpression: z.string().min(1).max(256).optional(),
  Duration: z.string().min(2).max(3).optional(),
});

const shape = {
  SecretId: secretId,
  ClientRequestToken: versionId.optional(),
  RotationLambdaARN: z.string().max(2048).optional(),
  RotationRules: rulesShape.optional(),
  RotateImmediately: z.boolean().optional(),
  ExternalSecretRotationRoleArn: z.undefined().optional(),
};

/**
 * RotateSecret: sets up rotation and begins one, or with `RotateImmediately: false` begins a test of the function only. What it begins
 * runs after the answer. Throws `InvalidRequestException` while a previous rotation is unfinished, and `AccessDeniedException` when
 * its function cannot be invoked.
 */
export const rotateSecret = (
  world: World,
  input: Record<string, unknown>,
  canInvoke: boolean,
): Record<string, unknown> => {
  const asked = read(shape, input);
  const secret = findUsableSecret(world, asked.SecretId);
  const token = asked.ClientRequestToken;
  if (!token) {
    throw invalidParameter('You must provide a ClientRequestToken value. We recommend a UUID-type value.');
  }
  const functionArn = asked.RotationLambdaARN || secret.rotation?.functionArn;
  if (!functionArn) throw invalidRequest('No Lambda rotation function ARN is associated with this secret.');
  const answer = { ARN: secret.arn, Name: secret.name, VersionId: token };
  if (secret.rotation?.underWay?.token === token) return answer;
  if (unfinishedVersion(secret)) throw previousRotationIncomplete();
  if (findVersion(secret, token)) throw invalidParameter(tokenInUse(token, secret.arn).message);
  if (!canInvoke) throw cannotInvoke();

  const rules = readRules(asked.RotationRules, secret.rotation?.rules, world.nowMs);
  const rotation: Rotation = {
    enabled: true,
    functionArn,
    rules,
    enabledAtMs: asked.RotationRules ? world.nowMs : (secret.rotation?.enabledAtMs ?? world.nowMs),
    lastRotatedAtMs: secret.rotation?.lastRotatedAtMs,
    countedFromMs: world.nowMs,
    nextWindow: undefined,
    underWay: undefined,
  };
  secret.rotation = rotation;
  secret.lastChangedAtMs = world.nowMs;
  const testOnly = asked.RotateImmediately === false;
  beginRotation(world, secret, rotation, { token, testOnly, window: windowFrom(rules, world.nowMs) });
  scheduleNext(world, rotation);
  return answer;
};

/** The function that RotateSecret would have to invoke, and for which secret; without a function it is refused anyway. */
export const rotationFunctionOf = (
  world: World,
  input: Record<string, unknown>,
): { readonly functionArn: string | undefined; readonly secretArn: string } => {
  const asked = read(shape, input);
  const { arn: secretArn, rotation } = findUsableSecret(world, asked.SecretId);
  return { functionArn: asked.RotationLambdaARN || rotation?.functionArn, secretArn };
};

/** CancelRotateSecret: turns rotation off and gives up the one under way. Labels stay where they are, AWSPENDING too, as AWS warns. */
export const cancelRotateSecret = (world: World, input: Record<string, unknown>): Record<string, unknown> => {
  const secret = findUsableSecret(world, read({ SecretId: secretId }, input).SecretId);
  if (!secret.rotation?.enabled) {
    throw invalidRequest("You can't cancel rotation for a secret that doesn't have rotation enabled.");
  }
  secret.rotation.enabled = false;
  secret.rotation.underWay = undefined;
  secret.rotation.nextWindow = undefined;
  secret.lastChangedAtMs = world.nowMs;
  return { ARN: secret.arn, Name: secret.name, VersionId: holderOf(secret, PENDING)?.versionId };
};

const readRules = (
  asked: RotationRules | undefined,
  present: RotationRules | undefined,
  nowMs: number,
): RotationRules | undefined => (asked ? checkRules(asked, nowMs) : present);
