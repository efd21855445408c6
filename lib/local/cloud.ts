import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import type { Log } from '../../lambdas/runtime/log.ts';
import { openDynamoDb } from './aws/dynamodb.ts';
import { type AnsweredCall, startEndpoint } from './aws/endpoint.ts';
import { type BusEvent, createEventBridge } from './aws/eventbridge.ts';
import { createKeys, OPERATOR } from './aws/keys.ts';
import { type InvokeLambda, lambdaService } from './aws/lambda.ts';
import { inFile, inMemory } from './aws/persistence.ts';
import { createSecretsManager } from './aws/secrets-manager.ts';
import { createSns, type PublishedMessage } from './aws/sns.ts';
import { stepFunctionsService } from './aws/step-functions.ts';
import { executionsInFolder, executionsInMemory } from './aws/step-functions-store.ts';
import type { Timers } from './aws/step-functions-timers.ts';
import { sts } from './aws/sts.ts';
import { envelopeOf, eventRulesOf, targetsOf } from './event-rules.ts';
import { freePort } from './free-port.ts';
import { functionsOf, hostFunctions } from './functions.ts';
import { accountId, deployedNames, pseudoParameters, region, stateMachineName } from './names.ts';
import { createTables } from './tables.ts';
import { resolverFor, resourcesOf, type Template } from './template.ts';

/** What to deploy, and where its data and its listeners are. */
export type CloudOptions = {
  readonly template: Template;
  readonly projectFolder: string;
  /** The gateways.json that the registry function applies, demo gateways included. */
  readonly registryFile: string;
  /** `undefined` keeps everything in memory. */
  readonly dataFolder: string | undefined;
  readonly awsPort: number;
  /** Where the policy check will answer. */
  readonly policyCheckUrl: string;
  readonly timers: Timers;
  readonly log: (functionName: string) => Log;
  /** Told of every message to owners and every event; must not wait for the deployment. */
  readonly onPublish: (message: PublishedMessage) => void;
  readonly onEvent: (event: BusEvent) => void;
  /** Told of every AWS call that was answered, for those who count. */
  readonly onCall?: (call: AnsweredCall) => void;
};

/** This machine as the cloud: the template's resources behind one AWS endpoint, and its functions in this process. */
export type Cloud = {
  readonly endpointUrl: string;
  readonly credentialsFile: () => string;
  readonly invoke: InvokeLambda;
  /** The environment of the operator: for clients of the person at this machine. */
  readonly operator: Readonly<Record<string, string>>;
  /** The physical names of the template's resources that others need. */
  readonly outputs: {
    readonly gatewaysTable: string;
    readonly useTable: string;
    readonly stateMachineArn: string;
    readonly eventBus: string;
    /** The bus on which another system presses the compromise button. */
    readonly compromiseBus: string;
  };
  /** Runs the scheduled functions once, and then as the template says, until `close`. */
  startSchedules(): Promise<void>;
  close(): Promise<void>;
};

