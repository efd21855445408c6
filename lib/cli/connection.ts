import { randomUUID } from 'node:crypto';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { PressResult } from '../../lambdas/compromise/press-button.ts';
import type { View } from '../../lambdas/console/view/views.ts';
import type { KitsAcknowledged } from '../../lambdas/operator/acknowledge-kits.ts';
import type { OperateResult } from '../../lambdas/operator/operate.ts';
import type { ApplyResult } from '../../lambdas/registry/apply-file.ts';
import { CommandFailed } from './failure.ts';
import { type Signer, signedPost } from './signed-fetch.ts';
import { type Target, unreachable } from './target.ts';

/** How an execution stands; `cause` says why it was refused or failed. */
export type ExecutionState = {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
};

/** One deployment, as a person at a terminal reaches it: every call is made with that person's own permissions. */
export type Connection = {
  /** For clients of whatever this does not reach: the same person, target and permissions. */
  readonly settings: Target['settings'];
  /** What the deployment is asked for by name: the outputs of its stack. */
  output(name: string): string;
  show<Name extends View['view']>(
    ask: { readonly view: Name } & Readonly<Record<string, unknown>>,
  ): Promise<Extract<View, { view: Name }>>;
  /** Through the function's own URL, where AWS names the caller to it. */
  operate(command: Readonly<Record<string, unknown>>): Promise<OperateResult>;
  /** Many kits by one call of the same; see `acknowledge-kits.ts` for how many. */
  acknowledgeKits(command: Readonly<Record<string, unknown>>): Promise<KitsAcknowledged>;
  /** Through the URL for owners, where only their own kits are seen. */
  ownKits(command: Readonly<Record<string, unknown>>): Promise<unknown>;
  compromise(request: Readonly<Record<string, unknown>>): Promise<PressResult>;
  apply(request: Readonly<Record<string, unknown>>): Promise<ApplyResult>;
  /** What {@link Connection.apply} would do, by a way on which nothing can be changed. */
  planApply(request: Readonly<Record<string, unknown>>): Promise<ApplyResult>;
  /** What the workflow would answer to a start with `plan`, by a way on which nothing can be started. */
  planRotation(input: Readonly<Record<string, unknown>>): Promise<unknown>;
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** Starts the workflow; resolves with the ARN of the execution. */
  start(input: Readonly<Record<string, unknown>>): Promise<string>;
  stateOf(executionArn: string): Promise<ExecutionState>;
  /** The ARN of the person who asks, as AWS knows him. */
  caller(): Promise<string>;
  close(): void;
};

/** Errors of ours that a function throws for input it cannot take: the person is told, and nothing was done. */
const refusals: ReadonlySet<string> = new Set(['InputRefused', 'RegistryRefused', 'RotationRefused']);

