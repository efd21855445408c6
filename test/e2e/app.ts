import { AspectPriority, CfnResource, RemovalPolicies, Stack } from 'aws-cdk-lib/core';
import { rotationApp } from '../../lib/synthesise.ts';

/** The name of the stack that the end-to-end test deploys beside whatever else is in the account. */
export const e2eStackName = 'GatewayCredentialRotationE2e';

/**
 * The product's own app under another name, made so that it can be deleted whole: what a deployment keeps, this one gives up.
 * Without the trail of who pressed: CloudTrail's bucket could not be deleted with the records in it.
 */
export const e2eApp = (...[props]: Parameters<typeof rotationApp>): ReturnType<typeof rotationApp> => {
  const app = rotationApp({ ...props, context: { ...props?.context, stackName: e2eStackName, pressTrail: false } });
  const stack = app.node.children.find(Stack.isStack);
  if (!stack) throw new Error('The app has no stack.');
  stack.terminationProtection = false;
  RemovalPolicies.of(stack).destroy({ priority: AspectPriority.READONLY - 1 });
  for (const one of stack.node.findAll())
    if (CfnResource.isCfnResource(one) && one.cfnResourceType === 'Custom::GatewayRegistry')
      one.addPropertyOverride('Protected', []); // the tables too
  return app;
};

if (import.meta.main) e2eApp().synth();
