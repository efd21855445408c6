import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import { z } from 'zod';

/** A number, or the text of one: the command line gives texts. */
const wholeNumber = (least: number, most: number) =>
  z.preprocess(
    (given) => (typeof given === 'string' && given !== '' ? Number(given) : given),
    z.custom<number>(
      (given) => Number.isInteger(given) && Number(given) >= least && Number(given) <= most,
      `allowed is a whole number from ${least} to ${most}`,
    ),
  );

const yesOrNo = (otherwise: boolean) =>
  z
    .preprocess(
      (given) => (given === 'true' ? true : given === 'false' ? false : given),
      z.boolean('allowed is true or false'),
    )
    .default(otherwise);

/** Texts of one form, as a list or comma-separated; default none. */
const listOf = (form: RegExp, allowed: string) =>
  z
    .preprocess(
      (given) => (typeof given === 'string' ? given.split(/[\s,]+/).filter((one) => one !== '') : given),
      z.array(z.string().regex(form, allowed), allowed),
    )
    .default([]);

const retentions = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9999);

const schema = z.strictObject({
  /** Path of the registry of gateways and kits. */
  gateways: z.string().min(1).default('./gateways.json'),
  /** Memory of the authorizer in MB: 128 to 10,240. */
  authorizeMemoryMb: wholeNumber(128, 10_240).default(1024),
  /** Requests per second of all gateways together; the default leaves half of an account's quota to other APIs. */
  requestsPerSecond: wholeNumber(1, 100_000).default(5000),
  /** Requests at once, see {@link requestsPerSecond}. */
  requestBurst: wholeNumber(1, 50_000).default(2500),
  /** How long all logs are kept: one of CloudWatch's numbers of days. */
  logRetentionDays: z.coerce
    .number()
    .refine((days) => retentions.includes(days), `allowed is one of ${retentions.join(', ')}`)
    .default(RetentionDays.ONE_YEAR),
  /** Whether to set API Gateway's log role of the account and region; `false` when another stack does. */
  setAccountLogRole: yesOrNo(true),
  /** Instances of the authorizer that are kept warm, paid whether used or not. To end it set 0: taken away, it is kept like all of the policy check. */
  authorizeProvisioned: wholeNumber(0, 10_000).optional(),
  /** A name of your own for the policy check, with its certificate of this region in ACM. */
  domainName: z
    .string()
    .regex(
      /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      'allowed is a DNS name in small letters',
    )
    .optional(),
  certificateArn: z
    .string()
    .regex(/^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, 'allowed is the ARN of a certificate in ACM')
    .optional(),
  /** Where functions run that ask the policy check or reach kits, when these are inside a VPC. */
  subnetIds: listOf(/^subnet-[0-9a-f]{8,17}$/, 'allowed are ids of subnets, comma-separated'),
  securityGroupIds: listOf(/^sg-[0-9a-f]{8,17}$/, 'allowed are ids of security groups, comma-separated'),
  /** The VPC endpoints for execute-api through which alone the policy check is reached; the default is the internet. */
  privateEndpointIds: listOf(/^vpce-[0-9a-f]{8,17}$/, 'allowed are ids of VPC endpoints, comma-separated'),
  /** Whether an AWS WAF keeps addresses with a bad reputation from the policy check. */
  firewall: yesOrNo(false),
  /** Who gets every alarm by e-mail; without one, subscribe to the topic yourself. */
  operatorsEmail: z.email('allowed is an e-mail address').optional(),
  /** Who else may press the compromise button with an event, comma-separated: accounts, or IAM roles and users by ARN. */
  compromisePrincipals: listOf(
    /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=.@/-]+)$/,
    'allowed are accounts (12 digits) and ARNs of IAM roles and users, comma-separated',
  ),
});

/** What a deployment may choose, as context: `npx cdk deploy -c requestsPerSecond=8000`. */
export type Settings = z.infer<typeof schema>;

/** Settings that say nothing, or something wrong, without each other. */
const contradictionsOf = (settings: Settings): readonly string[] => [
  ...(!settings.domainName === !settings.certificateArn ? [] : ['domainName and certificateArn: give both or neither']),
  ...((settings.subnetIds.length === 0) === (settings.securityGroupIds.length === 0)
    ? []
    : ['subnetIds and securityGroupIds: give both or neither']),
  ...(settings.privateEndpointIds.length > 0 && settings.subnetIds.length === 0
    ? [
        'privateEndpointIds: the functions that ask the policy check have to be inside too; give subnetIds and securityGroupIds',
      ]
    : []),
  ...(settings.privateEndpointIds.length > 0 && settings.domainName
    ? ['privateEndpointIds and domainName: give one of them; a private API has no name of this kind']
    : []),
];

/** Context keys that are not ours: CDK's own have a colon, a slash or one of these names. */
const isOfCdk = (key: string): boolean =>
  /[:/]/.test(key) || ['acknowledged-issue-numbers', 'cli-telemetry'].includes(key);

/** The settings in the app's context. Throws with every setting that is unknown or not allowed, what was given and what is allowed. */
export const settingsOf = (node: Node): Settings => {
  const context: Readonly<Record<string, unknown>> = node.getAllContext();
  const given = Object.fromEntries(Object.entries(context).filter(([key]) => !isOfCdk(key)));
  const parsed = schema.safeParse(given);
  const refusals = parsed.success
    ? contradictionsOf(parsed.data)
    : parsed.error.issues.map((issue) => refusalOf(issue, given));
  if (parsed.success && refusals.length === 0) return parsed.data;
  throw new Error(`The settings were refused. ${[...new Set(refusals)].join('. ')}.`);
};

const refusalOf = (issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string =>
  issue.code === 'unrecognized_keys'
    ? `${issue.keys.join(', ')}: unknown; allowed are ${Object.keys(schema.shape).join(', ')}`
    : `${String(issue.path[0])}: given ${JSON.stringify(given[String(issue.path[0])])}; ${issue.message}`;