/** Finds the stack and connects to what it names. Throws {@link CommandFailed} when it is not there, or nobody is let in. */
export const connect = async (target: Target): Promise<Connection> => {
  const { settings, stackName } = target;
  const asked = <Answer>(call: Promise<Answer>): Promise<Answer> =>
    call.catch((error: unknown) => Promise.reject(unreachable(target, error)));
  const outputs = await asked(outputsOf(new CloudFormationClient(settings), stackName));
  const output = (name: string): string => {
    const value = outputs.get(name);
    if (value === undefined)
      throw new CommandFailed(
        'unreachable',
        `Stack ${stackName} has no output ${name}: deploy it again with this version.`,
      );
    return value;
  };
  const lambda = new LambdaClient(settings);
  let workflow: Promise<SFNClient> | undefined; // few commands start an execution
  const stepFunctions = (): Promise<SFNClient> =>
    (workflow ??= import('@aws-sdk/client-sfn').then(({ SFNClient }) => new SFNClient(settings)));
  const signer = async (): Promise<Signer> => ({
    credentials: await lambda.config.credentials(),
    region: await lambda.config.region(),
  });

  const invoke = async (FunctionName: string, event: unknown): Promise<unknown> => {
    const { FunctionError, Payload } = await asked(
      lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) })),
    );
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8') || 'null');
    if (!FunctionError) return answer;
    const { errorType = FunctionError, errorMessage = '' } = (answer ?? {}) as {
      errorType?: string;
      errorMessage?: string;
    };
    throw new CommandFailed(
      refusals.has(errorType) ? 'refused' : 'unreachable',
      refusals.has(errorType) ? errorMessage : `${FunctionName} failed with ${errorType}: ${errorMessage}`,
    );
  };

  /** Through the URL of a function, where IAM says who calls. */
  const posted = async (urlOutput: string, command: object, functionName: string): Promise<unknown> => {
    const body = JSON.stringify(command);
    const sent = { url: output(urlOutput), service: 'lambda', contentType: 'application/json', body };
    const { status, text } = await asked(signer().then((by) => signedPost(by, sent)));
    if (status === 400) throw new CommandFailed('refused', messageIn(text));
    if (status !== 200 && status !== 409)
      throw new CommandFailed(
        'unreachable',
        status === 403
          ? `You may not decide: ask for lambda:InvokeFunctionUrl on the alias url of the function ${functionName}. ${messageIn(text)}`
          : `The function ${functionName} answered ${status}; its log says why.`,
      );
    return JSON.parse(text);
  };

  return {
    settings,
    output,
    invoke,
    show: async (ask) => (await invoke(output('ConsoleFunction'), { ...ask, format: 'json' })) as never,
    operate: async (command) => (await posted('OperateUrl', command, 'operate')) as OperateResult,
    acknowledgeKits: async (command) =>
      (await posted('OperateUrl', { command: 'acknowledge-kits', ...command }, 'operate')) as KitsAcknowledged,
    ownKits: (command) => posted('OwnKitsUrl', command, 'own-kits'),
    compromise: async (request) => (await invoke(output('CompromiseFunction'), request)) as PressResult,
    apply: async (request) => (await invoke(output('ApplyRegistryFunction'), request)) as ApplyResult,
    planApply: async (request) =>
      (await invoke(output('PlanRegistryFunction'), { ...request, plan: true })) as ApplyResult,
    planRotation: (input) => invoke(output('PlanFunction'), { input: { ...input, plan: true } }),
    start: async (input) => {
      const start = {
        stateMachineArn: output('StateMachineArn'),
        name: `cli-${randomUUID()}`,
        input: JSON.stringify(input),
      };
      const { StartExecutionCommand } = await import('@aws-sdk/client-sfn');
      const client = await stepFunctions();
      const { executionArn = '' } = await asked(client.send(new StartExecutionCommand(start)));
      return executionArn;
    },
    stateOf: async (executionArn) => {
      const { DescribeExecutionCommand } = await import('@aws-sdk/client-sfn');
      const client = await stepFunctions();
      const {
        status = 'RUNNING',
        output: text,
        error,
        cause,
      } = await asked(client.send(new DescribeExecutionCommand({ executionArn })));
      return {
        status,
        ...(text ? { output: JSON.parse(text) as unknown } : {}),
        ...(error ? { error } : {}),
        ...(cause ? { cause: causeOf(cause) } : {}),
      };
    },
    caller: async () => {
      const by = await asked(signer());
      // As the SDK does for every other service, where it is told of an endpoint by the environment.
      const { AWS_ENDPOINT_URL: everywhere, AWS_ENDPOINT_URL_STS: ofSts = everywhere } = process.env;
      const url = target.settings.endpoint ?? ofSts ?? `https://sts.${by.region}.amazonaws.com/`;
      const body = 'Action=GetCallerIdentity&Version=2011-06-15';
      const { text } = await asked(
        signedPost(by, { url, service: 'sts', contentType: 'application/x-www-form-urlencoded', body }),
      );
      return /<Arn>([^<]+)<\/Arn>/.exec(text)?.[1] ?? 'unknown';
    },
    close: () => {
      lambda.destroy();
      void workflow?.then((client) => client.destroy());
    },
  };
};

const outputsOf = async (client: CloudFormationClient, StackName: string): Promise<ReadonlyMap<string, string>> => {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  client.destroy();
  return new Map(Stacks[0]?.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
};

const messageIn = (text: string): string => {
  try {
    const { message, Message } = JSON.parse(text) as { message?: string; Message?: string };
    return message ?? Message ?? '';
  } catch {
    return '';
  }
};

/** A failed function's cause is JSON on AWS, and the bare message elsewhere. */
const causeOf = (cause: string): string => {
  try {
    return (JSON.parse(cause) as { errorMessage?: string }).errorMessage ?? cause;
  } catch {
    return cause;
  }
};
