import { describe, expect, test } from 'vitest';
import { synthesised, text } from './synthesised.ts';

const stack = synthesised();

const gateways = '{GatewayStoreGatewaysTable.Arn}';
const use = '{GatewayStoreUseTable.Arn}';
const outbox = '{NewsOutbox.Arn}';
const readKits = [`dynamodb:Query on ${gateways}`];
const readAndSave = [`dynamodb:GetItem on ${gateways}`, `dynamodb:PutItem on ${gateways}`, ...readKits];
const readAndSaveKits = [...readKits, `dynamodb:UpdateItem on ${gateways}`];
const lists = [`dynamodb:Query on ${gateways}/index/by-list`];
const readUse = [`dynamodb:Query on ${use}`];
const readProbes = [`dynamodb:GetItem on ${use}`];
const publish = ['events:DescribeEventBus', 'events:PutEvents'].map(
  (action) => `${action} on {TransitionEventsBus.Arn}`,
);
const traced = ['xray:PutTelemetryRecords on *', 'xray:PutTraceSegments on *'];
const start = ['states:StartExecution on {WorkflowStateMachine}'];

const through = (service: string) => `when StringEquals=kms:ViaService=${service}.{AWS::Region}.amazonaws.com`;
const decryptSecrets = [`kms:Decrypt on {RotationKey.Arn} ${through('secretsmanager')}`];
const encryptSecrets = [...decryptSecrets, `kms:GenerateDataKey on {RotationKey.Arn} ${through('secretsmanager')}`];
const tellOwners = [
  'sns:Publish on {OwnerNotificationsTopic}',
  `kms:Decrypt on {RotationKey.Arn} ${through('sns')}`,
  `kms:GenerateDataKey on {RotationKey.Arn} ${through('sns')}`,
];

const secrets = 'arn:{AWS::Partition}:secretsmanager:{AWS::Region}:{AWS::AccountId}:secret';
const onGatewaySecrets = (...operations: string[]) =>
  operations.map(
    (operation) => `secretsmanager:${operation} on ${secrets}:gateway-credential/{AWS::StackName}-{AWS::StackId}/*`,
  );
const tag = 'aws:ResourceTag/gateway-credential-rotation';
const onKitSecrets = (...operations: string[]) =>
  ['DescribeSecret', ...operations].map(
    (operation) =>
      `secretsmanager:${operation} on ${secrets}:* when StringLike=${tag}=?* StringNotEquals=${tag}=gateway, kit`,
  );

