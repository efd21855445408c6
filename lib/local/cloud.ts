import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readRegistry } from '../../lambdas/registry/read-registry.ts';
import { foldersOf } from '../../lambdas/registry/registry-folders.ts';
import { hostsOf } from '../../lambdas/registry/registry-hosts.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import type { Runtime } from '../../lambdas/runtime/host.ts';
import type { Log } from '../../lambdas/runtime/log.ts';
import { accountId, region } from '../emulator/account.ts';
import { createCloudFormation } from '../emulator/cloudformation/cloudformation.ts';
import { resolverFor, resourcesOf, type Template } from '../emulator/cloudformation/template.ts';
import { type CloudFront, createCloudFront } from '../emulator/cloudfront/cloudfront.ts';
import { openDynamoDb } from '../emulator/dynamodb/dynamodb.ts';
import type { AnsweredCall } from '../emulator/endpoint/answers.ts';
import { startEndpoint } from '../emulator/endpoint/endpoint.ts';
import { type BusEvent, createEventBridge } from '../emulator/eventbridge/eventbridge.ts';
import { type Access, arnOfCaller, identifiedOnly } from '../emulator/iam/access.ts';
import { createKms } from '../emulator/kms/kms.ts';
import type { ConfiguredFunctions } from '../emulator/lambda/configured-functions.ts';
import { type InvokeLambda, lambdaService } from '../emulator/lambda/lambda.ts';
import { noteLogLine } from '../emulator/lambda/log-tail.ts';
import { createSecretsManager, type KnownSecret } from '../emulator/secrets-manager/secrets-manager.ts';
import { isSecretsState } from '../emulator/secrets-manager/state.ts';
import { createSns, type PublishedMessage } from '../emulator/sns/sns.ts';
import { isParametersState, type ParametersState } from '../emulator/ssm/parameter-state.ts';
import { parameterCalls } from '../emulator/ssm/parameters.ts';
import { createSsm } from '../emulator/ssm/ssm.ts';
import { executionsInFolder, executionsInMemory } from '../emulator/step-functions/execution-store.ts';
import { stepFunctionsService } from '../emulator/step-functions/step-functions.ts';
import { createSts } from '../emulator/sts/sts.ts';
import { holdPort } from '../emulator/wire/held-port.ts';
import { createKeys, OPERATOR } from '../emulator/wire/keys.ts';
import { inFile, inMemory, type Persistence } from '../emulator/wire/persistence.ts';
import type { Timers } from '../emulator/wire/timers.ts';
import { backUp, backUpFunction } from './backup/back-up-function.ts';
import { checkDataFormat, markDataFormat } from './data-format.ts';
import { keysOfTopics, type SecretsKey, secretsKeyOf } from './encryption-keys.ts';
import { envelopeOf, eventRulesOf, schedulesOf, type Target, targetsOf } from './event-rules.ts';
import { removeExpired } from './expired-items.ts';
import { functionsOf, hostFunctions, type LoadHandler } from './functions.ts';
import { mayRotate, refuseMoved } from './move/refuse-moved.ts';
import { deployedNames, localStack, pseudoParameters, stateMachineName } from './names.ts';
import { outputsOf } from './outputs.ts';
import { repeat } from './repeat.ts';
import { rolesOf } from './roles.ts';
import { createTables } from './tables.ts';
import { snsEventOf, subscribersOf } from './topic-subscribers.ts';
import { transportOf } from './within-process.ts';

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
  /** Where the console shows a gateway, with `{gatewayId}` in the place of its id; without it, news have no link. */
  readonly consoleUrl?: string | undefined;
  readonly timers: Timers;
  readonly log: (functionName: string) => Log;
  /** Told of every message to owners and every event; must not wait for the deployment. */
  readonly onPublish: (message: PublishedMessage) => void;
  readonly onEvent: (event: BusEvent) => void;
  /** Told of every AWS call that was answered, for those who count. */
  readonly onCall?: (call: AnsweredCall) => void;
  /** Where functions run; by default in this process. */
  readonly load?: LoadHandler;
  /** Decides who may call what; by default callers are only identified. */
  readonly access?: ((facts: AccessFacts) => Access) | undefined;
};

