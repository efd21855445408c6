import type { SessionKey } from '../wire/keys.ts';
import { AwsError, type AwsService, type Caller, type Clock, unknownOperation } from '../wire/service.ts';

type StsOptions = {
  /** Who a caller is to IAM. */
  readonly arnOf: (callerName: string) => string;
  /** Issues a key that is good until then, in epoch ms. */
  readonly newSession: (callerName: string, expiresAtMs: number, nowMs: number) => SessionKey;
  readonly clock: Clock;
};

/**
 * The emulated STS: GetCallerIdentity, which people run first to see whether their credentials work, and AssumeRole. Nothing
 * is evaluated: each role is there and lets everybody in, and its session may call whatever is there. Its name says whose it is.
 */
export const createSts = ({ arnOf, newSession, clock }: StsOptions): AwsService => {
  const assumeRole = (input: Record<string, unknown>): Record<string, unknown> => {
    const { account, role, sessionName, seconds } = readAssumeRole(input);
    const Arn = `${account}:assumed-role/${role}/${sessionName}`;
    const nowMs = clock();
    const { accessKeyId, secretAccessKey, session } = newSession(Arn, nowMs + seconds * 1000, nowMs);
    return {
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: session.token,
        Expiration: new Date(session.expiresAtMs).toISOString(),
      },
      AssumedRoleUser: { Arn, AssumedRoleId: `LOCAL:${sessionName}` },
    };
  };
  const identity = ({ name }: Caller): Record<string, unknown> => {
    const Arn = arnOf(name);
    return { Arn, UserId: name, Account: Arn.split(':')[4] };
  };
  return {
    signingName: 'sts',
    call: async (operation, input, caller) => {
      if (operation === 'GetCallerIdentity') return identity(caller);
      if (operation === 'AssumeRole') return assumeRole(input);
      throw unknownOperation(operation);
    },
  };
};

const invalid = (member: string, constraint: string): AwsError =>
  new AwsError(
    'ValidationError',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
  );

/** The limits of the API reference of AssumeRole. */
const readAssumeRole = ({
  RoleArn,
  RoleSessionName,
  DurationSeconds = '3600',
  Policy,
  ExternalId,
}: Record<string, unknown>) => {
  const [, partition, accountId, path] =
    /^arn:(aws[a-z-]*):iam::(\d{12}):role\/([\w+=,.@/-]{1,576})$/.exec(String(RoleArn)) ?? [];
  if (partition === undefined || path === undefined) throw invalid('roleArn', 'Member must be the ARN of a role');
  if (!/^[\w+=,.@-]{2,64}$/.test(String(RoleSessionName ?? '')))
    throw invalid('roleSessionName', 'Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}');
  const seconds = Number(DurationSeconds);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200)
    throw invalid('durationSeconds', 'Member must have value from 900 to 43200');
  if (ExternalId !== undefined && !/^[\w+=,.@:/-]{2,1224}$/.test(String(ExternalId)))
    throw invalid('externalId', 'Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]{2,1224}');
  if (Policy !== undefined) refusePolicy(String(Policy));
  return {
    account: `arn:${partition}:sts::${accountId}`,
    role: path.split('/').at(-1), // the path of a role is not in the ARN of its session
    sessionName: String(RoleSessionName),
    seconds,
  };
};

const refusePolicy = (policy: string): void => {
  if (policy.length > 2048) throw invalid('policy', 'Member must have length less than or equal to 2048');
  const isPolicy = (() => {
    try {
      const parsed: unknown = JSON.parse(policy);
      return typeof parsed === 'object' && parsed !== null && 'Statement' in parsed;
    } catch {
      return false;
    }
  })();
  if (!isPolicy) throw new AwsError('MalformedPolicyDocument', 'The policy is not in JSON, or has no statement.');
};
