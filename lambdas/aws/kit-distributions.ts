import type {
  CacheBehavior,
  CloudFrontClient,
  DefaultCacheBehavior,
  DistributionConfig,
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import type { EdgeAssociation, KitDistributions } from '../ports.ts';
import { withAssociations } from './distribution-text.ts';
import { onFirstCall } from './on-first-call.ts';
import { callForKit } from './sdk-errors.ts';

type Sdk = typeof import('@aws-sdk/client-cloudfront');

/** Distributions of CloudFront. Its SDK is loaded with the first call: most deployments have no such kit. */
export const kitDistributionsIn = (open: (sdk: Sdk) => CloudFrontClient): KitDistributions => {
  const cloudFront = onFirstCall(() => import('@aws-sdk/client-cloudfront'), open);
  return {
    show: async (Id, signal) => {
      const { sdk, client } = await cloudFront();
      const asked = client.send(new sdk.GetDistributionCommand({ Id }), { abortSignal: signal });
      const found = await callForKit(asked, signal);
      return (
        found && {
          revision: found.ETag ?? '',
          isDeployed: found.Distribution?.Status === 'Deployed',
          associations: associationsOf(found.Distribution?.DistributionConfig),
        }
      );
    },
    associate: async (Id, revision, change, signal) => {
      const { sdk, client } = await cloudFront();
      const get = new sdk.GetDistributionConfigCommand({ Id });
      const xml = textOfAnswer(get);
      const found = await callForKit(client.send(get, { abortSignal: signal }), signal);
      if (!found) throw new KitCallFailed('NOT_GIVEN', 'not there any more');
      if (found.ETag !== revision) throw new KitCallFailed('CHANGED_MEANWHILE', 'it has another configuration');
      const changed = withAssociations(xml(), change);
      const expected = associationsOf(found.DistributionConfig).filter(
        ({ eventType, functionArn }) => eventType === change.eventType && change.from.includes(functionArn),
      );
      if (changed?.replaced !== expected.length || expected.length === 0)
        throw new KitCallFailed('REQUEST_REFUSED', 'its configuration is not written as CloudFront writes it');
      const { DistributionConfig } = found;
      const update = new sdk.UpdateDistributionCommand({ Id, IfMatch: revision, DistributionConfig });
      sendText(update, changed.xml);
      const updated = await callForKit(client.send(update, { abortSignal: signal }), signal);
      if (!updated) throw new KitCallFailed('NOT_GIVEN', 'not there any more');
    },
  };
};

const associationsOf = (config: DistributionConfig | undefined): readonly EdgeAssociation[] => {
  const of = (pathPattern: string, behaviour: CacheBehavior | DefaultCacheBehavior | undefined) =>
    (behaviour?.LambdaFunctionAssociations?.Items ?? []).map(({ EventType = '', LambdaFunctionARN = '' }) => ({
      pathPattern,
      eventType: EventType,
      functionArn: LambdaFunctionARN,
    }));
  return [
    ...of('*', config?.DefaultCacheBehavior),
    ...(config?.CacheBehaviors?.Items ?? []).flatMap((one) => of(one.PathPattern ?? '', one)),
  ];
};

/** Keeps the text of what is answered, before the SDK makes an object of what it knows of it. */
const textOfAnswer = (command: GetDistributionConfigCommand): (() => string) => {
  let text = '';
  command.middlewareStack.add(
    (next) => async (given) => {
      const answered = await next(given);
      const response = answered.response as { body: unknown };
      const bytes = Buffer.concat(await collected(response.body as Uint8Array | AsyncIterable<Uint8Array>));
      text = bytes.toString();
      response.body = new Uint8Array(bytes);
      return answered;
    },
    { step: 'deserialize', priority: 'low', name: 'keepText' }, // nearer to the wire than the SDK's own,
  );
  return () => text;
};

/** The parts of a body, which is a stream, or all in one where no network is between. */
const collected = async (chunks: Uint8Array | AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> => {
  if (chunks instanceof Uint8Array) return [chunks];
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
};

/** Sends this text in place of the one that the SDK has made; what is signed is this. */
const sendText = (command: UpdateDistributionCommand, text: string): void => {
  command.middlewareStack.add(
    (next) => async (given) => {
      (given.request as { body: unknown }).body = text;
      return next(given);
    },
    { step: 'build', priority: 'high', name: 'sendText' },
  );
};
