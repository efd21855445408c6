import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { App, Stack } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { OwnKits } from '../../lib/constructs/own-kits.ts';
import { text } from './synthesised.ts';

test('an owner is let call the URL for owners, read the secrets that are named, and nothing else', () => {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Stack');
  const ownKits = new OwnKits(stack, 'OwnKits', { logRetentionDays: RetentionDays.ONE_YEAR });
  const secret = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:gateway-credential/orders-??????';
  const key = 'arn:aws:kms:eu-central-1:111122223333:key/1';
  const statements = ownKits.statementsForOwners([secret], key).map((one) => stack.resolve(one.toStatementJson()));
  expect(statements.map(({ Action, Resource, Condition }) => text([Action, Resource, Condition ?? '']))).toEqual([
    'lambda:InvokeFunctionUrl, {OwnKitsAliasurl}, StringEquals=lambda:FunctionUrlAuthType=AWS_IAM',
    'lambda:InvokeFunction, {OwnKitsAliasurl}, Bool=lambda:InvokedViaFunctionUrl=true',
    `secretsmanager:GetSecretValue, ${secret}, `,
    `kms:Decrypt, ${key}, StringEquals=kms:ViaService=secretsmanager.{AWS::Region}.amazonaws.com`,
  ]);
});
