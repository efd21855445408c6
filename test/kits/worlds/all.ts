import { apigees } from './apigee.ts';
import { awsLambdas } from './aws-lambda.ts';
import { awsLambdaEdges } from './aws-lambda-edge.ts';
import { azureApims } from './azure-apim.ts';
import { kongs } from './kong.ts';
import { konnects } from './konnect.ts';
import { kubernetesSecrets } from './kubernetes-secret.ts';
import { mulesofts } from './mulesoft.ts';
import { pingGateways } from './pinggateway.ts';
import { secretsManagers } from './secrets-manager.ts';
import { ssmParameters } from './ssm-parameter.ts';
import { webhooks } from './webhook.ts';
import type { KindUnderContract } from './world.ts';

/** Every way in which this system installs a credential. */
export const allUnderContract: readonly KindUnderContract[] = [
  ...kongs,
  ...konnects,
  ...apigees,
  ...azureApims,
  ...mulesofts,
  ...awsLambdas,
  ...awsLambdaEdges,
  ...kubernetesSecrets,
  ...pingGateways,
  ...secretsManagers,
  ...ssmParameters,
  ...webhooks,
];
