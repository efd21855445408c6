import { createHash } from 'node:crypto';
import type { Credentials, STSClient } from '@aws-sdk/client-sts';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import { type SecretUser, tagOfKit } from '../domain/secret-tag.ts';
import type { OwnersRole } from '../ports.ts';
import { onFirstCall } from './on-first-call.ts';
import { callForKit } from './sdk-errors.ts';

type Sdk = typeof import('@aws-sdk/client-sts');

/** What a client of a session is made with. */
export type ByRole = {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
};

/** What a session may do: these actions on the one resource, and these with its key, as far as they are for that resource. */
type SessionScope = {
  readonly resource: string;
  readonly actions: readonly string[];
  readonly keyActions: readonly string[];
  /** The name under which the service tells KMS which resource it encrypts. */
  readonly contextKey: 'SecretARN' | 'PARAMETER_ARN';
};

/** Credentials of a session of the role for one kit, restricted to `scope`. Throws KitCallFailed. */
export type AssumeRole = (
  user: SecretUser,
  role: OwnersRole,
  scope: SessionScope,
  signal: AbortSignal,
) => Promise<ByRole['credentials']>;

/** The shortest that STS gives (API reference of AssumeRole). */
const sessionSeconds = 900;
const longestSessionName = 64;

/** The name under which the owner's trail shows what was done: the kit it was done for, cut and told apart where that is too long. */
export const sessionNameFor = (user: SecretUser): string => {
  const name = tagOfKit(user).replace('/', '.');
  if (name.length <= longestSessionName) return name;
  return `${name.slice(0, longestSessionName - 9)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
};

/** Sessions by STS, whose SDK is loaded with the first: most deployments have no such kit. Nothing of a session is kept. */
export const assumeRoleBy = (open: (sdk: Sdk) => STSClient): AssumeRole => {
  const sts = onFirstCall(() => import('@aws-sdk/client-sts'), open);
  return async (user, { roleArn, externalId }, scope, signal) => {
    const { sdk, client } = await sts();
    const assume = new sdk.AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionNameFor(user),
      DurationSeconds: sessionSeconds,
      Policy: JSON.stringify(policyOf(scope)),
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    });
    const answer = await callForKit(client.send(assume, { abortSignal: signal }), signal).catch((error: unknown) => {
      if (!(error instanceof KitCallFailed)) throw error;
      throw new KitCallFailed(error.problem, `the role was not assumed: ${error.answer}`);
    });
    return credentialsIn(answer?.Credentials);
  };
};

const credentialsIn = ({ AccessKeyId, SecretAccessKey, SessionToken }: Partial<Credentials> = {}) => {
  if (!AccessKeyId || !SecretAccessKey || !SessionToken)
    throw new KitCallFailed('SERVER_ERROR', 'the role was assumed, and no credentials came');
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
};

const policyOf = ({ resource, actions, keyActions, contextKey }: SessionScope) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: actions, Resource: resource },
    {
      Effect: 'Allow',
      Action: keyActions,
      Resource: '*', // which key it is only its owner knows
      Condition: { StringEquals: { [`kms:EncryptionContext:${contextKey}`]: resource } },
    },
  ],
});
