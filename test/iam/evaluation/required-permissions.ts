import { accountId, arn, stackArn } from '../../../lib/emulator/account.ts';
import { configurationIn } from '../../../lib/emulator/cloudfront/configuration.ts';
import {
  arnOr,
  type Calls,
  type Context,
  each,
  everything,
  functionArnOf,
  type Input,
  type Needs,
  question,
  through,
} from './permission-question.ts';
import { secretsManagerCalls } from './required-permissions-secrets-manager.ts';

/** "Actions, resources, and condition keys for Amazon DynamoDB". A call that names an index is judged by the index. */
const table = ({ TableName, IndexName }: Input): string =>
  `${arnOr('dynamodb', 'table/', TableName)}${IndexName === undefined ? '' : `/index/${String(IndexName)}`}`;
const onTables =
  (operation: string): Needs =>
  ({ RequestItems }) =>
    Object.keys(Object(RequestItems)).map((TableName) => question(`dynamodb:${operation}`, table({ TableName })));
const dynamodb: Calls = {
  ...each('dynamodb', table, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'),
  ...each('dynamodb', table, 'CreateTable', 'DescribeTable', 'DescribeTimeToLive', 'UpdateTable', 'DeleteTable'),
  ...each('dynamodb', ({ ResourceArn }) => String(ResourceArn), 'TagResource', 'UntagResource', 'ListTagsOfResource'),
  ...each('dynamodb', everything, 'ListTables'),
  BatchGetItem: onTables('BatchGetItem'),
  BatchWriteItem: onTables('BatchWriteItem'),
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
  ...each(
    'lambda',
    ({ FunctionName, Qualifier, Name }) =>
      [functionArnOf(FunctionName), Qualifier ?? Name].filter((part) => part !== undefined).join(':'),
    ...(['GetFunctionConfiguration', 'UpdateFunctionConfiguration', 'PublishVersion'] as const),
    ...(['GetAlias', 'UpdateAlias', 'GetFunction', 'UpdateFunctionCode'] as const),
  ),
  Invoke: ({ FunctionName }) => [question('lambda:InvokeFunction', functionArnOf(FunctionName))],
  // Both, since October 2025 ("Control access to Lambda function URLs").
  InvokeFunctionUrl: ({ FunctionName }) => [
    question('lambda:InvokeFunctionUrl', functionArnOf(FunctionName), { 'lambda:FunctionUrlAuthType': 'AWS_IAM' }),
    question('lambda:InvokeFunction', functionArnOf(FunctionName), { 'lambda:InvokedViaFunctionUrl': 'true' }),
  ],
};

/**
 * "Actions, resources, and condition keys for Amazon CloudFront". Who has a distribution call a function must be let do more with
 * that version ("Set up IAM permissions and roles for Lambda@Edge"); what is no longer called is not in the call, so lambda:DisableReplication* is not asked for.
 */
const distribution = ({ Id }: Input): string => `arn:aws:cloudfront::${accountId}:distribution/${String(Id)}`;
const cloudfront: Calls = {
  ...each('cloudfront', distribution, 'GetDistribution', 'GetDistributionConfig'),
  UpdateDistribution: (input) => [
    question('cloudfront:UpdateDistribution', distribution(input)),
    ...configurationIn(String(input.Document)).associations.flatMap(({ functionArn }) =>
      ['lambda:GetFunction', 'lambda:EnableReplication'].map((action) => question(action, functionArn)),
    ),
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
    const onKey = ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => question(action, key ?? '', through('sns')));
    return [question('sns:Publish', topic(input)), ...(key ? onKey : [])];
  },
};

/** "Actions, resources, and condition keys for Amazon EventBridge": each entry of PutEvents by its bus, source and type. */
const bus = (given: unknown): string => arnOr('events', 'event-bus/', given ?? 'default');
const eventOf = ({ DetailType, Source }: Input): Context => ({
  ...(DetailType === undefined ? {} : { 'events:detail-type': String(DetailType) }),
  ...(Source === undefined ? {} : { 'events:source': String(Source) }),
});
const events: Calls = {
  ...each('events', ({ Name }) => bus(Name), 'DescribeEventBus', 'CreateEventBus', 'DeleteEventBus'),
  ...each('events', everything, 'ListEventBuses'),
  PutEvents: ({ Entries }) =>
    (Array.isArray(Entries) ? (Entries as readonly Input[]) : []).map((entry) =>
      question('events:PutEvents', bus(entry.EventBusName), eventOf(entry)),
    ),
};

/** "Actions, resources, and condition keys for AWS CloudFormation". */
const stack = ({ StackName }: Input): string =>
  String(StackName).startsWith('arn:') ? String(StackName) : stackArn(String(StackName));
const cloudformation: Calls = each('cloudformation', stack, 'DescribeStacks');

/** "Actions, resources, and condition keys for AWS Key Management Service". */
const kms: Calls = each(
  'kms',
  ({ KeyId }) => arnOr('kms', 'key/', KeyId),
  'Sign',
  'GetPublicKey',
  'DisableKey',
  'EnableKey',
);

/** GetCallerIdentity needs no permission, and none can take it away (its API reference). */
const sts: Calls = {
  GetCallerIdentity: () => [],
  ...each('sts', ({ RoleArn }) => String(RoleArn), 'AssumeRole'),
};

/**
 * "Actions, resources, and condition keys for AWS Systems Manager". A parameter of nobody else is under the key of AWS here, whose
 * policy lets in everybody in the account.
 */
const parameter = ({ Name, ResourceId }: Input): string => {
  const name = String(Name ?? ResourceId);
  return arnOr('ssm', 'parameter/', name.startsWith('arn:') ? name : name.replace(/^\//, ''));
};
const ssm: Calls = {
  ...each('ssm', parameter, 'GetParameter', 'GetParameterHistory', 'PutParameter', 'DeleteParameter'),
  ...each('ssm', parameter, 'ListTagsForResource', 'AddTagsToResource', 'RemoveTagsFromResource'),
  ...each('ssm', everything, 'DescribeParameters'),
};

const services: Readonly<Record<string, Calls>> = {
  dynamodb,
  secretsmanager: secretsManagerCalls,
  states,
  lambda,
  cloudfront,
  sns,
  events,
  cloudformation,
  sts,
  ssm,
  kms,
};

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
  [
    /^aws:(securetransport|sourcearn|sourceaccount|resourcetag\/.+)$/,
    /^secretsmanager:(resourcetag\/.+|versionstage)$/,
    /^kms:viaservice$/,
    /^lambda:(functionurlauthtype|invokedviafunctionurl)$/,
    /^events:(detail-type|source)$/,
  ].some((supplied) => supplied.test(key));
