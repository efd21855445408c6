import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import { z } from 'zod';

/** A number, or the text of one: the command line gives texts. */
const wholeNumber = (least: number, most: number, otherwise: number) =>
  z
    .preprocess(
      (given) => (typeof given === 'string' && given !== '' ? Number(given) : given),
      z.custom<number>(
        (given) => Number.isInteger(given) && Number(given) >= least && Number(given) <= most,
        `allowed is a whole number from ${least} to ${most}`,
      ),
    )
    .default(otherwise);

const retentions = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9999);

const schema = z.strictObject({
  /** Path of the registry of gateways and kits. */
  gateways: z.string().min(1).default('./gateways.json'),
  /** Memory of the authorizer in MB: 128 to 10,240. */
  authorizeMemoryMb: wholeNumber(128, 10_240, 1024),
  /** Requests per second of all gateways together; the default leaves half of an account's quota to other APIs. */
  requestsPerSecond: wholeNumber(1, 100_000, 5000),
  /** Requests at once, see {@link requestsPerSecond}. */
  requestBurst: wholeNumber(1, 50_000, 2500),
  /** How long all logs are kept: one of CloudWatch's numbers of days. */
  logRetentionDays: z.coerce
    .number()
    .refine((days) => retentions.includes(days), `allowed is one of ${retentions.join(', ')}`)
    .default(RetentionDays.ONE_YEAR),
  /** Whether to set API Gateway's log role of the account and region; `false` when another stack does. */
  setAccountLogRole: z
    .preprocess(
      (given) => (given === 'true' ? true : given === 'false' ? false : given),
      z.boolean('allowed is true or false'),
    )
    .default(true),
  /** Who gets every alarm by e-mail; without one, subscribe to the topic yourself. */
  operatorsEmail: z.email('allowed is an e-mail address').optional(),
  /** Who else may press the compromise button with an event, comma-separated: accounts, or IAM roles and users by ARN. */
  compromisePrincipals: z
    .preprocess(
      (given) => (typeof given === 'string' ? given.split(/[\s,]+/).filter((one) => one !== '') : given),
      z
        .array(z.string())
        .refine(
          (given) => given.every((one) => /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=.@/-]+)$/.test(one)),
          'allowed are accounts (12 digits) and ARNs of IAM roles and users, comma-separated',
        ),
    )
    .default([]),
});

/** What a deployment may choose, as context: `npx cdk deploy -c requestsPerSecond=8000`. */
export type Settings = z.infer<typeof schema>;

/** Context keys that are not ours: CDK's own have a colon, a slash or one of these names. */
const isOfCdk = (key: string): boolean =>
  /[:/]/.test(key) || ['acknowledged-issue-numbers', 'cli-telemetry'].includes(key);

/** The settings in the app's context. Throws with every setting that is unknown or not allowed, what was given and what is allowed. */
export const settingsOf = (node: Node): Settings => {
  const context: Readonly<Record<string, unknown>> = node.getAllContext();
  const given = Object.fromEntries(Object.entries(context).filter(([key]) => !isOfCdk(key)));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const refusals = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys.join(', ')}: unknown; allowed are ${Object.keys(schema.shape).join(', ')}`
      : `${issue.path.join('.')}: given ${JSON.stringify(given[String(issue.path[0])])}; ${issue.message}`,
  );
  throw new Error(`The settings were refused. ${refusals.join('. ')}.`);
};