/** What whoever decides about calls has to know of the deployment. */
type AccessFacts = {
  readonly template: Template;
  readonly resolve: (value: unknown) => unknown;
  /** The secret of a name or ARN; `undefined` when there is none. */
  readonly secretOf: (secretId: string) => KnownSecret | undefined;
  readonly secretsKey: SecretsKey | undefined;
};

/** This machine as the cloud: the template's resources behind one AWS endpoint, and its functions in this process. */
export type Cloud = {
  readonly endpointUrl: string;
  readonly credentialsFile: () => string;
  readonly invoke: InvokeLambda;
  /** The same with an event that nobody else has. */
  readonly invokeWithOwn: InvokeLambda;
  /** Whether a function lets a service invoke it in the name of `sourceArn`. */
  mayInvoke(servicePrincipal: string, functionName: string, sourceArn: string): Promise<boolean>;
  /** The environment of the operator: for clients of the person at this machine. */
  readonly operator: Readonly<Record<string, string>>;
  /** The same for clients in this process, which need no socket. */
  readonly ofOperator: Pick<Runtime, 'environment' | 'transport'>;
  /** The physical names of the template's resources that others need. */
  readonly outputs: {
    readonly gatewaysTable: string;
    readonly useTable: string;
    readonly stateMachineArn: string;
    readonly eventBus: string;
    /** The bus on which another system presses the compromise button. */
    readonly compromiseBus: string;
  };
  /** What others have in this account, which kits are: there is nothing of it until somebody puts it there. */
  readonly others: {
    readonly functions: ConfiguredFunctions;
    readonly distributions: Pick<CloudFront, 'put' | 'config'>;
  };
  /** Runs the scheduled functions once, and then as the template says, until `close`. */
  startSchedules(): Promise<void>;
  close(): Promise<void>;
};

/** The same log, of which who invokes a function can ask for the end. */
const alsoNoted =
  (log: Log): Log =>
  (level, message, fields) => {
    noteLogLine(JSON.stringify({ level, message, ...fields }));
    log(level, message, fields);
  };

/** "Typically within minutes" (CloudFront guide, when a change takes effect). */
const edgeDeployMs = 180_000;

