import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type Alias, FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { urlAlias } from '../../lambdas/domain/names.ts';
import { RotationFunction } from './rotation-function.ts';

export type OwnKitsProps = { readonly logRetentionDays: RetentionDays };

/** Where owners look at their own kits and acknowledge them: a URL whose callers IAM knows, and gateways.json the owners of. */
export class OwnKits extends Construct {
  readonly fn: RotationFunction;
  readonly url: string;
  private readonly alias: Alias;

  constructor(scope: Construct, id: string, { logRetentionDays }: OwnKitsProps) {
    super(scope, id);
    this.fn = new RotationFunction(this, 'OwnKits', {
      description: 'Lets owners look at their own kits and acknowledge them.',
      timeoutSeconds: 30, // a person is waiting
      logRetentionDays,
    });
    this.alias = this.fn.addAlias(urlAlias);
    this.url = this.alias.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM }).url;
  }

  /**
   * What an owner needs to call it, whoever attaches it to his role; which kits are his own is looked at in each call. The
   * value he reads himself: `secretArns` are the secrets of his gateways, and `keyArn` their key.
   */
  statementsForOwners(secretArns: readonly string[], keyArn: string): readonly PolicyStatement[] {
    const { functionArn } = this.alias;
    return [
      new PolicyStatement({
        actions: ['lambda:InvokeFunctionUrl'],
        resources: [functionArn],
        conditions: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
      }),
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [functionArn],
        conditions: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
      }),
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [...secretArns] }),
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${Aws.REGION}.amazonaws.com` } },
      }),
    ];
  }
}
