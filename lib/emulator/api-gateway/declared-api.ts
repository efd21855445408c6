import { z } from 'zod';
import type { Template } from '../cloudformation/template.ts';
import type { GatewayResponse } from './gateway-responses.ts';

/** One method of the API. Segments in braces are path parameters; `authorize` and `integrate` are logical ids of functions. */
export type Route = {
  readonly method: string;
  readonly resource: string;
  readonly segments: readonly string[];
  readonly resourceId: string;
  readonly authorize: string | undefined;
  readonly authorizerId: string | undefined;
  readonly integrate: string;
  readonly timeoutMs: number;
};

/** What the template says about the REST API, as far as API Gateway's answers to requests depend on it. */
export type Api = {
  readonly routes: readonly Route[];
  readonly answers: ReadonlyMap<string, GatewayResponse>;
  readonly stage: string;
  /** The media types whose bodies are bytes. */
  readonly binaryMediaTypes: readonly string[];
  readonly throttle: { readonly requestsPerSecond: number; readonly burst: number } | undefined;
};

const ref = z.object({ Ref: z.string() }).transform((one) => one.Ref);
const arnOf = z
  .object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) })
  .transform((one) => one['Fn::GetAtt'][0]);
const pseudo = 'AWS::';
/** The function in a Lambda invocation URI, which CDK joins of text and the ARN of the function or, by reference, of its alias. */
const functionUri = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }).transform((uri, context) => {
  const named = uri['Fn::Join'][1].map((part) => z.union([arnOf, ref]).safeParse(part));
  const found = named.find((part) => part.success && !part.data.startsWith(pseudo));
  if (found?.data !== undefined) return found.data;
  context.addIssue('The URI names no function.');
  return z.NEVER;
});
const aliasForm = z.object({ FunctionName: ref });

const restApiForm = z.object({ BinaryMediaTypes: z.array(z.string()).default([]) });
const resourceForm = z.object({
  PathPart: z.string(),
  ParentId: z.union([ref, z.object({ 'Fn::GetAtt': z.unknown() })]),
});
const methodForm = z.object({
  HttpMethod: z.string(),
  ResourceId: ref,
  AuthorizationType: z.enum(['CUSTOM', 'NONE']),
  AuthorizerId: ref.optional(),
  Integration: z.object({
    Type: z.literal('AWS_PROXY'),
    Uri: functionUri,
    TimeoutInMillis: z.number().default(29_000), // API Gateway's own limit
  }),
});
const authorizerForm = z.object({
  Type: z.literal('REQUEST'),
  AuthorizerUri: functionUri,
  AuthorizerResultTtlInSeconds: z.literal(0), // a cached yes would outlive a revocation
  IdentitySource: z.undefined().optional(), // with one, API Gateway itself answers a request without it
});
const stageForm = z.object({
  StageName: z.string(),
  MethodSettings: z
    .array(z.object({ ThrottlingRateLimit: z.number().optional(), ThrottlingBurstLimit: z.number().optional() }))
    .default([]),
});
const answerForm = z.object({
  ResponseType: z.string(),
  StatusCode: z
    .string()
    .regex(/^\d{3}$/)
    .optional(),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
});

/** Reads the one REST API of a template. Throws what zod throws when it is made of something that the local server does not play. */
export const apiIn = (template: Template): Api => {
  const all = <Form extends z.ZodType>(type: string, form: Form): Map<string, z.output<Form>> =>
    new Map(
      Object.entries(template.Resources)
        .filter(([, { Type }]) => Type === `AWS::ApiGateway::${type}`)
        .map(([id, { Properties }]) => [id, form.parse(Properties)]),
    );
  const functionOf = (id: string): string => {
    const named = template.Resources[id];
    return named?.Type === 'AWS::Lambda::Alias' ? aliasForm.parse(named.Properties).FunctionName : id;
  };
  const resources = all('Resource', resourceForm);
  const authorizers = all('Authorizer', authorizerForm);
  const pathOf = (id: string): readonly string[] => {
    const resource = resources.get(id);
    if (!resource) throw new Error(`The template has no AWS::ApiGateway::Resource ${id}.`);
    const above = typeof resource.ParentId === 'string' ? pathOf(resource.ParentId) : [];
    return [...above, resource.PathPart];
  };
  const routes = [...all('Method', methodForm).values()].map((method): Route => {
    const authorizer = authorizers.get(method.AuthorizerId ?? '');
    if (method.AuthorizationType === 'CUSTOM' && !authorizer)
      throw new Error(`The template has no AWS::ApiGateway::Authorizer ${method.AuthorizerId}.`);
    const segments = pathOf(method.ResourceId);
    return {
      method: method.HttpMethod,
      resource: `/${segments.join('/')}`,
      segments,
      resourceId: method.ResourceId,
      authorize: authorizer && functionOf(authorizer.AuthorizerUri),
      authorizerId: method.AuthorizerId,
      integrate: functionOf(method.Integration.Uri),
      timeoutMs: method.Integration.TimeoutInMillis,
    };
  });
  const [restApi] = all('RestApi', restApiForm).values();
  const [stage] = all('Stage', stageForm).values();
  if (!stage) throw new Error('The template has no AWS::ApiGateway::Stage.');
  const { ThrottlingRateLimit: requestsPerSecond, ThrottlingBurstLimit: burst } = stage.MethodSettings[0] ?? {};
  const answers = [...all('GatewayResponse', answerForm).values()].map((answer): [string, GatewayResponse] => [
    answer.ResponseType,
    {
      status: answer.StatusCode === undefined ? undefined : Number(answer.StatusCode),
      template: answer.ResponseTemplates['application/json'],
      parameters: answer.ResponseParameters,
    },
  ]);
  return {
    routes,
    answers: new Map(answers),
    stage: stage.StageName,
    binaryMediaTypes: restApi?.BinaryMediaTypes ?? [],
    throttle: requestsPerSecond === undefined || burst === undefined ? undefined : { requestsPerSecond, burst },
  };
};

/** The route of a request and its path parameters, decoded; `undefined` for an unknown path or method, and for a parameter that may not be one. */
export const routeOf = (
  { routes }: Api,
  method: string,
  path: string,
  isParameter: (text: string) => boolean,
): { readonly route: Route; readonly parameters: Readonly<Record<string, string>> } | undefined => {
  const given = path.split('/').slice(1);
  const route = routes.find(
    (one) =>
      (one.method === method || one.method === 'ANY') &&
      one.segments.length === given.length &&
      one.segments.every((segment, index) =>
        segment.startsWith('{') ? isParameter(given[index] ?? '') : segment === given[index],
      ),
  );
  if (!route) return undefined;
  const parameters = route.segments.flatMap((segment, index) =>
    segment.startsWith('{') ? [[segment.slice(1, -1), decoded(given[index] ?? '')] as const] : [],
  );
  return { route, parameters: Object.fromEntries(parameters) };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
