import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { codesOf } from '../../../lambdas/domain/codes.ts';
import { laggards } from '../../../lambdas/domain/kit-verdict.ts';
import { refusals } from '../../../lambdas/domain/refusals.ts';
import { acknowledgeKitsInput } from '../../../lambdas/operator/acknowledge-input.ts';
import { operatorCommand } from '../../../lambdas/operator/command-input.ts';
import { ownKitsInput } from '../../../lambdas/operator/own-kits-input.ts';
import { decision } from '../documents/answers.ts';
import { atMs, count, text, texts } from '../documents/parts.ts';

const refusalCode = z.enum(codesOf(refusals));
const confirmation = z
  .object({
    kits: count.describe('How many are cut off; to be repeated.'),
    kitsHash: text.describe('The hash of their list; to be repeated.'),
    named: z
      .array(z.looseObject({ kitId: text, owner: text, code: z.enum(codesOf(laggards)), addresses: texts }))
      .describe('The first 50 of them.'),
    unregistered: z
      .array(z.looseObject({ credentialId: text, address: text, firstUsedAtMs: atMs, lastUsedAtMs: atMs }))
      .describe('Who uses an old credential without being a registered kit.'),
    moreUnregistered: count.exactOptional(),
  })
  .describe('Of force without kits and kitsHash: who would be cut off, and what to repeat.');
const refused = z.object({
  result: z.literal('REFUSED'),
  gatewayId: text,
  code: refusalCode,
  message: text,
  confirm: confirmation.exactOptional(),
});
const notTaken = z.object({ result: z.literal('REFUSED'), message: text });
const kitsAcknowledged = z.object({
  gatewayId: text,
  kits: z
    .array(
      z.object({
        kitId: text,
        result: z.enum(['DONE', 'UNCHANGED', 'REFUSED']),
        code: refusalCode.exactOptional(),
        message: text.exactOptional(),
      }),
    )
    .describe('In the order in which they were named; a refused one stops none of the others.'),
});
const ownKitsShown = z.object({
  gatewayId: text,
  secretArn: text.describe('The secret that holds the credential, never its value.'),
  credentialId: text.exactOptional().describe('Which one kits shall hold; absent when there is none yet.'),
  kits: z.array(z.object({ kitId: text, owner: text, acknowledged: text.exactOptional() })),
});

const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...of } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return of;
};
const answer = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema: schemaOf(schema, 'input') } },
});

type FunctionUrl = {
  readonly title: string;
  readonly description: string;
  readonly output: string;
  readonly operationId: string;
  readonly summary: string;
  readonly request: z.ZodType;
  readonly responses: Readonly<Record<string, ReturnType<typeof answer>>>;
};

const malformed = answer('It is no call at all, or names what is not there; nothing was done.', notTaken);

/** The functions that people reach by a URL of their own, where IAM says who calls. */
export const functionUrls = {
  operate: {
    title: 'Operate',
    description: 'Takes the decisions of operators. Who decides is who signed; an actor in the body is not believed.',
    output: 'OperateUrl',
    operationId: 'operate',
    summary: 'Takes one decision, or acknowledges up to 100 kits of a gateway.',
    request: z.union([operatorCommand, acknowledgeKitsInput]),
    responses: {
      200: answer(
        'It was done, or is so already; of acknowledge-kits what became of each.',
        z.union([decision, kitsAcknowledged]),
      ),
      400: malformed,
      409: answer('The record of the gateway refuses it, and says why; nothing was done.', refused),
    },
  },
  'own-kits': {
    title: 'Own kits',
    description:
      'Shows owners where the credential of their kits is, and lets them say that it is installed. Nobody sees the kits of others.',
    output: 'OwnKitsUrl',
    operationId: 'ownKits',
    summary: 'Shows or acknowledges up to 100 kits of one gateway.',
    request: ownKitsInput,
    responses: {
      200: answer('What was asked, or what became of each kit.', z.union([ownKitsShown, kitsAcknowledged])),
      400: malformed,
    },
  },
} as const satisfies Readonly<Record<string, FunctionUrl>>;
export type FunctionUrlName = keyof typeof functionUrls;

export const openApiFile = (name: FunctionUrlName): string =>
  fileURLToPath(new URL(`${name}.v1.openapi.json`, import.meta.url));

/** The OpenAPI 3.1 document of a function URL, made from the schemas by which it reads. */
export const openApiText = (name: FunctionUrlName): string => {
  const { title, description, output, operationId, summary, request, responses }: FunctionUrl = functionUrls[name];
  const document = {
    openapi: '3.1.0',
    info: { title, description, version: '1' },
    servers: [
      {
        url: 'https://{urlId}.lambda-url.{region}.on.aws',
        description: `The output ${output} of the stack; on this machine a path of its AWS endpoint.`,
        variables: { urlId: { default: 'url-id' }, region: { default: 'eu-central-1' } },
      },
    ],
    security: [{ sigv4: [] }],
    paths: {
      '/': {
        post: {
          operationId,
          summary,
          requestBody: { required: true, content: { 'application/json': { schema: schemaOf(request, 'input') } } },
          responses: {
            ...responses,
            403: { description: 'IAM does not let the caller in, or it is not signed: the function was not asked.' },
          },
        },
      },
    },
    components: {
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description: 'AWS Signature Version 4 for the service lambda.',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};
