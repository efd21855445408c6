import * as z from 'zod';
import { propagationFrom } from './propagation.ts';

/** The settings of a kit of kind `aws-lambda-edge`. */
export const awsLambdaEdgeSettings = z
  .strictObject({
    functionName: z
      .string()
      .regex(
        /^(arn:aws:lambda:us-east-1:\d{12}:function:)?[A-Za-z0-9_-]{1,64}$/,
        'must be the name or the ARN of a function of us-east-1, without a version or an alias',
      )
      .describe(
        'The name or ARN of the Lambda@Edge function, in the account of the deployment and, as CloudFront asks, in us-east-1.',
      ),
    distributionId: z
      .string()
      .regex(/^[A-Z0-9]{8,32}$/, 'must be the id of a distribution, such as E2QWRUHAPOMQZL')
      .describe('The id of the CloudFront distribution whose cache behaviours call the function.'),
    eventType: z
      .enum(['viewer-request', 'viewer-response', 'origin-request', 'origin-response'])
      .default('viewer-request')
      .describe('The type of event at which they call it.'),
    file: z
      .string()
      .max(1024)
      .regex(/^(?!\/)[^\\\0]+$/, 'must be a path inside the package, with / and without one at its beginning')
      .describe("The file in the function's package that holds the credential, by its path there."),
    jsonPointer: z
      .string()
      .max(512)
      .regex(/^(\/([^~/]|~[01])*)+$/, 'must be a JSON pointer (RFC 6901), such as /sharedSecret')
      .optional()
      .describe('Where in that file the credential is, when it is JSON: a JSON pointer such as /pingone/sharedSecret.'),
    variable: z
      .string()
      .max(255)
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name')
      .optional()
      .describe(
        'The name that the credential has there, when it is lines or JavaScript: NAME=…, NAME = "…" or NAME: "…".',
      ),
    propagationSeconds: propagationFrom(1)
      .default(900)
      .describe('How long until all edge locations have a changed distribution, in seconds.'),
  })
  .refine(({ jsonPointer, variable }) => (jsonPointer === undefined) !== (variable === undefined), {
    error: 'needs exactly one of jsonPointer and variable',
    path: ['jsonPointer'],
  });
export type AwsLambdaEdgeSettings = z.infer<typeof awsLambdaEdgeSettings>;
