import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Token } from 'aws-cdk-lib/core';
import type { Node } from 'constructs';
import { z } from 'zod';
import { inWords } from '../../lambdas/domain/in-words.ts';
import { hostPattern } from '../../lambdas/domain/kit-hosts.ts';
import { defaultStackName } from '../defaults.ts';

/** A number, or the text of one: the command line gives texts. */
const wholeNumber = (least: number, most: number) =>
  z
    .preprocess(
      (given) => (typeof given === 'string' && given !== '' ? Number(given) : given),
      z.custom<number>(
        (given) => Number.isInteger(given) && Number(given) >= least && Number(given) <= most,
        `allowed is a whole number from ${least} to ${most}`,
      ),
    )
    .meta({ type: 'integer', minimum: least, maximum: most });

const yesOrNo = (otherwise: boolean) =>
  z
    .preprocess(
      (given) => (given === 'true' ? true : given === 'false' ? false : given),
      z.boolean('allowed is true or false'),
    )
    .default(otherwise);

/** A text of this form, or one that CloudFormation will know: of a resource that an app makes itself. */
const named = (form: RegExp, allowed: string) =>
  z.string().refine((given) => Token.isUnresolved(given) || form.test(given), allowed);

/** Texts of one form, as a list or comma-separated; default none. */
const listOf = (form: RegExp, allowed: string) =>
  z
    .preprocess(
      (given) => (typeof given === 'string' ? given.split(/[\s,]+/).filter((one) => one !== '') : given),
      z.array(named(form, allowed), allowed),
    )
    .default([]);

const retentions = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9999);

/** The schema of the settings; what it says of each is printed in the reference. */
export const settingsSchema = z.strictObject({
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'allowed are up to 100 letters, digits and hyphens, a letter first')
    .default(defaultStackName)
    .describe('The name of the stack; with another one, a second deployment stands beside the first.'),
  gateways: z.string().min(1).default('./gateways.json').describe('The registry of gateways and kits to apply.'),
  kitHosts: listOf(
    hostPattern,
    'allowed are names of hosts in small letters and addresses, also *.example.com',
  ).describe(
    'The hosts that URLs of kits may have, whoever applies the registry later: nothing is sent to another. Without it, those that `gateways` names when it is deployed.',
  ),
  operatorsEmail: z
    .email('allowed is an e-mail address')
    .optional()
    .describe(
      'Who gets every alarm, once confirmed; without it, subscribe to the output `OperatorsTopicArn` yourself.',
    ),
  requestsPerSecond: wholeNumber(1, 100_000)
    .default(5000)
    .describe(
      "Requests of all gateways together; above it the policy check answers 429 with `Retry-After`. The default leaves half of an account's quota to other APIs.",
    ),
  requestBurst: wholeNumber(1, 50_000).default(2500).describe('Requests at once, with the same answer above it.'),
  authorizeMemoryMb: wholeNumber(128, 10_240).default(1024).describe('Memory of the authorizer.'),
  authorizeProvisioned: wholeNumber(0, 10_000)
    .optional()
    .describe(
      'Instances of the authorizer that are kept warm, paid whether used or not. To end it set 0: taken away, it is kept like all of the policy check.',
    ),
  logEveryDecision: yesOrNo(false).describe(
    'Whether the authorizer logs every decision. Without it: what is refused, what is answered from a copy, and the first use by each source and then one a minute.',
  ),
  kitWorkersAtOnce: wholeNumber(1, 1000)
    .optional()
    .describe(
      "At most so many instances of DistributeShard, and as many of VerifyKits, run at once, so that a large rotation leaves Lambda concurrency to the authorizer. They are kept for the two of the account's quota, of which AWS wants 100 left.",
    ),
  domainName: z
    .string()
    .regex(
      /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      'allowed is a DNS name in small letters',
    )
    .optional()
    .describe('A name of your own for the policy check; point it at the output `PolicyCheckDomainTarget`.'),
  certificateArn: named(
    /^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
    'allowed is the ARN of a certificate in ACM',
  )
    .optional()
    .describe('The certificate of that name, in ACM of the same region; goes with `domainName`.'),
  domainKept: yesOrNo(false).describe(
    'Whether `domainName` is in API Gateway already: what is taken out of these settings, or out of the account with the stack, is kept, because kits hold it. Then it is used as it is, without `certificateArn`.',
  ),
  subnetIds: listOf(/^subnet-[0-9a-f]{8,17}$/, 'allowed are ids of subnets, comma-separated').describe(
    'Where functions run that ask the policy check or reach kits, when these are inside a VPC. The subnets must lead to the AWS services too.',
  ),
  securityGroupIds: listOf(/^sg-[0-9a-f]{8,17}$/, 'allowed are ids of security groups, comma-separated').describe(
    'The security groups of these functions; goes with `subnetIds`.',
  ),
  privateEndpointIds: listOf(/^vpce-[0-9a-f]{8,17}$/, 'allowed are ids of VPC endpoints, comma-separated').describe(
    'VPC endpoints for execute-api through which alone the policy check is reached; needs `subnetIds` and excludes `domainName`. Without it, the internet.',
  ),
  firewall: yesOrNo(false).describe(
    'An AWS WAF that blocks addresses with a bad reputation. Add no rate rule: its 429 breaks Kong workers.',
  ),
  logRetentionDays: z.coerce
    .number()
    .refine((days) => retentions.includes(days), `allowed is one of ${retentions.join(', ')}`)
    .default(RetentionDays.ONE_YEAR)
    .describe("How long logs, and the trail of who pressed, are kept: one of CloudWatch's numbers of days."),
  pressTrail: yesOrNo(true).describe(
    'Whether a CloudTrail trail of its own records who pressed, decided or acted. `false` when the five trails of the region are taken: then let another trail record the data events of these functions.',
  ),
  setAccountLogRole: yesOrNo(true).describe(
    "Whether to set API Gateway's log role of the account and region; `false` when another stack does.",
  ),
  compromisePrincipals: listOf(
    /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=.@/-]+)$/,
    'allowed are accounts (12 digits) and ARNs of IAM roles and users, comma-separated',
  ).describe(
    'Accounts, or IAM roles and users of another system, that may press the compromise button by an event on a bus of its own.',
  ),
});

