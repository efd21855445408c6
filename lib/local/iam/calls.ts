import type { KnownSecret } from '../aws/secrets-manager.ts';
import { accountId, region } from '../names.ts';
import type { Question } from './evaluate.ts';

/** What the table has to know of the deployment to name the resource of a call. */
export type Known = {
  /** The secret of a name or ARN; `undefined` when there is none. */
  readonly secret: (secretId: string) => KnownSecret | undefined;
  /** The ARN of the key that encrypts a topic. */
  readonly keyOfTopic: (topicArn: string) => string | undefined;
};

type Input = Readonly<Record<string, unknown>>;
type Context = Question['context'];
/** What has to be allowed, all of it, before a call is carried out. */
type Needs = (input: Input, known: Known) => readonly Question[];
type Calls = Readonly<Record<string, Needs>>;

const arn = (service: string, resource: string): string => `arn:aws:${service}:${region}:${accountId}:${resource}`;
const arnOr = (service: string, type: string, given: unknown): string =>
  String(given).startsWith('arn:') ? String(given) : arn(service, `${type}${String(given)}`);
const listOf = (given: unknown): readonly Input[] => (Array.isArray(given) ? given : []);
const question = (action: string, resource: string, context: Context = {}): Question => ({ action, resource, context });

/** Actions of one service, each on the resource that `on` finds. */
const each = (service: string, on: (input: Input, known: Known) => string, ...operations: readonly string[]): Calls =>
  Object.fromEntries(
    operations.map((operation) => [
      operation,
      (input, known) => [question(`${service}:${operation}`, on(input, known))],
    ]),
  );
/** A function may be named by name, ARN or the end of one. */
const functionArnOf = (given: unknown): string =>
  arn('lambda', `function:${String(given).replace(/^.*function:|^\d{12}:/, '')}`);
const everything = (): string => '*';
const nothing: Needs = () => [];

/** "Actions, resources, and condition keys for Amazon DynamoDB". A call that names an index is judged by the index. */
const table = ({ TableName, IndexName }: Input): string =>
  `${arnOr('dynamodb', 'table/', TableName)}${IndexName === undefined ? '' : `/index/${String(IndexName)}`}`;
const eachTable =
  (operation: string): Needs =>
  ({ RequestItems }) =>
    Object.keys(Object(RequestItems)).map((TableName) => question(`dynamodb:${operation}`, table({ TableName })));
const dynamodb: Calls = {
  ...each('dynamodb', table, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'),
  ...each('dynamodb', table, 'CreateTable', 'DescribeTable', 'DescribeTimeToLive', 'UpdateTable', 'DeleteTable'),
  ...each('dynamodb', ({ ResourceArn }) => String(ResourceArn), 'TagResource', 'UntagResource', 'ListTagsOfResource'),
  ...each('dynamodb', everything, 'ListTables'),
  BatchGetItem: eachTable('BatchGetItem'),
  BatchWriteItem: eachTable('BatchWriteItem'),
};

/** "Actions, resources, and condition keys for AWS Secrets Manager". One that does not exist yet is judged as if it had been made. */
const secretArn = ({ SecretId, Name }: Input, known: Known): string => {
  const given = String(SecretId ?? Name);
  return known.secret(given)?.arn ?? arnOr('secretsmanager', 'secret:', `${given}-XXXXXX`);
};
const tagsOf = ({ SecretId }: Input, known: Known): Context =>
  Object.fromEntries(
    (known.secret(String(SecretId))?.tags ?? []).flatMap(({ Key, Value }) => [
      [`aws:ResourceTag/${Key}`, Value],
      [`secretsmanager:ResourceTag/${Key}`, Value],
    ]),
  );
const onSecret =
  (operation: string, extra: (input: Input) => Context = () => ({})): Needs =>
  (input, known) => [
    question(`secretsmanager:${operation}`, secretArn(input, known), { ...tagsOf(input, known), ...extra(input) }),
  ];
const onSecrets = (...operations: readonly string[]): Calls =>
  Object.fromEntries(operations.map((operation) => [operation, onSecret(operation)]));
const stage = ({ VersionStage }: Input): Context =>
  VersionStage === undefined ? {} : { 'secretsmanager:VersionStage': String(VersionStage) };
const secretsmanager: Calls = {
  ...onSecrets(
    'DescribeSecret',
    'ListSecretVersionIds',
    'PutSecretValue',
    'UpdateSecret',
    'UntagResource',
    'TagResource',
  ),
  ...onSecrets('CancelRotateSecret', 'DeleteSecret', 'RestoreSecret'),
  ...each('secretsmanager', everything, 'ListSecrets', 'GetRandomPassword'),
  GetSecretValue: onSecret('GetSecretValue', stage),
  UpdateSecretVersionStage: onSecret('UpdateSecretVersionStage', stage),
  CreateSecret: (input, known) => [
    ...onSecret('CreateSecret')(input, known),
    ...(input.Tags === undefined ? [] : onSecret('TagResource')(input, known)),
  ],
  // Who sets a rotation function must be allowed to call it (API reference of RotateSecret).
  RotateSecret: (input, known) => {
    const functionArn = input.RotationLambdaARN ?? known.secret(String(input.SecretId))?.functionArn;
    return [
      ...onSecret('RotateSecret')(input, known),
      ...(functionArn === undefined ? [] : [question('lambda:InvokeFunction', functionArnOf(functionArn))]),
    ];
  },
};

/** "Actions, resources, and condition keys for AWS Step Functions". */
const machine = ({ stateMachineArn }: Input): string => String(stateMachineArn);
const execution = ({ executionArn }: Input): string => String(executionArn);
const states: Calls = {
  ...each('states', machine, 'StartExecution', 'ListExecutions', 'DescribeStateMachine'),
  ...each('states', execution, 'DescribeExecution', 'StopExecution', 'GetExecutionHistory'),
  ...each('states', everything, 'ListStateMachines'),
};

/** "Actions, resources, and condition keys for AWS Lambda". */
const lambda: Calls = {
  Invoke: ({ FunctionName }) => [question('lambda:InvokeFunction', functionArnOf(FunctionName))],
  InvokeFunctionUrl: ({ FunctionName }) => [
    question('lambda:InvokeFunctionUrl', functionArnOf(FunctionName), { 'lambda:FunctionUrlAuthType': 'AWS_IAM' }),
  ],
};

/** "Actions, resources, and condition keys for Amazon SNS"; who publishes to an encrypted topic must be allowed to use its key through SNS. */
const topic = ({ TopicArn, TargetArn }: Input): string => String(TopicArn ?? TargetArn);
const sns: Calls = {
  ...each('sns', topic, 'GetTopicAttributes'),
  ...each('sns', ({ Name }) => arn('sns', String(Name)), 'CreateTopic'),
  ...each('sns', everything, 'ListTopics'),
  Publish: (input, known) => {
    const key = known.keyOfTopic(topic(input));
    const throughSns = { 'kms:ViaService': `sns.${region}.amazonaws.com` };
    return [
      question('sns:Publish', topic(input)),
      ...(key ? ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => question(action, key, throughSns)) : []),
    ];
  },
};

