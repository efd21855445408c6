import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader, ZipWriter } from '@zip.js/zip.js';
import { kitEdgeIn } from '../../lambdas/aws/kit-edge.ts';
import { createCloudFront } from '../../lib/emulator/cloudfront/cloudfront.ts';
import { lambdaService } from '../../lib/emulator/lambda/lambda.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { startAtMs } from './installation.ts';

const accountId = '000000000000';
export const arnOf = (version: string, name = 'edge-kit') =>
  `arn:aws:lambda:us-east-1:${accountId}:function:${name}:${version}`;

/** A zip of these files, in this order. */
export const zipOf = async (files: Readonly<Record<string, string>>): Promise<Uint8Array> => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), {
    keepOrder: true,
    extendedTimestamp: false,
    useWebWorkers: false,
  });
  const lastModDate = new Date(2026, 0, 2, 3, 4, 6);
  for (const [name, text] of Object.entries(files))
    await writer.add(name, new Uint8ArrayReader(Buffer.from(text)), {
      lastModDate,
      externalFileAttributes: 0o100644 << 16,
    });
  return writer.close();
};

/** The files of a zip. */
export const filesOf = async (zip: string | Uint8Array): Promise<Record<string, string>> => {
  const entries = await new ZipReader(new Uint8ArrayReader(Buffer.from(zip)), { useWebWorkers: false }).getEntries();
  const files: Record<string, string> = {};
  for (const entry of entries)
    if (!entry.directory) files[entry.filename] = Buffer.from(await entry.getData(new Uint8ArrayWriter())).toString();
  return files;
};

export const program = 'exports.handler = async (event) => event;\n';
export const configWith = (value: string) =>
  `{\n\t"timeout": 1.0,\n\t"pingone": { "sharedSecret": ${JSON.stringify(value)} }\n}\n`;

/** Associations of a behaviour, as pairs of a type of event and an ARN. */
const associations = (pairs: readonly (readonly [eventType: string, arn: string])[]) => {
  const items = pairs.map(
    ([eventType, arn]) =>
      `<LambdaFunctionAssociation><LambdaFunctionARN>${arn}</LambdaFunctionARN><EventType>${eventType}</EventType><IncludeBody>true</IncludeBody></LambdaFunctionAssociation>`,
  );
  const list = items.length > 0 ? `<Items>${items.join('')}</Items>` : '';
  return `<LambdaFunctionAssociations><Quantity>${items.length}</Quantity>${list}</LambdaFunctionAssociations>`;
};

type Pairs = Parameters<typeof associations>[0];

/** A configuration as CloudFront answers it, with an element that no SDK knows yet. */
export const distributionConfig = (byDefault: Pairs, onApi: Pairs = []): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">` +
  '<CallerReference>made-once</CallerReference><Aliases><Quantity>0</Quantity></Aliases><DefaultRootObject></DefaultRootObject>' +
  '<Origins><Quantity>1</Quantity><Items><Origin><Id>api</Id><DomainName>api.example</DomainName></Origin></Items></Origins>' +
  `<DefaultCacheBehavior><TargetOriginId>api</TargetOriginId><ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>${associations(byDefault)}</DefaultCacheBehavior>` +
  `<CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior><PathPattern>/api/*</PathPattern><TargetOriginId>api</TargetOriginId><ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>${associations(onApi)}</CacheBehavior></Items></CacheBehaviors>` +
  '<CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses><Comment>A &lt;b&gt; &amp; ü</Comment><Logging><Enabled>false</Enabled></Logging>' +
  '<PriceClass>PriceClass_All</PriceClass><Enabled>true</Enabled><ViewerCertificate><CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate></ViewerCertificate>' +
  '<Restrictions><GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity></GeoRestriction></Restrictions><WebACLId></WebACLId>' +
  '<HttpVersion>http2</HttpVersion><NewerThanTheSdk><Thing>1</Thing></NewerThanTheSdk></DistributionConfig>';

export const distributionId = 'E2QWRUHAPOMQZL';
const caller = { name: 'somebody' };

/** One edge function, with one published version that a distribution calls, in the emulated AWS; `deployMs` as of CloudFront. */
export const openEdge = async (files: Readonly<Record<string, string>>, { deployMs = 0, updateMs = 0 } = {}) => {
  const time = { nowMs: startAtMs };
  const lambda = lambdaService({
    region: 'us-east-1',
    accountId,
    timers: {
      now: () => time.nowMs,
      after: () => () => undefined,
      sleep: async () => undefined,
      track: (work) => work(),
    },
  });
  const cloudFront = createCloudFront({
    accountId,
    versionOf: lambda.configured.version,
    clock: () => time.nowMs,
    deployMs,
  });
  const running = await runEndpoint([lambda, cloudFront]);
  const clients = {
    lambda: new LambdaClient({ ...running.clientOptions, maxAttempts: 1 }),
    cloudFront: new CloudFrontClient({ ...running.clientOptions, maxAttempts: 1 }),
  };
  const edge = kitEdgeIn(
    { lambda: () => clients.lambda, cloudFront: () => clients.cloudFront },
    { fetch: globalThis.fetch, mayBeLocal: true },
  );
  const { configured } = lambda;
  configured.add({ name: 'edge-kit', variables: {}, zip: await zipOf(files), updateMs });
  configured.publish('edge-kit');
  cloudFront.put(distributionId, distributionConfig([['viewer-request', arnOf('1')]]));
  time.nowMs += updateMs;
  const called = (): string | undefined => /function:edge-kit:(\d+)</.exec(cloudFront.config(distributionId))?.[1];
  return {
    ...{ time, lambda, configured, cloudFront, clients, edge, called },
    /** The files of the version that the default behaviour calls. */
    files: async () => filesOf(configured.code('edge-kit', called())),
    /** Another tool deploys these files: code, version and distribution. */
    deploy: async (other: Readonly<Record<string, string>>) => {
      configured.change('edge-kit', { code: await zipOf(other) });
      const version = configured.publish('edge-kit');
      time.nowMs += updateMs;
      cloudFront.put(
        distributionId,
        cloudFront.config(distributionId).replaceAll(/(function:edge-kit:)\d+/g, `$1${version}`),
      );
    },
    etag: async () => (await cloudFront.call('GetDistributionConfig', { Id: distributionId }, caller)).ETag,
    close: async () => {
      clients.lambda.destroy();
      clients.cloudFront.destroy();
      await running.close();
    },
  };
};
