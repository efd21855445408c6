import { ArnFormat, type Stack } from 'aws-cdk-lib/core';
import { z } from 'zod';
import { distinct, kitsInFile } from './kits-in-file.ts';
import type { Grant, RotationFunction } from './rotation-function.ts';

const edgeKit = z.object({
  kind: z.literal('aws-lambda-edge'),
  settings: z.object({
    functionName: z.string().regex(/^(arn:aws:lambda:us-east-1:\d{12}:function:)?[A-Za-z0-9_-]{1,64}$/),
    distributionId: z.string().regex(/^[A-Z0-9]{8,32}$/),
  }),
});

/** Functions by name or ARN, and distributions by id, each once. */
export type EdgeKits = { readonly functions: readonly string[]; readonly distributions: readonly string[] };

/** The functions at the edge of CloudFront that are kits in the file, and the distributions that call them. */
export const edgeKits = (path: string): EdgeKits => {
  const named = kitsInFile(path, edgeKit).map(({ settings }) => settings);
  return {
    functions: distinct(named.map(({ functionName }) => functionName)),
    distributions: distinct(named.map(({ distributionId }) => distributionId)),
  };
};

/**
 * What may be done with those one by one, and nothing when there are none. To associate a version takes the permissions that
 * "Set up IAM permissions and roles for Lambda@Edge" (CloudFront guide) names, but for the service-linked role: a
 * distribution that calls the function already has made it.
 */
export const grantsOnEdge = (
  stack: Stack,
  { functions, distributions }: EdgeKits,
): { readonly read: Grant; readonly change: Grant } => {
  const functionArns = functions.map((name) =>
    name.startsWith('arn:')
      ? name
      : stack.formatArn({
          service: 'lambda',
          region: 'us-east-1',
          resource: 'function',
          resourceName: name,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
  );
  const distributionArns = distributions.map((id) =>
    stack.formatArn({ service: 'cloudfront', region: '', resource: 'distribution', resourceName: id }),
  );
  const onDistributions = (to: RotationFunction, ...operations: readonly string[]): void => {
    const actions = operations.map((operation) => `cloudfront:${operation}`);
    if (distributionArns.length > 0) to.allow(actions, distributionArns);
  };
  const ofVersions = 'Its versions have numbers that are not known before.';
  return {
    read: (to) => {
      onDistributions(to, 'GetDistribution');
      const actions = ['lambda:GetFunction', 'lambda:GetFunctionConfiguration'];
      for (const arn of functionArns) {
        to.allow(actions, [arn]);
        to.allowWherever(actions, `${arn}:*`, ofVersions);
      }
    },
    change: (to) => {
      onDistributions(to, 'GetDistributionConfig', 'UpdateDistribution');
      for (const arn of functionArns) {
        to.allow(['lambda:PublishVersion', 'lambda:UpdateFunctionCode'], [arn]);
        for (const action of ['lambda:EnableReplication*', 'lambda:DisableReplication*']) {
          to.allowWherever([action], `${arn}:*`, ofVersions);
          to.acceptAction(action, 'AWS names this action with a star at its end.');
        }
      }
    },
  };
};
