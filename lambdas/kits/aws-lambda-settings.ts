import * as z from 'zod';
import { longestPropagationSeconds } from '../domain/kit.ts';

/** The settings of a kit of kind `aws-lambda`. */
export const awsLambdaSettings = z.strictObject({
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
    .describe('The environment variable that holds the credential; it has to be there.'),
  alias: z
    .string()
    .max(128)
    .regex(/^(?!\d+$)[A-Za-z0-9_-]+$/, 'must be the name of an alias')
    .optional()
    .describe(
      'The alias that API Gateway calls: a version is published, and the alias moved to it. Leave it out when the function itself is called.',
    ),
  authorizerTtlSeconds: z
    .number()
    .int()
    .min(0)
    .max(longestPropagationSeconds)
    .default(300)
    .describe(
      "How long API Gateway keeps what the authorizer has answered: the TTL of the API's authorizer, in seconds.",
    ),
});
export type AwsLambdaSettings = z.infer<typeof awsLambdaSettings>;
