import { randomInt } from 'node:crypto';
import { arn } from '../account.ts';
import { markedForDeletion, secretNotFound } from './errors.ts';

/** A value as it was put: text, or base64 of bytes. */
export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string };

/** One version; without a value it is the empty one that a rotation begins with, without stages it is deprecated. */
export type Version = {
  readonly versionId: string;
  readonly createdAtMs: number;
  lastAccessedAtMs: number | undefined;
  stages: string[];
  value: SecretValue | undefined;
};

/** `RotationRules` of the API, validated. */
export type RotationRules = {
  readonly AutomaticallyAfterDays?: number | undefined;
  readonly ScheduleExpression?: string | undefined;
  readonly Duration?: string | undefined;
};

/** When a rotation may begin and be attempted again. */
export type RotationWindow = { readonly startsAtMs: number; readonly endsAtMs: number };

/** A rotation that has begun and is neither finished nor given up; `testOnly` is what `RotateImmediately: false` runs. */
type RotationUnderWay = {
  readonly token: string;
  readonly rotationToken: string;
  readonly testOnly: boolean;
  readonly windowEndsAtMs: number;
  attempts: number;
  nextAttemptAtMs: number;
};

/** How a secret is rotated; `enabledAtMs` anchors schedules in hours. */
export type Rotation = {
  enabled: boolean;
  functionArn: string;
  rules: RotationRules | undefined;
  enabledAtMs: number;
  lastRotatedAtMs: number | undefined;
  countedFromMs: number;
  nextWindow: RotationWindow | undefined;
  underWay: RotationUnderWay | undefined;
};

export type Tag = { readonly Key: string; readonly Value: string };

export type Secret = {
  readonly arn: string;
  readonly name: string;
  readonly createdAtMs: number;
  description: string | undefined;
  tags: Tag[];
  lastChangedAtMs: number;
  lastAccessedAtMs: number | undefined;
  deletedAtMs: number | undefined;
  purgedAtMs: number | undefined;
  rotation: Rotation | undefined;
  versions: Version[];
};

/** Everything the emulated Secrets Manager keeps. */
export type SecretsState = { secrets: Secret[] };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isListOf = (of: (value: unknown) => boolean, value: unknown): boolean => Array.isArray(value) && value.every(of);

/** Whether a value read from outside has the form of what is kept: each secret with its versions, and their labels. */
export const isSecretsState = (value: unknown): boolean => {
  const isText = (text: unknown): boolean => typeof text === 'string';
  const isVersion = (version: unknown): boolean =>
    isObject(version) && isText(version.versionId) && isListOf(isText, version.stages);
  const isSecret = (secret: unknown): boolean =>
    isObject(secret) && isText(secret.arn) && isText(secret.name) && isListOf(isVersion, secret.versions);
  return isObject(value) && isListOf(isSecret, value.secrets);
};

/** What one operation works on; it either returns its output or throws, and then nothing of what it changed is kept. */
export type World = {
  readonly state: SecretsState;
  readonly nowMs: number;
  /** Whether the key of the secret of that name can be used. */
  readonly isKeyEnabled: (secretName: string) => boolean;
};

const SUFFIX_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The ARN of a new secret, with the six random characters that tell it from a deleted one of the same name. */
export const newArn = (name: string): string => {
  const suffix = Array.from({ length: 6 }, () => SUFFIX_ALPHABET[randomInt(SUFFIX_ALPHABET.length)]).join('');
  return arn('secretsmanager', `secret:${name}-${suffix}`);
};

/** The secret of that name, ARN, or ARN without its suffix. */
export const secretOf = ({ secrets }: SecretsState, secretId: string): Secret | undefined =>
  secrets.find(({ arn }) => arn === secretId) ??
  secrets.find(({ arn, name }) => name === secretId || arn.slice(0, -7) === secretId);

/** The secret of that name, ARN, or ARN without its suffix. Throws `ResourceNotFoundException`. */
export const findSecret = ({ state }: World, secretId: string): Secret => {
  const found = secretOf(state, secretId);
  if (!found) throw secretNotFound();
  return found;
};

/** As `findSecret`; throws `InvalidRequestException` for one that is marked for deletion. */
export const findUsableSecret = (world: World, secretId: string): Secret => {
  const secret = findSecret(world, secretId);
  if (secret.deletedAtMs !== undefined) throw markedForDeletion();
  return secret;
};

/** A version with nothing in it and no labels yet. */
export const newVersion = ({ nowMs }: World, id: string): Version => ({
  versionId: id,
  createdAtMs: nowMs,
  lastAccessedAtMs: undefined,
  stages: [],
  value: undefined,
});

/** Forgets the secrets whose recovery window is over. */
export const purgeDeleted = ({ state, nowMs }: World): void => {
  state.secrets = state.secrets.filter(({ purgedAtMs }) => purgedAtMs === undefined || purgedAtMs > nowMs);
};