/** Thrown for settings that no stack can be made of; the message is for the person who gave them. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
}

/** What a deployment may choose, as context: `npx cdk deploy -c requestsPerSecond=8000`. */
export type Settings = z.infer<typeof settingsSchema>;

/** Settings that say nothing, or something wrong, without each other; `isInVpc` when the subnets are said in another way. */
export const contradictionsOf = (settings: Omit<Settings, 'stackName'>, isInVpc = false): readonly string[] => [
  ...(settings.domainKept
    ? settings.domainName && !settings.certificateArn
      ? []
      : ['domainKept: give domainName, and no certificateArn: a name that was kept has its own']
    : !settings.domainName === !settings.certificateArn
      ? []
      : ['domainName and certificateArn: give both or neither']),
  ...((settings.subnetIds.length === 0) === (settings.securityGroupIds.length === 0)
    ? []
    : ['subnetIds and securityGroupIds: give both or neither']),
  ...(settings.privateEndpointIds.length > 0 && settings.subnetIds.length === 0 && !isInVpc
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
  const parsed = settingsSchema.safeParse(given, inWords);
  const refusals = parsed.success
    ? contradictionsOf(parsed.data)
    : refusalsOf(parsed.error, given, Object.keys(settingsSchema.shape));
  if (parsed.success && refusals.length === 0) return parsed.data;
  throw new SettingsRefused(`The settings were refused. ${refusals.join('. ')}.`);
};

/** What was given and what is allowed, each once; `names` are those that there are. */
export const refusalsOf = (
  { issues }: z.core.$ZodError,
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
): readonly string[] => [
  ...new Set(
    issues.map((issue) =>
      issue.code === 'unrecognized_keys'
        ? `${issue.keys.join(', ')}: unknown; allowed are ${names.join(', ')}`
        : `${String(issue.path[0])}: given ${JSON.stringify(given[String(issue.path[0])])}; ${issue.message}`,
    ),
  ),
];
