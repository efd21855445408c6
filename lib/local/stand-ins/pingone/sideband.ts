import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Answered, Asked } from '../loopback-server.ts';
import { problem } from './problem.ts';
import { gatewayOfValue, originOf, type World } from './world.ts';

const text = z.string().min(1);
const headers = z.array(z.record(z.string(), z.string()).refine((entry) => Object.keys(entry).length === 1));
const port = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number),
  ])
  .pipe(z.number().int().min(1).max(65_535));
const request = z.looseObject({
  source_ip: text,
  source_port: z.unknown().refine((given) => port.safeParse(given).success),
  method: text,
  url: z.url(),
  http_version: text,
  headers,
  body: z.string().optional(),
  access_token: z.looseObject({}).optional(),
});
type Request = z.infer<typeof request>;
const response = z
  .object({
    method: text,
    url: z.url(),
    http_version: text,
    headers,
    body: z.string().optional(),
    response_code: z.union([z.string(), z.number()]).transform(String),
    response_status: z.string(),
    state: z.unknown().optional(),
    request: z.unknown().optional(),
  })
  .refine((given) => (given.state === undefined) !== (given.request === undefined), 'state or request, never both');

/** `POST /v1/environments/{environmentId}/sideband/request|response`, the HTTP Access Policy service. */
export const decideSideband = (world: World, asked: Asked, leg: 'request' | 'response', atMs: number): Answered => {
  const token = asked.headers['client-token'];
  if (typeof token !== 'string' || gatewayOfValue(world, token, atMs) === undefined)
    return problem(401, 'INVALID_TOKEN', 'The gateway credential is missing, unknown or revoked.');
  let given: unknown;
  try {
    given = JSON.parse(asked.body);
  } catch {
    return problem(400, 'INVALID_REQUEST', 'The request could not be parsed as JSON.');
  }
  return leg === 'request' ? decideRequest(world, asked, given) : decideResponse(given);
};

const decideRequest = (world: World, asked: Asked, given: unknown): Answered => {
  const read = request.safeParse(given);
  if (!read.success) return invalid(read.error);
  const { access_token: accessToken, ...echo } = read.data;
  if (accessToken) {
    // Reported of the real one: a request that brings its parsed token is sent on to the backend, whose answer comes back.
    world.control.backendCalls.push(echo.url);
    return denied(echo, '200', 'OK', [{ 'content-type': 'application/json' }], '{}');
  }
  const { bearerRequired, deniedPaths } = world.control.policy;
  const bearer = echo.headers.some((one) => Object.entries(one).some(isBearer));
  if (bearerRequired && !bearer)
    return denied(echo, '401', 'Unauthorized', [
      { 'www-authenticate': `Bearer realm="${new URL(echo.url).origin}", error="invalid_token"` },
    ]);
  if (deniedPaths.some((path) => new URL(echo.url).pathname.startsWith(path))) {
    const { json } = problem(403, 'ACCESS_FAILED', 'The request is denied by policy.');
    return denied(echo, '403', 'Forbidden', [{ 'content-type': 'application/json' }], JSON.stringify(json));
  }
  return { status: 200, json: { ...echo, state: stateOf(originOf(asked)) } };
};

const isBearer = ([name, value]: [string, string]): boolean =>
  name.toLowerCase() === 'authorization' && /^Bearer \S+/i.test(value);

/** The presence of `response` is the decision, and HTTP says 200: the gateway itself was let in. */
const denied = (
  echo: Omit<Request, 'access_token'>,
  code: string,
  status: string,
  headersOf: readonly object[],
  body = '',
): Answered => ({
  status: 200,
  json: {
    ...echo,
    response: { response_code: code, response_status: status, http_version: '1.1', headers: headersOf, body },
  },
});

const decideResponse = (given: unknown): Answered => {
  const read = response.safeParse(given);
  if (!read.success) return invalid(read.error);
  const { http_version, response_code, response_status, headers: answered, body, state } = read.data;
  if (state !== undefined && !isState(state))
    return problem(400, 'INVALID_DATA', 'The state is not one that was given out.');
  return {
    status: 200,
    json: { http_version, response_code, response_status, headers: answered, ...(body === undefined ? {} : { body }) },
  };
};

/** Opaque to kits: base64 of a gzip, as PingDataGovernance's. */
const stateOf = (origin: string): string => gzipSync(JSON.stringify({ origin })).toString('base64');

const isState = (state: unknown): boolean => {
  try {
    return typeof state === 'string' && gunzipSync(Buffer.from(state, 'base64')).length > 0;
  } catch {
    return false;
  }
};

const invalid = (error: z.ZodError): Answered =>
  problem(400, 'INVALID_DATA', 'The request could not be completed. One or more fields are invalid.', {
    details: error.issues.map(({ path }) => ({ code: 'INVALID_VALUE', target: path.join('.'), message: 'invalid' })),
  });