/** "Actions, resources, and condition keys for Amazon EventBridge": each entry of PutEvents by its bus, source and type. */
const bus = (given: unknown): string => arnOr('events', 'event-bus/', given ?? 'default');
const events: Calls = {
  ...each('events', ({ Name }) => bus(Name), 'DescribeEventBus', 'CreateEventBus', 'DeleteEventBus'),
  ...each('events', everything, 'ListEventBuses'),
  PutEvents: ({ Entries }) =>
    listOf(Entries).map(({ EventBusName, DetailType, Source }) =>
      question('events:PutEvents', bus(EventBusName), {
        ...(DetailType === undefined ? {} : { 'events:detail-type': String(DetailType) }),
        ...(Source === undefined ? {} : { 'events:source': String(Source) }),
      }),
    ),
};

/** GetCallerIdentity needs no permission, and none can take it away (its API reference). */
const sts: Calls = { GetCallerIdentity: nothing };

const services: Readonly<Record<string, Calls>> = { dynamodb, secretsmanager, states, lambda, sns, events, sts };

/**
 * What a call needs to be allowed; `undefined` for a call that this table does not have, which is refused, whoever makes it.
 * A new call of a service is a line above.
 */
export const needsOf = (service: string, operation: string): Needs | undefined => {
  const calls = Object.hasOwn(services, service) ? services[service] : undefined;
  return calls && Object.hasOwn(calls, operation) ? calls[operation] : undefined;
};

/** What every call carries, besides what its line says: this machine plays TLS, over loopback. */
export const always: Context = { 'aws:SecureTransport': 'true' };

/** The condition keys that calls carry here, in lower case; a policy that looks at another one is refused at the start. */
export const isSupplied = (key: string): boolean =>
  /^(aws:(securetransport|sourcearn|sourceaccount|resourcetag\/.+)|secretsmanager:(resourcetag\/.+|versionstage)|kms:viaservice|lambda:functionurlauthtype|events:(detail-type|source))$/.test(
    key,
  );

/** Actions whose use nothing on this machine can show: what AWS does by itself, in the name of a role. */
export const outsideTheProof: Readonly<Record<string, string>> = {
  'logs:': 'Lambda and Step Functions write their logs themselves; here they go to the journal.',
  'xray:': 'Traces are sent by Lambda and Step Functions themselves; there is no X-Ray here.',
  'sqs:': 'Lambda sends what it gave up on to a queue itself; there are no queues here.',
};
