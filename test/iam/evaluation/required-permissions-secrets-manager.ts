import {
  arnOr,
  type Calls,
  type Context,
  each,
  everything,
  functionArnOf,
  type Input,
  type Known,
  type Needs,
  question,
  through,
} from './permission-question.ts';

/** One that does not exist yet is judged as if it had been made. */
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

const stageOf = ({ VersionStage }: Input): Context =>
  VersionStage === undefined ? {} : { 'secretsmanager:VersionStage': String(VersionStage) };

const onSecret =
  (operation: string): Needs =>
  (input, known) => [
    question(`secretsmanager:${operation}`, secretArn(input, known), { ...tagsOf(input, known), ...stageOf(input) }),
  ];

const onSecrets = (...operations: readonly string[]): Calls =>
  Object.fromEntries(operations.map((operation) => [operation, onSecret(operation)]));

/**
 * Besides, what Secrets Manager does with the key in its caller's name ("Secret encryption and decryption"). Nothing is
 * encrypted here: this asks for what AWS documents. The secret of somebody else is under a key of its owner.
 */
const withKey =
  (needs: Needs, ...actions: readonly string[]): Needs =>
  (input, known) => {
    const { prefix, keyArn } = known.secretsKey ?? {};
    const name = secretArn(input, known).split(':secret:')[1] ?? '';
    const isUnderKey = prefix !== undefined && keyArn !== undefined && name.startsWith(prefix);
    const onKey = actions.map((action) => question(`kms:${action}`, keyArn ?? '', through('secretsmanager')));
    return [...needs(input, known), ...(isUnderKey ? onKey : [])];
  };
const encrypting = (needs: Needs): Needs => withKey(needs, 'GenerateDataKey', 'Decrypt');

/** "Actions, resources, and condition keys for AWS Secrets Manager". */
export const secretsManagerCalls: Calls = {
  ...onSecrets('DescribeSecret', 'ListSecretVersionIds', 'TagResource', 'UntagResource', 'UpdateSecretVersionStage'),
  ...onSecrets('CancelRotateSecret', 'DeleteSecret', 'RestoreSecret'),
  ...each('secretsmanager', everything, 'ListSecrets', 'GetRandomPassword'),
  GetSecretValue: withKey(onSecret('GetSecretValue'), 'Decrypt'),
  PutSecretValue: encrypting(onSecret('PutSecretValue')),
  UpdateSecret: encrypting(onSecret('UpdateSecret')),
  CreateSecret: encrypting((input, known) => [
    ...onSecret('CreateSecret')(input, known),
    ...(input.Tags === undefined ? [] : onSecret('TagResource')(input, known)),
  ]),
  // Who sets a rotation function must be allowed to call it (API reference of RotateSecret).
  RotateSecret: (input, known) => {
    const functionArn = input.RotationLambdaARN ?? known.secret(String(input.SecretId))?.functionArn;
    return [
      ...onSecret('RotateSecret')(input, known),
      ...(functionArn === undefined ? [] : [question('lambda:InvokeFunction', functionArnOf(functionArn))]),
    ];
  },
};
