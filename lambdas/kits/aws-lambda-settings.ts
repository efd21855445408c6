import * as z from 'zod';
import { longestPropagationSeconds } from '../domain/kit.ts';
import { propagationFrom } from './propagation.ts';

const functionSecret = z.strictObject({
  secretId: z
    .string()
    .min(1)
    .max(2048)
    .describe(
      'The name or ARN of the secret that the function reads. With it that secret is written, and no variable is.',
    ),
  jsonKey: z
    .string()
    .min(1)
    .optional()
    .describe('The key in its JSON object that the function reads; leave it out when the text is the value.'),
  cacheSeconds: propagationFrom(0).describe(
    "How long the function keeps the secret, in seconds. AWS's extension: its variable SECRETS_MANAGER_TTL, 300 without it; a function that reads it once a start: how long its instances live.",
  ),
});

/** The settings of a kit of kind `aws-lambda`. */
export const awsLambdaSettings = z
  .strictObject({
    functionName: z
      .string()
      .regex(
        /^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9_-]{1,64}$/,
        'must be the name or the ARN of a function, without a version or an alias',
      )
      .describe(
        'The name or ARN of the Lambda function that is the authorizer, in the account and region of the deployment.',
      ),
    variable: z
      .string()
      .max(255)
      .regex(/^[A-Za-z][A-Za-z0-9_]+$/, 'must be the name of an environment variable')
      .optional()
      .describe('The environment variable that holds the credential; it has to be there. Either this or `secret`.'),
    secret: functionSecret.optional(),
    alias: z
      .string()
      .max(128)
      .regex(/^(?!\d+$)[A-Za-z0-9_-]+$/, 'must be the name of an alias')
      .optional()
      .describe(
        'The alias that API Gateway calls: a version is published, and the alias moved to it. Leave it out when the function itself is called.',
      ),
    authorizerTtlSeconds: propagationFrom(0)
      .default(300)
      .describe(
        "How long API Gateway keeps what the authorizer has answered: the TTL of the API's authorizer, in seconds.",
      ),
  })
  .refine(({ variable, secret }) => (variable === undefined) !== (secret === undefined), {
    path: ['variable'],
    message: 'exactly one of variable and secret has to be there: where the function has its credential',
  })
  .refine(({ alias, secret }) => alias === undefined || secret === undefined, {
    path: ['alias'],
    message: 'goes with variable: a secret is read by whatever version is called',
  })
  .refine((given) => propagationOf(given) <= longestPropagationSeconds, {
    path: ['authorizerTtlSeconds'],
    message: `may be ${longestPropagationSeconds} together with secret.cacheSeconds`,
  });
export type AwsLambdaSettings = z.infer<typeof awsLambdaSettings>;
export type FunctionSecret = z.infer<typeof functionSecret>;

/** How long until nobody uses an old credential: one cache after the other, in seconds. */
export const propagationOf = ({
  secret,
  authorizerTtlSeconds,
}: {
  readonly secret?: { readonly cacheSeconds: number } | undefined;
  readonly authorizerTtlSeconds: number;
}): number => (secret?.cacheSeconds ?? 0) + authorizerTtlSeconds;

/** The same of a function that has its credential in a variable. */
export type VariableSettings = AwsLambdaSettings & { readonly variable: string };

/** Where the function has its credential: its settings have one of both. */
export const placeOf = (
  settings: AwsLambdaSettings,
): { readonly inSecret: FunctionSecret } | { readonly inVariable: VariableSettings } => {
  const { secret, variable } = settings;
  return secret ? { inSecret: secret } : { inVariable: { ...settings, variable: variable ?? '' } };
};
