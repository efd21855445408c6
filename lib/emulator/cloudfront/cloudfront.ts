import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type AwsService, type Clock, unknownOperation } from '../wire/service.ts';
import { type Configuration, configurationIn } from './configuration.ts';

/** What CloudFront has to know of a version of a function; `undefined` when there is none of this ARN. */
type VersionOf = (arn: string) => { readonly isReady: boolean; readonly hasVariables: boolean } | undefined;

/** `deployMs` is how long all edge locations take to have a change. */
export type CloudFrontOptions = {
  readonly accountId: string;
  readonly versionOf: VersionOf;
  readonly clock: Clock;
  readonly deployMs: number;
};

/** Emulated CloudFront, and what tests do to a distribution in the name of others. */
export type CloudFront = AwsService & {
  /** Somebody makes a distribution, or changes its configuration, which is deployed at once. */
  put(id: string, config: string): void;
  config(id: string): string;
};

type Held = { xml: string; etag: string; deployedAtMs: number };

const namespace = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';
const given = z.object({ Id: z.string(), IfMatch: z.string().optional(), Document: z.string().default('') });
const numbered = /^arn:aws:lambda:us-east-1:\d{12}:function:[\w-]+:\d+$/;

/**
 * GetDistribution, GetDistributionConfig and UpdateDistribution as CloudFront documents them: a configuration is replaced
 * whole, on the ETag that was read, and is in progress until all edge locations have it. What it says is kept as text.
 */
export const createCloudFront = ({ accountId, versionOf, clock, deployMs }: CloudFrontOptions): CloudFront => {
  const distributions = new Map<string, Held>();
  const find = (id: string): Held => {
    const held = distributions.get(id);
    if (!held) throw new AwsError('NoSuchDistribution', 'The specified distribution does not exist.', 404);
    return held;
  };
  const shown = (id: string, { xml, etag, deployedAtMs }: Held) => {
    const status = deployedAtMs <= clock() ? 'Deployed' : 'InProgress';
    const head = `<Id>${id}</Id><ARN>arn:aws:cloudfront::${accountId}:distribution/${id}</ARN><Status>${status}</Status>`;
    const rest = `<DomainName>${id.toLowerCase()}.cloudfront.net</DomainName>`;
    const config = xml.replace(/^<\?xml[^>]*>\s*/, '');
    return {
      ETag: etag,
      Document: `<?xml version="1.0"?>\n<Distribution xmlns="${namespace}">${head}${rest}${config}</Distribution>`,
    };
  };
  const update = (held: Held, ifMatch: string | undefined, xml: string): void => {
    if (ifMatch === undefined)
      throw new AwsError('InvalidIfMatchVersion', 'The If-Match version is missing or not valid for the resource.');
    if (ifMatch !== held.etag)
      throw new AwsError(
        'PreconditionFailed',
        "The request failed because it didn't meet the preconditions in one or more request-header fields.",
        412,
      );
    const wanted = configurationIn(xml);
    if (wanted.callerReference !== configurationIn(held.xml).callerReference)
      throw new AwsError('IllegalUpdate', 'The update contains modifications that are not allowed.');
    checkAssociations(wanted, versionOf);
    Object.assign(held, { xml, etag: newTag(), deployedAtMs: clock() + deployMs });
  };

  return {
    signingName: 'cloudfront',
    put: (id, xml) => void distributions.set(id, { xml, etag: newTag(), deployedAtMs: 0 }),
    config: (id) => find(id).xml,
    call: async (operation, input) => {
      const { Id, IfMatch, Document } = given.parse(input);
      if (!['GetDistribution', 'GetDistributionConfig', 'UpdateDistribution'].includes(operation))
        throw unknownOperation(operation);
      const held = find(Id);
      if (operation === 'GetDistributionConfig') return { ETag: held.etag, Document: held.xml };
      if (operation === 'UpdateDistribution') update(held, IfMatch, Document);
      return shown(Id, held);
    },
  };
};

/** Refuses what "Restrictions on Lambda@Edge" (CloudFront guide) does. */
const checkAssociations = ({ associations }: Configuration, versionOf: VersionOf): void => {
  for (const { functionArn } of associations) {
    const why = refusalOf(functionArn, versionOf(functionArn));
    if (why) throw new AwsError('InvalidLambdaFunctionAssociation', `${why} Function: ${functionArn}`);
  }
};

const refusalOf = (arn: string, version: ReturnType<VersionOf>): string | undefined => {
  if (!numbered.test(arn))
    return 'The function ARN must reference a specific function version of us-east-1 (it must end with the version number).';
  if (!version) return 'The function does not exist, or cannot be read.';
  if (!version.isReady) return 'The function must be in an Active state.';
  return version.hasVariables ? 'The function cannot have environment variables.' : undefined;
};

const newTag = (): string => `E${randomBytes(7).toString('hex').toUpperCase()}`;
