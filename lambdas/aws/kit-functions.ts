import type { FunctionConfiguration, LambdaClient } from '@aws-sdk/client-lambda';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import type { FunctionShown, KitFunctions } from '../ports.ts';
import { onFirstCall } from './on-first-call.ts';
import { callForKit } from './sdk-errors.ts';

type Sdk = typeof import('@aws-sdk/client-lambda');

/** Functions in AWS Lambda. The SDK of Lambda is loaded with the first call: most deployments have no such kit. */
export const kitFunctionsIn = (open: (sdk: Sdk) => LambdaClient): KitFunctions => {
  const lambda = onFirstCall(() => import('@aws-sdk/client-lambda'), open);
  const found = async <Output>(call: Promise<Output>, signal: AbortSignal): Promise<Output> => {
    const output = await callForKit(call, signal);
    if (output === undefined) throw new KitCallFailed('NOT_GIVEN', 'not there any more');
    return output;
  };
  return {
    show: async (FunctionName, Qualifier, signal) => {
      const { sdk, client } = await lambda();
      const asked = new sdk.GetFunctionConfigurationCommand({ FunctionName, ...(Qualifier ? { Qualifier } : {}) });
      const shown = await callForKit(client.send(asked, { abortSignal: signal }), signal);
      return shown && shownOf(shown);
    },
    setVariables: async (FunctionName, Variables, RevisionId, signal) => {
      const { sdk, client } = await lambda();
      const update = new sdk.UpdateFunctionConfigurationCommand({
        FunctionName,
        Environment: { Variables: { ...Variables } },
        RevisionId,
      });
      await found(client.send(update, { abortSignal: signal }), signal);
    },
    publish: async (FunctionName, { codeSha256, revisionId }, signal) => {
      const { sdk, client } = await lambda();
      const publish = new sdk.PublishVersionCommand({ FunctionName, CodeSha256: codeSha256, RevisionId: revisionId });
      const { Version } = await found(client.send(publish, { abortSignal: signal }), signal);
      if (Version === undefined) throw new KitCallFailed('SERVER_ERROR', 'a version without a number');
      return Version;
    },
    showAlias: async (FunctionName, Name, signal) => {
      const { sdk, client } = await lambda();
      const asked = client.send(new sdk.GetAliasCommand({ FunctionName, Name }), { abortSignal: signal });
      const alias = await callForKit(asked, signal);
      return (
        alias && {
          version: alias.FunctionVersion ?? '',
          revisionId: alias.RevisionId ?? '',
          isSplit: Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0,
        }
      );
    },
    moveAlias: async (FunctionName, Name, FunctionVersion, RevisionId, signal) => {
      const { sdk, client } = await lambda();
      const move = new sdk.UpdateAliasCommand({ FunctionName, Name, FunctionVersion, RevisionId });
      await found(client.send(move, { abortSignal: signal }), signal);
    },
  };
};

const shownOf = (shown: FunctionConfiguration): FunctionShown => {
  const { RevisionId = '', CodeSha256 = '', CodeSize = 0, Environment, State, LastUpdateStatus } = shown;
  const isChanging = LastUpdateStatus === 'InProgress' || State === 'Pending';
  const hasFailed = LastUpdateStatus === 'Failed' || State === 'Failed';
  return {
    revisionId: RevisionId,
    codeSha256: CodeSha256,
    codeBytes: CodeSize,
    others: othersOf(shown),
    ...(Environment?.Error ? {} : { variables: Environment?.Variables ?? {} }),
    state: isChanging ? 'CHANGING' : hasFailed ? 'FAILED' : 'READY',
  };
};

const othersOf = ({
  Handler,
  Runtime,
  Role,
  MemorySize,
  Timeout,
  Layers,
  VpcConfig,
  KMSKeyArn,
}: FunctionConfiguration) =>
  JSON.stringify([
    ...[Handler, Runtime, Role, MemorySize, Timeout, KMSKeyArn].map((one) => one ?? null),
    (Layers ?? []).map(({ Arn }) => Arn),
    [VpcConfig?.SubnetIds ?? [], VpcConfig?.SecurityGroupIds ?? []],
  ]);
