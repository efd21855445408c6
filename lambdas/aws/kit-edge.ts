import type { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { KitEdge } from '../ports.ts';
import { kitDistributionsIn } from './kit-distributions.ts';
import { kitFunctionsIn } from './kit-functions.ts';
import { type Fetching, kitPackagesIn } from './kit-packages.ts';

/** Where functions at the edge are made and where CloudFront is asked, whatever the region of the deployment ("Restrictions on Lambda@Edge"). */
export const edgeRegion = 'us-east-1';

/** How the clients are made, each once. */
export type EdgeClients = {
  lambda(sdk: typeof import('@aws-sdk/client-lambda')): LambdaClient;
  cloudFront(sdk: typeof import('@aws-sdk/client-cloudfront')): CloudFrontClient;
};

/** Functions at the edge of CloudFront and their distributions, in AWS. */
export const kitEdgeIn = (clients: EdgeClients, fetching: Fetching): KitEdge => {
  let made: LambdaClient | undefined;
  const lambda: EdgeClients['lambda'] = (sdk) => {
    made ??= clients.lambda(sdk);
    return made;
  };
  return {
    functions: kitFunctionsIn(lambda),
    packages: kitPackagesIn(lambda, fetching),
    distributions: kitDistributionsIn(clients.cloudFront),
  };
};