/** Opens the deployment. Rejects when a port is taken, or the data folder is in use or cannot be read. */
export const openCloud = async (options: CloudOptions): Promise<Cloud> => {
  const { template, dataFolder, timers, projectFolder } = options;
  const awsPort = options.awsPort === 0 ? await freePort() : options.awsPort;
  const endpointUrl = `http://127.0.0.1:${awsPort}`;
  const keys = createKeys(dataFolder, { region, endpointUrl });
  const dynamoDb = await openDynamoDb(dataFolder === undefined ? undefined : join(dataFolder, 'tables'), region);
  const names = deployedNames(template);
  const resolve = resolverFor(names, pseudoParameters);
  const nameOf = (type: string): readonly string[] =>
    resourcesOf(template, type).map(({ logicalId }) => names.get(logicalId)?.ref ?? logicalId);

  const functions = functionsOf(template, resolve, (functionName) => ({
    POLICY_CHECK_URL: options.policyCheckUrl,
    SECRETS_KEY: '', // there is no KMS here: secrets are in a file that only this user can read
    ...(functionName === 'apply-registry' ? { REGISTRY_FILE: options.registryFile, DEMO_GATEWAYS: 'apply' } : {}),
  }));

  const lambda = lambdaService({ region, accountId, timers });
  const stepFunctions = stepFunctionsService({
    region,
    accountId,
    timers,
    invoke: lambda.invoke,
    store: dataFolder === undefined ? executionsInMemory() : executionsInFolder(join(dataFolder, 'executions')),
    random: () => randomInt(1_000_000) / 1_000_000,
    onEvent: () => undefined,
    machines: resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(({ Properties }) => ({
      name: stateMachineName,
      definition: JSON.parse(String(resolve(Properties?.DefinitionString))) as unknown,
      substitutions: resolve(Properties?.DefinitionSubstitutions ?? {}) as Record<string, string>,
    })),
  });
  const secretsManager = createSecretsManager({
    persistence: dataFolder === undefined ? inMemory() : inFile(join(dataFolder, 'secrets.json')),
    region,
    clock: timers.now,
    canInvoke: (functionArn) =>
      functions.some(({ name }) => functionArn === name || functionArn === lambda.arnOf(name)),
    invokeFunction: async (functionArn, event) => {
      const outcome = await lambda.invoke(functionArn, event);
      if (!outcome.isOk) throw new Error(`The rotation function failed with ${outcome.errorType}.`);
    },
    report: (news) =>
      options.log('secrets-manager')('INFO', 'A rotation of the emulated Secrets Manager moved on.', news),
  });
  const sns = createSns({
    region,
    topics: resourcesOf(template, 'AWS::SNS::Topic').map(({ logicalId }) => logicalId),
    onPublish: async (message) => options.onPublish(message),
  });
  const rules = eventRulesOf(template, resolve);
  const eventBridge = createEventBridge({
    region,
    buses: nameOf('AWS::Events::EventBus'),
    clock: timers.now,
    onEvent: async (event) => {
      options.onEvent(event);
      for (const functionArn of targetsOf(rules, event))
        await lambda.call(
          'Invoke',
          { FunctionName: functionArn, InvocationType: 'Event', Payload: envelopeOf(event) },
          { name: 'events.amazonaws.com' },
        );
    },
  });

  const endpoint = await startEndpoint({
    address: '127.0.0.1',
    port: awsPort,
    keys,
    dynamoDb,
    services: [lambda, stepFunctions, secretsManager, sns, eventBridge, sts],
    clock: Date.now,
    onCall: options.onCall,
  });
  const operatorKey = keys.keyOf(OPERATOR);
  const operator = {
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_ACCESS_KEY_ID: operatorKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operatorKey.secretAccessKey,
  };
  const dynamodb = new DynamoDBClient(clientSettings(operator));
  await createTables(dynamodb, template);
  dynamodb.destroy();
  await hostFunctions(lambda, functions, { keys, endpointUrl, projectFolder, log: options.log, timers });

  const closing = new AbortController();
  const [gatewaysTable = '', useTable = ''] = nameOf('AWS::DynamoDB::Table');
  const [eventBus = '', compromiseBus = ''] = nameOf('AWS::Events::EventBus');
  return {
    endpointUrl,
    credentialsFile: keys.credentialsFile,
    invoke: lambda.invoke,
    operator,
    outputs: {
      gatewaysTable,
      useTable,
      stateMachineArn: stepFunctions.arnOf(stateMachineName),
      eventBus,
      compromiseBus,
    },
    startSchedules: async () => {
      const schedules = schedulesOf(template, resolve);
      for (const { functionArn } of schedules) await lambda.invoke(functionArn, {});
      for (const { functionArn, everyMs } of schedules)
        void repeat(timers, everyMs, closing.signal, () => lambda.invoke(functionArn, {}));
      void repeat(timers, 1_000, closing.signal, () => secretsManager.runDue());
    },
    close: async () => {
      closing.abort();
      stepFunctions.stop();
      lambda.stop();
      await endpoint.close();
      await dynamoDb.close();
      keys.close();
    },
  };
};

/** The functions that EventBridge calls at a rate. */
const schedulesOf = (
  template: Template,
  resolve: (value: unknown) => unknown,
): readonly { functionArn: string; everyMs: number }[] =>
  resourcesOf(template, 'AWS::Events::Rule').flatMap(({ Properties }) => {
    const minutes = /^rate\((\d+) minutes?\)$/.exec(String(Properties?.ScheduleExpression))?.[1];
    const targets = (Properties?.Targets ?? []) as readonly { Arn: unknown }[];
    return minutes === undefined
      ? []
      : targets.map(({ Arn }) => ({ functionArn: String(resolve(Arn)), everyMs: 60_000 * Number(minutes) }));
  });

const repeat = async (
  timers: Timers,
  everyMs: number,
  signal: AbortSignal,
  work: () => Promise<unknown>,
): Promise<void> => {
  try {
    for (;;) {
      await timers.sleep(everyMs, signal);
      await work();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
