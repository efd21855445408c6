import {
  CloudFrontClient,
  CreateDistributionCommand,
  type DistributionConfig,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { type CloudFront, createCloudFront } from '../../lib/emulator/cloudfront/cloudfront.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { distributionConfig } from '../kits/edge.ts';
import { contractOf } from './contract.ts';

let atHome: CloudFront | undefined;
const { clause, clientOptions } = contractOf('cloudfront', () => {
  atHome = createCloudFront({
    accountId: '000000000000',
    versionOf: () => undefined,
    clock: Date.now,
    deployMs: 60_000,
  });
  return runEndpoint([atHome]);
});

let client: CloudFrontClient;
beforeAll(() => {
  client = new CloudFrontClient(clientOptions());
});
afterAll(() => client.destroy());

const none = { Quantity: 0 };
/** What it takes to make one elsewhere; here somebody has made it. */
const small = (CallerReference: string): DistributionConfig => ({
  CallerReference,
  Comment: 'made',
  Enabled: true,
  Origins: {
    Quantity: 1,
    Items: [
      {
        Id: 'api',
        DomainName: 'api.example',
        CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only' },
      },
    ],
  },
  DefaultCacheBehavior: { TargetOriginId: 'api', ViewerProtocolPolicy: 'https-only', LambdaFunctionAssociations: none },
});

let Id: string;
let made = 0;
beforeEach(async () => {
  made += 1;
  Id = `E00000000000${made}`;
  if (atHome) atHome.put(Id, distributionConfig([]));
  else {
    const DistributionConfig = small(`made-${made}`);
    const answer = await client.send(new CreateDistributionCommand({ DistributionConfig }));
    Id = answer.Distribution?.Id ?? '';
  }
});

const read = async () => {
  const { ETag, DistributionConfig } = await client.send(new GetDistributionConfigCommand({ Id }));
  if (!DistributionConfig) throw new Error('There is no configuration.');
  return { IfMatch: ETag, DistributionConfig };
};
const update = (given: { readonly IfMatch: string | undefined; readonly DistributionConfig: DistributionConfig }) =>
  client.send(new UpdateDistributionCommand({ Id, ...given }));

clause('a configuration is read with its ETag, and a distribution with the same one', async () => {
  const { IfMatch, DistributionConfig } = await read();
  expect(IfMatch).toMatch(/^[A-Z0-9]{10,}$/);
  expect(DistributionConfig.DefaultCacheBehavior?.TargetOriginId).toBe('api');
  const shown = await client.send(new GetDistributionCommand({ Id }));
  expect([shown.Distribution?.Id, shown.ETag]).toEqual([Id, IfMatch]);
  expect(['InProgress', 'Deployed']).toContain(shown.Distribution?.Status);
});

clause('a configuration that was read is replaced as a whole', async () => {
  const { IfMatch, DistributionConfig } = await read();
  await update({ IfMatch, DistributionConfig: { ...DistributionConfig, Comment: 'other <&>' } });
  expect((await read()).DistributionConfig).toEqual({ ...DistributionConfig, Comment: 'other <&>' });
});

clause('an update gives another ETag, and the one before does not hold any more', async () => {
  const given = await read();
  const { ETag } = await update(given);
  expect(ETag).not.toBe(given.IfMatch);
  await expect(update(given)).rejects.toMatchObject({
    name: 'PreconditionFailed',
    $metadata: { httpStatusCode: 412 },
  });
});

clause('refuses an update without an ETag', async () => {
  const { DistributionConfig } = await read();
  await expect(update({ IfMatch: undefined, DistributionConfig })).rejects.toMatchObject({
    name: 'InvalidIfMatchVersion',
    $metadata: { httpStatusCode: 400 },
  });
});

clause('refuses a distribution that is not there with HTTP 404', async () => {
  await expect(client.send(new GetDistributionConfigCommand({ Id: 'ENONE' }))).rejects.toMatchObject({
    name: 'NoSuchDistribution',
    $metadata: { httpStatusCode: 404 },
  });
});

clause('refuses a function that is no numbered version', async () => {
  const { IfMatch, DistributionConfig } = await read();
  const { DefaultCacheBehavior } = DistributionConfig;
  if (!DefaultCacheBehavior) throw new Error('There is no default behaviour.');
  const LambdaFunctionARN = 'arn:aws:lambda:us-east-1:000000000000:function:kit';
  const LambdaFunctionAssociations = {
    Quantity: 1,
    Items: [{ LambdaFunctionARN, EventType: 'viewer-request' as const }],
  };
  const wrong = {
    ...DistributionConfig,
    DefaultCacheBehavior: { ...DefaultCacheBehavior, LambdaFunctionAssociations },
  };
  await expect(update({ IfMatch, DistributionConfig: wrong })).rejects.toMatchObject({
    name: 'InvalidLambdaFunctionAssociation',
    $metadata: { httpStatusCode: 400 },
  });
});
