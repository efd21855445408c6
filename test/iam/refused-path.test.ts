import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, test } from 'vitest';
import { compromiseDetailType } from '../../lambdas/compromise/press-input.ts';
import { composeCredential, randomDigits } from '../../lambdas/domain/credential.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import type { Template } from '../../lib/emulator/cloudformation/template.ts';
import { gatewayId, openSystem, type System } from '../support/system.ts';
import { onOther, withoutAction, withoutPermissionOf } from './changed-template.ts';

/** Of the right form, so that it has to be looked up. */
const wellFormed = composeCredential(Array.from({ length: randomDigits }, () => 7)).value;

let system: System;
afterEach(() => system.close());
const open = async (change: (template: Template) => Template): Promise<void> => {
  system = await openSystem({ change });
};
const refusals = () =>
  system.decisions
    .filter(({ isAllowed }) => !isAllowed)
    .map(({ caller, question }) => `${caller} ${question.action} on ${question.resource}`);
const warnings = () => JSON.stringify(system.logged);

describe('Without a permission that the template grants', () => {
  test('a function is refused its call, and its path fails', async () => {
    await open(withoutAction('CreateCredential', 'secretsmanager:PutSecretValue'));
    await system.timers.runUntil(() => refusals().length > 0, 60_000);

    const { secretArn, live } = await system.gateway();
    expect(live).toEqual([]);
    expect(refusals()).toContain(`create-credential secretsmanager:PutSecretValue on ${secretArn}`);
    expect(warnings()).toContain('Secrets Manager answered AccessDeniedException');
  });

  test('to read this table and no other, the authorizer answers 500 and never 401', async () => {
    await open(onOther('Authorize', 'GatewayStoreGatewaysTable', 'GatewayStoreUseTable'));

    expect(await system.ask(wellFormed, 'one', 1)).toBe(500);
    expect(refusals()[0]).toMatch(/^authorize dynamodb:GetItem on .*table\/GatewayStoreGatewaysTable/);
  });

  test('to decrypt with the key of the secrets, a function is told so by Secrets Manager', async () => {
    await open(withoutAction('CreateCredential', 'kms:Decrypt'));
    await system.timers.runUntil(() => refusals().length > 0, 60_000);

    expect(refusals()[0]).toMatch(/^create-credential kms:Decrypt on .*:key\/RotationKey/);
    expect((await system.gateway()).live).toEqual([]);
  });

  test('the workflow fails as AWS says when its role may not invoke a task', async () => {
    await open(withoutAction('WorkflowStateMachine', 'lambda:InvokeFunction'));
    const executionArn = await system.start({ gatewayId, reason: 'test' });
    const { stepFunctions } = system.deployment;
    await system.timers.runUntil(
      async () => (await stepFunctions.send(new DescribeExecutionCommand({ executionArn }))).status === 'FAILED',
      30 * 60_000,
    );

    const { events } = await stepFunctions.send(new GetExecutionHistoryCommand({ executionArn }));
    const failed = events?.find(({ type }) => type === 'LambdaFunctionFailed')?.lambdaFunctionFailedEventDetails;
    expect(failed?.error).toBe('Lambda.AWSLambdaException');
    expect(failed?.cause).toMatch(
      /^User: arn:aws:sts::000000000000:assumed-role\/WorkflowStateMachineRole\w+\/rotation is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:begin-rotation because no identity-based policy allows the lambda:InvokeFunction action$/,
    );
  });
});

describe('Without the Lambda permission of', () => {
  test('Secrets Manager, RotateSecret is refused', async () => {
    await open(withoutPermissionOf('secretsmanager.amazonaws.com'));
    const { secretArn } = await system.gateway();
    const RotationLambdaARN = 'arn:aws:lambda:us-east-1:000000000000:function:rotate-secret';
    const rotated = system.deployment.secretsManager.send(
      new RotateSecretCommand({ SecretId: secretArn, RotationLambdaARN }),
    );

    await expect(rotated).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    });
  });

  test('API Gateway, the policy check answers 500 with the body that kits parse', async () => {
    await open(withoutPermissionOf('apigateway.amazonaws.com'));
    const url = `${system.deployment.policyCheckUrl}/gateways/${gatewayId}/kits/one/sideband/request`;
    const response = await fetch(url, { method: 'POST', headers: { 'client-token': 'any' } });

    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: 'UNEXPECTED_ERROR' });
    expect(refusals()).toEqual([
      'apigateway.amazonaws.com lambda:InvokeFunction on arn:aws:lambda:us-east-1:000000000000:function:authorize',
    ]);
  });

  test('EventBridge, a press of the button by an event reaches nobody', async () => {
    await open(withoutPermissionOf('events.amazonaws.com'));
    const { cloud } = system.deployment;
    const events = new EventBridgeClient(clientSettings({ environment: cloud.operator }));
    const Detail = JSON.stringify({ gatewayId, confirmGatewayId: gatewayId, reason: 'test', requestId: 'one' });
    const entry = {
      EventBusName: cloud.outputs.compromiseBus,
      Source: 'test',
      DetailType: compromiseDetailType,
      Detail,
    };
    await events.send(new PutEventsCommand({ Entries: [entry] }));
    events.destroy();

    expect((await system.gateway()).rotation?.trigger).toBe('bootstrap');
    expect(refusals()).toContain(
      'events.amazonaws.com lambda:InvokeFunction on arn:aws:lambda:us-east-1:000000000000:function:compromise',
    );
  });
});
