const nested = (open: string, close: string, depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`;

/** Bodies that are no input of any operation. */
export const hostileBodies: readonly string[] = [
  '{',
  'null',
  '[]',
  '"text"',
  '\u0000',
  '{"__proto__":{"x":1},"constructor":1}',
  nested('[', ']', 100_000),
  nested('{"a":', '}', 20_000),
];

/** JSON texts of values that a member of any type may be given. */
export const hostileValues: readonly string[] = [
  ...[null, 0, -1, 1.5, 1e308, true, '', ' ', '%', '%zz', '\u0000', '\ud800', '..', '*', '$' + '{x}', 'x'.repeat(5000)],
  ...[
    [],
    [null],
    [1],
    [{}],
    {},
    { a: 1 },
    { a: null },
    'arn:aws:',
    '::::::',
    'arn:aws:states:us-east-1:000000000000:stateMachine:(',
  ],
  ...['arn:aws:states:us-east-1:000000000000:execution:', 'arn:aws:lambda:us-east-1:000000000000:function:\n'],
]
  .map((value) => JSON.stringify(value))
  .concat(nested('[', ']', 20_000), nested('{"a":', '}', 20_000));

const arn = (service: string, resource: string): string => `arn:aws:${service}:us-east-1:000000000000:${resource}`;
const machine = { stateMachineArn: arn('states', 'stateMachine:Machine') };
const execution = { executionArn: arn('states', 'execution:Machine:none') };
const page = { maxResults: 1, nextToken: 'token' };
const secret = { SecretId: 'any' };
const parameter = { ResourceType: 'Parameter', ResourceId: 'any' };
const paged = { MaxResults: 1, NextToken: 'MA' };
const value = { ClientRequestToken: 'x'.repeat(32), SecretString: 'text', SecretBinary: 'dGV4dA==' };
const table = { TableName: 'any', Key: { id: { S: 'x' } } };

/** Every operation that is emulated under the JSON protocol, by `X-Amz-Target` prefix. */
export const jsonOperations: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>> = {
  secretsmanager: {
    CancelRotateSecret: secret,
    CreateSecret: { Name: 'new', Description: 'text', Tags: [{ Key: 'a', Value: 'b' }], ...value },
    DeleteSecret: { ...secret, RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: false },
    DescribeSecret: secret,
    GetRandomPassword: { PasswordLength: 8, ExcludeCharacters: 'a', IncludeSpace: true },
    GetSecretValue: { ...secret, VersionId: 'x'.repeat(32), VersionStage: 'AWSCURRENT' },
    ListSecretVersionIds: { ...secret, IncludeDeprecated: true, ...paged },
    ListSecrets: { Filters: [{ Key: 'name', Values: ['a'] }], SortOrder: 'asc', ...paged },
    PutSecretValue: { ...secret, ...value, VersionStages: ['a'], RotationToken: 'text' },
    RestoreSecret: secret,
    RotateSecret: {
      ...secret,
      ClientRequestToken: 'x'.repeat(32),
      RotationLambdaARN: arn('lambda', 'function:fn'),
      RotationRules: { AutomaticallyAfterDays: 1 },
      RotateImmediately: false,
    },
    TagResource: { ...secret, Tags: [{ Key: 'a', Value: 'b' }] },
    UntagResource: { ...secret, TagKeys: ['a'] },
    UpdateSecret: { ...secret, Description: 'text', ...value },
    UpdateSecretVersionStage: {
      ...secret,
      VersionStage: 'a',
      RemoveFromVersionId: 'x'.repeat(32),
      MoveToVersionId: 'y'.repeat(32),
    },
  },
  AmazonSSM: {
    AddTagsToResource: { ...parameter, Tags: [{ Key: 'a', Value: 'b' }] },
    DeleteParameter: { Name: 'any' },
    DescribeDocument: { Name: 'any', DocumentVersion: '1' },
    DescribeParameters: { ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: ['a'] }], ...paged },
    GetParameter: { Name: 'any', WithDecryption: true },
    GetParameterHistory: { Name: 'any', WithDecryption: true, ...paged },
    ListCommands: { CommandId: 'x'.repeat(36), Filters: [{ key: 'DocumentName', value: 'any' }], ...paged },
    ListTagsForResource: parameter,
    PutParameter: {
      ...{ Name: 'new', Value: 'text', Type: 'SecureString', Overwrite: true, Tier: 'Standard', DataType: 'text' },
      ...{ Description: 'text', KeyId: 'alias/any', AllowedPattern: '.*' },
    },
    RemoveTagsFromResource: { ...parameter, TagKeys: ['a'] },
    SendCommand: {
      ...{ DocumentName: 'any', DocumentVersion: '1', InstanceIds: ['i-00000000'], Comment: 'text' },
      ...{ Targets: [{ Key: 'tag:a', Values: ['b'] }], Parameters: { A: ['b'] }, TimeoutSeconds: 60 },
    },
  },
  AWSStepFunctions: {
    DescribeExecution: execution,
    DescribeStateMachine: machine,
    GetExecutionHistory: { ...execution, ...page, reverseOrder: true, includeExecutionData: true },
    ListExecutions: { ...machine, ...page, statusFilter: 'RUNNING', redriveFilter: 'REDRIVEN', mapRunArn: 'text' },
    ListStateMachines: page,
    StartExecution: { ...machine, name: 'name', input: '{}', traceHeader: 'text' },
    StopExecution: { ...execution, error: 'text', cause: 'text' },
  },
  AWSEvents: {
    CreateEventBus: { Name: 'new' },
    DeleteEventBus: { Name: 'other' },
    DescribeEventBus: { Name: 'default' },
    ListEventBuses: { NamePrefix: 'a', Limit: 1, NextToken: 'token' },
    PutEvents: { Entries: [{ Source: 'a', DetailType: 'b', Detail: '{}' }] },
  },
  TrentService: {
    DisableKey: { KeyId: 'key' },
    EnableKey: { KeyId: 'key' },
    GetPublicKey: { KeyId: 'key' },
    Sign: { KeyId: 'key', Message: 'dGV4dA==', MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' },
  },
  DynamoDB_20120810: {
    BatchGetItem: { RequestItems: { any: { Keys: [{ id: { S: 'x' } }] } } },
    BatchWriteItem: { RequestItems: { any: [{ DeleteRequest: { Key: { id: { S: 'x' } } } }] } },
    CreateTable: {
      TableName: 'new',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
    DeleteItem: { ...table, ConditionExpression: 'attribute_exists(id)' },
    DeleteTable: { TableName: 'other' },
    DescribeTable: { TableName: 'any' },
    GetItem: { ...table, ConsistentRead: true, ProjectionExpression: 'id' },
    ListTables: { Limit: 1, ExclusiveStartTableName: 'any' },
    PutItem: { TableName: 'any', Item: { id: { S: 'x' } }, ExpressionAttributeNames: { '#a': 'b' } },
    Query: { TableName: 'any', KeyConditionExpression: 'id = :a', ExpressionAttributeValues: { ':a': { S: 'x' } } },
    Scan: { TableName: 'any', FilterExpression: 'id = :a', ExclusiveStartKey: { id: { S: 'x' } }, Limit: 1 },
    TagResource: { ResourceArn: arn('dynamodb', 'table/any'), Tags: [{ Key: 'a', Value: 'b' }] },
    UntagResource: { ResourceArn: arn('dynamodb', 'table/any'), TagKeys: ['a'] },
    UpdateItem: { ...table, UpdateExpression: 'SET a = :a', ExpressionAttributeValues: { ':a': { S: 'x' } } },
  },
};
