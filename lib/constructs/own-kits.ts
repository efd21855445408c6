import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { urlAlias } from '../../lambdas/domain/names.ts';
import { RotationFunction } from './rotation-function.ts';

export type OwnKitsProps = { readonly logRetentionDays: RetentionDays };

/** Where owners look at their own kits and acknowledge them: a URL whose callers IAM knows, and gateways.json the owners of. */
export class OwnKits extends Construct {
  readonly fn: RotationFunction;
  readonly url: string;
  /** Who calls it by its URL calls this alias. */
  readonly aliasArn: string;

  constructor(scope: Construct, id: string, { logRetentionDays }: OwnKitsProps) {
    super(scope, id);
    this.fn = new RotationFunction(this, 'OwnKits', {
      description: 'Lets owners look at their own kits and acknowledge them.',
      timeoutSeconds: 30, // a person is waiting
      logRetentionDays,
    });
    const alias = this.fn.addAlias(urlAlias);
    this.aliasArn = `${this.fn.functionArn}:${urlAlias}`;
    this.url = alias.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM }).url;
  }
}