/** All that each function may do besides writing its own log. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  authorize: [`dynamodb:GetItem on ${gateways}`, `dynamodb:UpdateItem on ${use}`],
  sideband: [],
  'begin-rotation': [
    ...readAndSave,
    ...readKits,
    ...readUse,
    ...publish,
    ...traced,
    ...decryptSecrets,
    ...onGatewaySecrets('DescribeSecret', 'GetSecretValue'),
    ...onKitSecrets('GetSecretValue'),
  ],
  'create-credential': [
    ...readAndSave,
    ...readUse,
    ...publish,
    ...traced,
    ...encryptSecrets,
    ...onGatewaySecrets('DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'),
    ...onKitSecrets('GetSecretValue'),
  ],
  'distribute-shard': [
    `dynamodb:GetItem on ${gateways}`,
    ...readAndSaveKits,
    ...traced,
    ...tellOwners,
    ...decryptSecrets,
    ...onGatewaySecrets('DescribeSecret', 'GetSecretValue'),
    ...onKitSecrets('GetSecretValue', 'PutSecretValue'),
  ],
  'verify-kits': [
    ...readAndSave,
    ...readAndSaveKits,
    ...readUse,
    ...readProbes,
    ...publish,
    ...traced,
    ...tellOwners,
    ...decryptSecrets,
    ...onGatewaySecrets('DescribeSecret', 'GetSecretValue'),
    ...onKitSecrets('GetSecretValue'),
  ],
  'revoke-credential': [
    ...readAndSave,
    ...readUse,
    ...publish,
    ...traced,
    ...tellOwners,
    ...decryptSecrets,
    ...onGatewaySecrets('DescribeSecret', 'GetSecretValue'),
    ...onKitSecrets('GetSecretValue'),
  ],
  'confirm-revoked': [
    ...readAndSave,
    ...publish,
    ...traced,
    ...decryptSecrets,
    ...onGatewaySecrets('DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
    ...onKitSecrets('GetSecretValue'),
  ],
  reconcile: [
    `dynamodb:BatchGetItem on ${gateways}`,
    ...readAndSave,
    ...readAndSaveKits,
    ...lists,
    ...readProbes,
    ...readUse,
    ...publish,
    ...tellOwners,
    ...start,
    'states:DescribeExecution on arn:{AWS::Partition}:states:{AWS::Region}:{AWS::AccountId}:execution:{WorkflowStateMachine.Name}:*',
    'states:StopExecution on arn:{AWS::Partition}:states:{AWS::Region}:{AWS::AccountId}:execution:{WorkflowStateMachine.Name}:*',
    ...decryptSecrets,
    ...onGatewaySecrets('DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
    ...onKitSecrets('GetSecretValue'),
  ],
  'rotate-secret': [
    ...readAndSave,
    ...publish,
    ...start,
    'states:DescribeExecution on arn:{AWS::Partition}:states:{AWS::Region}:{AWS::AccountId}:execution:{WorkflowStateMachine.Name}:*',
    ...encryptSecrets,
    ...onGatewaySecrets('DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'),
    ...onKitSecrets('GetSecretValue'),
  ],
  'apply-registry': [
    `dynamodb:BatchWriteItem on ${gateways}`,
    ...[gateways, use].flatMap((table) => [`dynamodb:DescribeTable on ${table}`, `dynamodb:UpdateTable on ${table}`]),
    ...readAndSave,
    ...readAndSaveKits,
    ...lists,
    ...publish,
    ...start,
    ...encryptSecrets,
    ...onGatewaySecrets('CreateSecret', 'DescribeSecret', 'RestoreSecret', 'TagResource'),
    ...onGatewaySecrets('RotateSecret', 'CancelRotateSecret'),
    ...tellOwners,
    `dynamodb:GetItem on ${outbox}`,
    `dynamodb:PutItem on ${outbox}`,
    'lambda:InvokeFunction on {RotateSecret.Arn}',
  ],
  operate: [
    ...readAndSave,
    ...readAndSaveKits,
    ...readUse,
    ...publish,
    ...start,
    'states:DescribeExecution on arn:{AWS::Partition}:states:{AWS::Region}:{AWS::AccountId}:execution:{WorkflowStateMachine.Name}:*',
    'states:StopExecution on arn:{AWS::Partition}:states:{AWS::Region}:{AWS::AccountId}:execution:{WorkflowStateMachine.Name}:*',
    ...encryptSecrets,
    ...onGatewaySecrets('DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
    ...onGatewaySecrets('CreateSecret', 'RestoreSecret', 'TagResource'),
    ...onKitSecrets('GetSecretValue'),
  ],
  evidence: [
    `dynamodb:BatchGetItem on ${gateways}`,
    `dynamodb:GetItem on ${gateways}`,
    ...readKits,
    ...lists,
    `dynamodb:Query on ${use}`,
    'kms:GetPublicKey on {EvidenceKey.Arn}',
    'kms:Sign on {EvidenceKey.Arn}',
  ],
  'own-kits': [...readAndSave, ...readAndSaveKits, `dynamodb:GetItem on ${outbox}`, ...publish],
  'deliver-news': [
    ...['DeleteItem', 'GetItem', 'PutItem', 'Query'].map((operation) => `dynamodb:${operation} on ${outbox}`),
    `dynamodb:Query on ${outbox}/index/by-list`,
    `dynamodb:GetItem on ${gateways}`,
    ...readKits,
    ...['DescribeSecret', 'GetSecretValue'].map(
      (operation) => `secretsmanager:${operation} on ${secrets}:* when StringLike=${tag}=news:?*, * news:?*`,
    ),
    'sqs:SendMessage on {DeadLettersQueue.Arn}',
    'sqs:GetQueueAttributes on {DeadLettersQueue.Arn}',
    'sqs:GetQueueUrl on {DeadLettersQueue.Arn}',
  ],
  console: [
    `dynamodb:Query on ${outbox}`,
    `dynamodb:BatchGetItem on ${gateways}`,
    `dynamodb:GetItem on ${gateways}`,
    ...readKits,
    ...lists,
    `dynamodb:Query on ${use}`,
    'states:DescribeExecution on arn:{AWS::Partition}:states:{AWS::Region}:{AWS::AccountId}:execution:{WorkflowStateMachine.Name}:*',
    ...onGatewaySecrets('DescribeSecret'),
  ],
  'console-act': [
    'lambda:InvokeFunction on {Reconcile.Arn}',
    ...readAndSave,
    ...readAndSaveKits,
    ...readUse,
    ...publish,
    ...start,
    'states:DescribeExecution on arn:{AWS::Partition}:states:{AWS::Region}:{AWS::AccountId}:execution:{WorkflowStateMachine.Name}:*',
    'states:StopExecution on arn:{AWS::Partition}:states:{AWS::Region}:{AWS::AccountId}:execution:{WorkflowStateMachine.Name}:*',
    ...onGatewaySecrets('DescribeSecret'),
  ],
  compromise: [
    `dynamodb:GetItem on ${gateways}`,
    `dynamodb:PutItem on ${gateways}`,
    'lambda:InvokeFunction on {Reconcile.Arn}',
    'sqs:GetQueueAttributes on {CompromiseButtonFailed.Arn}',
    'sqs:GetQueueUrl on {CompromiseButtonFailed.Arn}',
    'sqs:SendMessage on {CompromiseButtonFailed.Arn}',
  ],
};

describe('each role may do what its function does, and nothing else', () => {
  test.for(Object.entries(allowed))('%s', ([name, expected]) => {
    const permissions = stack.permissionsOf(`lambdas/${name}.ts`).filter((line) => !line.startsWith('logs:'));
    expect(permissions).toEqual([...new Set(expected)].toSorted());
  });

  test('no function is left out', () => {
    expect([...stack.functions.keys()].toSorted()).toEqual(
      Object.keys(allowed)
        .map((name) => `lambdas/${name}.ts`)
        .toSorted(),
    );
  });

  test.for([...stack.functions.keys()])('%s writes to its own log and no other', (source) => {
    const { Properties } = stack.functionOf(source);
    const group = /LogGroup=\{(\w+)\}/.exec(text(Properties?.LoggingConfig))?.[1];
    const permissions = stack.permissionsOf(source).filter((line) => line.startsWith('logs:'));
    expect(permissions).toEqual([`logs:CreateLogStream on {${group}.Arn}`, `logs:PutLogEvents on {${group}.Arn}`]);
  });

  test('no function has a managed policy, which would allow more', () => {
    const functionRoles = stack
      .ofType('AWS::IAM::Role')
      .filter(([, { Properties }]) => text(Properties?.AssumeRolePolicyDocument).includes('lambda.amazonaws.com'));
    expect(functionRoles).toHaveLength(Object.keys(allowed).length);
    for (const [, { Properties }] of functionRoles) expect(Properties?.ManagedPolicyArns).toBeUndefined();
  });

  test('the workflow invokes its six tasks and nothing else', () => {
    const [[, machine] = []] = stack.ofType('AWS::StepFunctions::StateMachine');
    const role = text(machine?.Properties?.RoleArn).replace('.Arn', '');
    const others = /^(logs|xray):/;
    expect(stack.allowedTo(role).filter((line) => !others.test(line))).toEqual([
      'lambda:InvokeFunction on {BeginRotation.Arn}',
      'lambda:InvokeFunction on {ConfirmRevoked.Arn}',
      'lambda:InvokeFunction on {CreateCredential.Arn}',
      'lambda:InvokeFunction on {DistributeShard.Arn}',
      'lambda:InvokeFunction on {RevokeCredential.Arn}',
      'lambda:InvokeFunction on {VerifyKits.Arn}',
    ]);
  });

  test('only the Secrets Manager of this account may call the rotation function', () => {
    const [, permission] =
      stack
        .ofType('AWS::Lambda::Permission')
        .find(([, { Properties }]) => Properties?.Principal === 'secretsmanager.amazonaws.com') ?? [];
    expect(text(permission?.Properties?.FunctionName)).toBe('{RotateSecret.Arn}');
    expect(text(permission?.Properties?.SourceAccount)).toBe('{AWS::AccountId}');
  });

  test('only a caller known to IAM reaches the URLs of decisions', () => {
    const urls = stack.ofType('AWS::Lambda::Url');
    expect(urls.map(([, { Properties }]) => [text(Properties?.TargetFunctionArn), Properties?.AuthType])).toEqual([
      ['{Operate.Arn}', 'AWS_IAM'],
      ['{OwnKits.Arn}', 'AWS_IAM'],
    ]);
    const openToAll = stack
      .ofType('AWS::Lambda::Permission')
      .filter(([, { Properties }]) => Properties?.Principal === '*');
    expect(openToAll).toEqual([]);
  });
});