/** Opens the deployment. Rejects when a port is taken, or the data folder is in use or cannot be read. */
export const openCloud = async (options: CloudOptions): Promise<Cloud> => {
  const { template, dataFolder, timers, projectFolder } = options;
  const address = '127.0.0.1';
  if (dataFolder !== undefined) checkDataFormat(dataFolder);
  const port = await holdPort(address, options.awsPort);
  const endpointUrl = `http://${address}:${port.port}`;
  // The tables are the lock of the data folder: nothing there is touched before it is ours.
  const tables = dataFolder === undefined ? undefined : join(dataFolder, 'tables');
  const dynamoDb = await openDynamoDb(tables).catch((error: unknown) => {
    port.release();
    throw error;
  });
  if (dataFolder !== undefined) markDataFormat(dataFolder);
  const keys = createKeys(dataFolder, { region, endpointUrl });
  const names = deployedNames(template);
  const resolve = resolverFor(names, pseudoParameters);
  const nameOf = (type: string): readonly string[] =>
    resourcesOf(template, type).map(({ logicalId }) => names.get(logicalId)?.ref ?? logicalId);

  const registry = readRegistry(readFileSync(options.registryFile, 'utf8'));
  const functions = functionsOf(template, resolve, (functionName) => ({
    POLICY_CHECK_URL: options.policyCheckUrl,
    KIT_HOSTS: hostsOf(registry).join(' '),
    CONSOLE_URL: options.consoleUrl ?? '',
    KIT_FOLDERS: foldersOf(registry).join(':'),
    LOCAL_KITS: 'allowed', // whoever may apply a registry here may reach this machine himself
    SECRETS_KEY: '', // there is no KMS here: secrets are in a file that only this user can read
    ...(functionName === 'apply-registry' ? { REGISTRY_FILE: options.registryFile, DEMO_GATEWAYS: 'apply' } : {}),
  }));

  const secretsKey = secretsKeyOf(template, resolve);
  const secretOf: AccessFacts['secretOf'] = (secretId) => secretsManager.find(secretId);
  const enforced = options.access?.({ template, resolve, secretOf, secretsKey });
  const access = enforced ?? identifiedOnly;

  const lambda = lambdaService({ region, accountId, timers });
  const mayInvoke: Cloud['mayInvoke'] = async (service, functionName, sourceArn) =>
    (service !== 'secretsmanager.amazonaws.com' || mayRotate(dataFolder)) &&
    access.mayInvoke(service, functionName.startsWith('arn:') ? functionName : lambda.arnOf(functionName), sourceArn);
  const stepFunctions = stepFunctionsService({
    region,
    accountId,
    timers,
    invoke: async (functionArn, event) => {
      await timers.track(() => access.checkTask(stateMachineName, functionArn));
      return lambda.invoke(functionArn, event);
    },
    store: dataFolder === undefined ? executionsInMemory() : executionsInFolder(join(dataFolder, 'executions')),
    random: () => randomInt(1_000_000) / 1_000_000,
    onEvent: () => undefined,
    machines: resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(({ Properties }) => ({
      name: stateMachineName,
      definition: JSON.parse(String(resolve(Properties?.DefinitionString))) as unknown,
      substitutions: resolve(Properties?.DefinitionSubstitutions ?? {}) as Record<string, string>,
    })),
  });
  const kms = createKms({
    folder: dataFolder,
    keys: resourcesOf(template, 'AWS::KMS::Key').map(({ logicalId, Properties }) => ({
      arn: names.get(logicalId)?.attributes.Arn ?? '',
      signs: Properties?.KeyUsage === 'SIGN_VERIFY',
    })),
  });
  const topicKeys = keysOfTopics(template, resolve);
  const secretsManager = createSecretsManager({
    persistence: dataFolder === undefined ? inMemory() : inFile(join(dataFolder, 'secrets.json'), isSecretsState),
    clock: timers.now,
    canInvoke: async (functionArn, secretArn) =>
      functions.some(({ name }) => functionArn === name || functionArn === lambda.arnOf(name)) &&
      mayInvoke('secretsmanager.amazonaws.com', functionArn, secretArn),
    invokeFunction: async (functionArn, event) => {
      if (!(await mayInvoke('secretsmanager.amazonaws.com', functionArn, event.SecretId)))
        throw new Error('Secrets Manager may not invoke the rotation function.');
      const outcome = await lambda.invoke(functionArn, event);
      if (!outcome.isOk) throw new Error(`The rotation function failed with ${outcome.errorType}.`);
    },
    isKeyEnabled: (name) => !secretsKey || !name.startsWith(secretsKey.prefix) || kms.isEnabled(secretsKey.keyArn),
    report: ({ name, secretArn, versionId }) =>
      options.log('secrets-manager')('INFO', `${name}: ${secretArn}`, { rotationId: versionId }),
  });
  const parametersKept: Persistence<ParametersState> =
    dataFolder === undefined ? inMemory() : inFile(join(dataFolder, 'parameters.json'), isParametersState);
  const cloudFront = createCloudFront({
    accountId,
    versionOf: lambda.configured.version,
    clock: timers.now,
    deployMs: edgeDeployMs,
  });
  /** Has a service invoke a function, or not when the function's policy does not let it: then the event is lost, as on AWS without a queue. */
  const invokeFor = async (service: string, sourceArn: string, functionArn: string, event: unknown): Promise<void> => {
    if (!(await timers.track(() => mayInvoke(service, functionArn, sourceArn)))) return;
    const invocation = { FunctionName: functionArn, InvocationType: 'Event', Payload: event };
    await lambda.call('Invoke', invocation, { name: service });
  };
  const subscribers = subscribersOf(template, resolve);
  const sns = createSns({
    topics: resourcesOf(template, 'AWS::SNS::Topic').map(({ logicalId }) => logicalId),
    onPublish: async (message) => {
      options.onPublish(message);
      for (const functionArn of subscribers.get(message.topicArn) ?? [])
        await invokeFor('sns.amazonaws.com', message.topicArn, functionArn, snsEventOf(message, timers.now()));
    },
    isKeyEnabled: (topic) => kms.isEnabled(topicKeys.get(topic) ?? ''),
  });
  const invokeTarget = ({ ruleArn, functionArn }: Target, event: unknown): Promise<void> =>
    invokeFor('events.amazonaws.com', ruleArn, functionArn, event);
  const rules = eventRulesOf(template, resolve);
  const eventBridge = createEventBridge({
    buses: nameOf('AWS::Events::EventBus'),
    clock: timers.now,
    onEvent: async (event) => {
      options.onEvent(event);
      for (const target of targetsOf(rules, event)) await invokeTarget(target, envelopeOf(event));
    },
  });

  const roles = rolesOf(template, resolve);
  const arnOf = (callerName: string): string => arnOfCaller(callerName, roles);
  const stack = createCloudFormation({
    ...localStack,
    createdAtMs: timers.now(),
    outputs: { ...outputsOf(template, names, endpointUrl), PolicyCheckUrl: options.policyCheckUrl },
  });
  const endpoint = await startEndpoint({
    address,
    port,
    keys,
    dynamoDb,
    services: [
      ...[lambda, stepFunctions, secretsManager].map((service) => refuseMoved(service, dataFolder)),
      ...[cloudFront, sns, eventBridge, stack, kms],
      createSts({ arnOf, newSession: keys.newSession, clock: Date.now }), // by the clock of the endpoint, which lets sessions in
      createSsm(parameterCalls({ persistence: parametersKept, clock: timers.now, callerArn: arnOf })),
    ],
    clock: Date.now,
    onCall: options.onCall,
    checkAccess: enforced?.check,
    arnOf,
  });
  const operatorKey = keys.keyOf(OPERATOR);
  const operator = {
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_ACCESS_KEY_ID: operatorKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operatorKey.secretAccessKey,
  };
  const ofOperator = { environment: operator, transport: transportOf(endpoint.within, OPERATOR) };
  const dynamodb = new DynamoDBClient(clientSettings(ofOperator));
  await createTables(dynamodb, template);
  const log = (functionName: string): Log => alsoNoted(options.log(functionName));
  await hostFunctions(lambda, functions, {
    keys,
    endpointUrl,
    projectFolder,
    log,
    timers,
    load: options.load,
    transport: (functionName) => transportOf(endpoint.within, functionName),
  });

  if (dataFolder !== undefined) lambda.register(backUpFunction, backUp(dataFolder, dynamoDb.entries, timers.now));
  if (dataFolder !== undefined) keys.credentialsFile(); // last: it says where this machine is
  const closing = new AbortController();
  const [gatewaysTable = '', useTable = ''] = nameOf('AWS::DynamoDB::Table');
  const [eventBus = '', compromiseBus = ''] = nameOf('AWS::Events::EventBus');
  return {
    endpointUrl,
    credentialsFile: keys.credentialsFile,
    invoke: lambda.invoke,
    invokeWithOwn: lambda.invokeWithOwn,
    mayInvoke,
    operator,
    ofOperator,
    outputs: {
      gatewaysTable,
      useTable,
      stateMachineArn: stepFunctions.arnOf(stateMachineName),
      eventBus,
      compromiseBus,
    },
    others: { functions: lambda.configured, distributions: cloudFront },
    startSchedules: async () => {
      const schedules = schedulesOf(template, resolve);
      const run = async ({ ruleArn, functionArn }: Target): Promise<void> => {
        if (await timers.track(() => mayInvoke('events.amazonaws.com', functionArn, ruleArn)))
          await lambda.invoke(functionArn, {});
      };
      for (const schedule of schedules) await run(schedule);
      /** What fails once, because nothing can be written for a while, is tried again at its next time. */
      const again = (everyMs: number, work: () => Promise<void>): void => {
        const tried = (): Promise<void> =>
          work().catch((error: unknown) => {
            options.log('schedules')('WARN', 'What was due could not be done.', { error: String(error) });
          });
        void repeat(timers, everyMs, closing.signal, tried);
      };
      for (const schedule of schedules) again(schedule.everyMs, () => run(schedule));
      again(1_000, () => secretsManager.runDue());
      again(3_600_000, async () => void (await removeExpired(dynamodb, template, timers.now())));
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
