import type { ParameterHistory, SSMClient } from '@aws-sdk/client-ssm';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import { letsUse, type SecretUser, secretTag } from '../domain/secret-tag.ts';
import type { KitParameters, ParameterPlace } from '../ports.ts';
import { onFirstCall } from './on-first-call.ts';
import type { AssumeRole, ByRole } from './owners-role.ts';
import { callForKit } from './sdk-errors.ts';

type Sdk = typeof import('@aws-sdk/client-ssm');
type Ssm = { readonly sdk: Sdk; readonly client: SSMClient };

type Needs = {
  readonly assume: AssumeRole;
  /** Without `by`, in our own name. */
  readonly open: (sdk: Sdk, by?: ByRole) => SSMClient;
};

const reading = { operations: ['GetParameter'], keyActions: ['kms:Decrypt'] } as const;
const writing = {
  operations: ['GetParameterHistory', 'PutParameter'],
  keyActions: ['kms:Encrypt', 'kms:GenerateDataKey'], // of the standard and of the advanced tier
} as const;

/**
 * The parameters in Parameter Store that one kit may use; the tag is looked at before each of them. The SDK is loaded with the
 * first call: most deployments have no such kit.
 */
export const kitParametersIn = ({ assume, open }: Needs): ((user: SecretUser) => KitParameters) => {
  const ours = onFirstCall<Sdk, SSMClient>(() => import('@aws-sdk/client-ssm'), open);
  return (user) => {
    const inPlace = async <Answer>(
      { name, by }: ParameterPlace,
      { operations, keyActions }: typeof reading | typeof writing,
      signal: AbortSignal,
      work: (ssm: Ssm) => Promise<Answer>,
    ): Promise<Answer> => {
      const own = await ours();
      if (!by) return work(own);
      const actions = ['ListTagsForResource', ...operations].map((operation) => `ssm:${operation}`);
      const resource = arnOfParameter(name, by.role.roleArn, by.region);
      const scope = { resource, actions, keyActions, contextKey: 'PARAMETER_ARN' } as const;
      const credentials = await assume(user, by.role, scope, signal);
      const client = open(own.sdk, { region: by.region, credentials });
      try {
        return await work({ sdk: own.sdk, client });
      } finally {
        client.destroy();
      }
    };
    return {
      read: (place, signal) =>
        inPlace(place, reading, signal, async (ssm) => {
          await refuseUntagged(ssm, place.name, user, signal);
          const get = new ssm.sdk.GetParameterCommand({ Name: place.name, WithDecryption: true });
          const found = await callForKit(ssm.client.send(get, { abortSignal: signal }), signal);
          const { Value: text, Version: version, Type } = found?.Parameter ?? {};
          if (text === undefined || version === undefined) return undefined;
          return { text, version, isSecure: Type === 'SecureString' };
        }),
      write: (place, replaces, text, signal) =>
        inPlace(place, writing, signal, async (ssm) => {
          await refuseUntagged(ssm, place.name, user, signal);
          await put(ssm, place.name, await versionOf(ssm, place.name, replaces, signal), text, signal);
        }),
    };
  };
};

const refuseUntagged = async ({ sdk, client }: Ssm, name: string, user: SecretUser, signal: AbortSignal) => {
  const list = new sdk.ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name });
  const found = await callForKit(client.send(list, { abortSignal: signal }), signal);
  const tag = found?.TagList?.find(({ Key }) => Key === secretTag.key)?.Value;
  if (!letsUse(tag, user)) throw new KitCallFailed('NOT_GIVEN', 'not there, or not tagged for it');
};

/** One version as the history has it, which alone says how that very one was made. */
const versionOf = async (
  { sdk, client }: Ssm,
  Name: string,
  version: number,
  signal: AbortSignal,
): Promise<ParameterHistory> => {
  let next: string | undefined;
  do {
    const asked = new sdk.GetParameterHistoryCommand({ Name, MaxResults: 50, ...(next ? { NextToken: next } : {}) });
    const answer = await callForKit(client.send(asked, { abortSignal: signal }), signal);
    const found = answer?.Parameters?.find((one) => one.Version === version);
    if (found) return found;
    next = answer?.NextToken;
  } while (next);
  throw new KitCallFailed('CHANGED_MEANWHILE', 'its version is not there any more');
};

/** PutParameter gives the default key, tier, description and pattern to a version for which none is named, so all are. */
const put = async (
  { sdk, client }: Ssm,
  Name: string,
  { KeyId, Tier, Description, AllowedPattern, DataType, Version = 0 }: ParameterHistory,
  Value: string,
  signal: AbortSignal,
): Promise<void> => {
  const command = new sdk.PutParameterCommand({
    Name,
    Value,
    Type: 'SecureString',
    Overwrite: true,
    ...(KeyId ? { KeyId } : {}),
    ...(Tier ? { Tier } : {}),
    ...(Description ? { Description } : {}),
    ...(AllowedPattern ? { AllowedPattern } : {}),
    ...(DataType ? { DataType } : {}),
  });
  const made = await callForKit(client.send(command, { abortSignal: signal }), signal);
  if (made?.Version !== Version + 1)
    throw new KitCallFailed('CHANGED_MEANWHILE', 'somebody else wrote it at the same time');
};

/** The ARN of a parameter in the account of a role; its name has its slash once. */
const arnOfParameter = (name: string, roleArn: string, region: string): string => {
  const [, partition, , , accountId] = roleArn.split(':');
  return `arn:${partition}:ssm:${region}:${accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
};
