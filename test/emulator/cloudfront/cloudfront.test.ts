import {
  type CloudFrontClient,
  type DistributionConfig,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { arnOf, distributionConfig, distributionId as Id, openEdge } from '../../kits/edge.ts';

let world: Awaited<ReturnType<typeof openEdge>>;
let client: CloudFrontClient;
beforeEach(async () => {
  world = await openEdge({ 'index.js': 'one' }, { deployMs: 60_000, updateMs: 1_000 });
  client = world.clients.cloudFront;
});
afterEach(() => world.close());

const read = async () => {
  const { ETag, DistributionConfig } = await client.send(new GetDistributionConfigCommand({ Id }));
  if (!DistributionConfig) throw new Error('There is no configuration.');
  return { IfMatch: ETag, DistributionConfig };
};
const status = async () => (await client.send(new GetDistributionCommand({ Id }))).Distribution?.Status;
const update = (given: { readonly IfMatch: string | undefined; readonly DistributionConfig: DistributionConfig }) =>
  client.send(new UpdateDistributionCommand({ Id, ...given }));
const calling = (config: DistributionConfig, LambdaFunctionARN: string, eventType = 'viewer-request') => {
  const { DefaultCacheBehavior } = config;
  if (!DefaultCacheBehavior) throw new Error('There is no default behaviour.');
  const EventType = eventType as 'viewer-request'; // the SDK's types know no other words
  const LambdaFunctionAssociations = { Quantity: 1, Items: [{ LambdaFunctionARN, EventType }] };
  return { ...config, DefaultCacheBehavior: { ...DefaultCacheBehavior, LambdaFunctionAssociations } };
};
/** The SDK's types demand what is left out here. */
const without = (config: DistributionConfig, name: keyof DistributionConfig): DistributionConfig => {
  const { [name]: _, ...rest } = config;
  return rest as DistributionConfig;
};

describe('a distribution', () => {
  test('is replaced on the ETag that was read, and is in progress until all edge locations have it', async () => {
    const before = await read();
    const answered = await update({
      ...before,
      DistributionConfig: { ...before.DistributionConfig, Comment: 'new <&>' },
    });
    expect(answered.Distribution?.Status).toBe('InProgress');
    const after = await read();
    expect(after.DistributionConfig.Comment).toBe('new <&>');
    expect([after.IfMatch === answered.ETag, after.IfMatch === before.IfMatch]).toEqual([true, false]);
    expect(await status()).toBe('InProgress');
    world.time.nowMs += 60_000;
    expect(await status()).toBe('Deployed');
  });

  test('loses what an SDK does not know, when its configuration goes through one', async () => {
    expect(world.cloudFront.config(Id)).toContain('NewerThanTheSdk');
    await update(await read());
    expect(world.cloudFront.config(Id)).not.toContain('NewerThanTheSdk');
  });
});

describe('CloudFront refuses', () => {
  test('an update without an ETag, and on another one', async () => {
    const { IfMatch, DistributionConfig } = await read();
    await expect(update({ IfMatch: undefined, DistributionConfig })).rejects.toMatchObject({
      name: 'InvalidIfMatchVersion',
      $metadata: { httpStatusCode: 400 },
    });
    await update({ IfMatch, DistributionConfig });
    await expect(update({ IfMatch, DistributionConfig })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
  });

  test('a distribution that is not there', async () => {
    await expect(client.send(new GetDistributionCommand({ Id: 'E0000000000000' }))).rejects.toMatchObject({
      name: 'NoSuchDistribution',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test.each(['Logging', 'Aliases', 'Restrictions', 'DefaultCacheBehavior', 'WebACLId'] as const)(
    'a configuration without %s',
    async (name) => {
      const { IfMatch, DistributionConfig } = await read();
      const partial = { IfMatch, DistributionConfig: without(DistributionConfig, name) };
      await expect(update(partial)).rejects.toMatchObject({ name: 'MissingArgument' });
    },
  );

  test('another caller reference, and a count that is wrong', async () => {
    const { IfMatch, DistributionConfig } = await read();
    const other = { ...DistributionConfig, CallerReference: 'other' };
    await expect(update({ IfMatch, DistributionConfig: other })).rejects.toMatchObject({ name: 'IllegalUpdate' });
    const { CacheBehaviors } = DistributionConfig;
    const counted = { ...DistributionConfig, CacheBehaviors: { ...CacheBehaviors, Quantity: 7 } };
    await expect(update({ IfMatch, DistributionConfig: counted })).rejects.toMatchObject({
      name: 'InconsistentQuantities',
    });
  });

  test.each([
    ['the unpublished function', 'arn:aws:lambda:us-east-1:000000000000:function:edge-kit'],
    ['$LATEST', 'arn:aws:lambda:us-east-1:000000000000:function:edge-kit:$LATEST'],
    ['an alias', 'arn:aws:lambda:us-east-1:000000000000:function:edge-kit:live'],
    ['a function of another region', 'arn:aws:lambda:eu-central-1:000000000000:function:edge-kit:1'],
    ['a version that is not there', arnOf('7')],
    ['a function that is not there', arnOf('1', 'nobody')],
  ])('%s', async (_, arn) => {
    const { IfMatch, DistributionConfig } = await read();
    const wrong = { IfMatch, DistributionConfig: calling(DistributionConfig, arn) };
    await expect(update(wrong)).rejects.toMatchObject({ name: 'InvalidLambdaFunctionAssociation' });
    expect(world.cloudFront.config(Id)).toBe(distributionConfig([['viewer-request', arnOf('1')]]));
  });

  test('a function with variables, one whose version is pending, and an unknown type of event', async () => {
    const { IfMatch, DistributionConfig } = await read();
    const refused = async (arn: string, eventType?: string) =>
      expect(
        update({ IfMatch, DistributionConfig: calling(DistributionConfig, arn, eventType) }),
      ).rejects.toMatchObject({ name: 'InvalidLambdaFunctionAssociation' });
    world.configured.change('edge-kit', { variables: { A1: 'b' } });
    world.configured.publish('edge-kit');
    await refused(arnOf('2')); // pending
    world.time.nowMs += 1_000;
    await refused(arnOf('2'));
    await refused(arnOf('1'), 'viewer');
  });
});
