import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RotationFunction } from './rotation-function.ts';

/**
 * The alias that API Gateway calls, with so many instances kept warm. It names a version, which has the code and the
 * variables of one release: CloudFormation changes the function's one after the other, and between the two new code would
 * answer every request without its variables. Its id is that of the warm instances, for which it was there first.
 */
export const released = (authorize: RotationFunction, instances: number): IFunction =>
  authorize.addAlias('warm', instances > 0 ? { provisionedConcurrentExecutions: instances } : {}) as IFunction; // CDK's own types differ in what may be undefined

/** Deploys the API only when it may ask the authorizer: a stage that asks in a new way, through another alias say, would until then be answered 500. */
export const deployAfterPermissions = (api: RestApi, authorize: RotationFunction): void => {
  for (const permission of authorize.node.findAll().filter((one) => one instanceof CfnPermission)) {
    api.latestDeployment?.node.addDependency(permission);
    api.deploymentStage.node.addDependency(permission);
  }
};
