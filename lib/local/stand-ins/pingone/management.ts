import type { Answered, Asked } from '../loopback-server.ts';
import { page } from './page.ts';
import { accessFailed, methodNotAllowed, notFound, problem } from './problem.ts';
import type { HeldCredential, HeldGateway, Worker } from './state.ts';
import { lastVisibleUse } from './uses.ts';
import { createCredential, deleteCredential, mostCredentials, originOf, shown, type World } from './world.ts';

/** The role that PingOne asks of whoever manages gateway credentials. */
const environmentAdmin = 'Environment Admin';

/** What is done once the worker may do it; `atMs` is when it takes effect. */
type Run = (atMs: number) => Answered;

/** `GET /v1/environments/{environmentId}`. */
export const readEnvironment = (world: World, asked: Asked): Run => {
  const { environment } = world;
  const { id, name, region, organizationId } = environment;
  const self = { self: { href: `${originOf(asked)}/v1/environments/${id}` } };
  return () => ({
    status: 200,
    json: { _links: self, id, name, type: 'SANDBOX', region, organization: { id: organizationId } },
  });
};

/** The gateways, one gateway, its credentials or one credential: `null` stands for the collection. */
export type GatewayPath = { readonly gatewayId: string | null; readonly credentialId?: string | null };

/** Everything below `/v1/environments/{environmentId}/gateways`, for a worker that was let in. */
export const manageGateways = (world: World, asked: Asked, path: GatewayPath, worker: Worker): Run => {
  const roles = world.control.roles.get(worker.clientId) ?? worker.roles;
  if (!roles.includes(environmentAdmin)) return accessFailed;
  if (path.gatewayId === null) return asked.method === 'GET' ? listGateways(world, asked) : () => notBuilt;
  const gateway = world.gateways.find(({ id }) => id === path.gatewayId);
  if (!gateway) return () => notFound('gateway');
  if (path.credentialId === undefined)
    return asked.method === 'GET'
      ? (atMs) => ({
          status: 200,
          json: { ...gatewayJson(world, asked, gateway), credentials: listed(world, gateway, atMs) },
        })
      : () => notBuilt;
  return path.credentialId === null
    ? manageCredentials(world, asked, gateway)
    : manageCredential(world, asked, gateway, path.credentialId);
};

const listGateways =
  (world: World, asked: Asked): Run =>
  () =>
    page(
      asked,
      'gateways',
      world.gateways.map((gateway) => gatewayJson(world, asked, gateway)),
      world.control.pageSize,
    );

const manageCredentials = (world: World, asked: Asked, gateway: HeldGateway): Run => {
  if (asked.method === 'GET')
    return (atMs) => page(asked, 'credentials', listed(world, gateway, atMs), world.control.pageSize);
  if (asked.method !== 'POST') return () => methodNotAllowed('GET, POST');
  const wrong = wrongBody(asked);
  if (wrong) return () => wrong;
  return (atMs) => {
    const created = createCredential(world, gateway, originOf(asked), atMs);
    if (!created) return tooMany(world);
    return { status: 201, json: { ...credentialJson(created.credential, atMs), credential: created.value } };
  };
};

/** Creation takes no body, or an empty object. */
const wrongBody = ({ headers, body }: Asked): Answered | undefined => {
  if (body === '') return undefined;
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    return problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'The content type must be application/json.');
  try {
    const given: unknown = JSON.parse(body);
    if (typeof given === 'object' && given !== null && Object.keys(given).length === 0) return undefined;
  } catch {
    return problem(400, 'INVALID_REQUEST', 'The request could not be parsed as JSON.');
  }
  return problem(400, 'INVALID_DATA', 'The request could not be completed. A credential has no settable fields.');
};

const tooMany = ({ control: { sixth } }: World): Answered =>
  problem(sixth.status, sixth.code, `A gateway may have at most ${mostCredentials} credentials.`, {
    details: [
      {
        code: 'SIZE_LIMIT_EXCEEDED',
        target: 'credentials',
        message: 'too many',
        innerError: { maximumValue: mostCredentials },
      },
    ],
  });

const manageCredential = (world: World, asked: Asked, gateway: HeldGateway, id: string): Run => {
  if (asked.method === 'DELETE')
    return (atMs) => (deleteCredential(world, gateway.id, id, atMs) ? { status: 204 } : notFound('credential'));
  if (asked.method !== 'GET') return () => methodNotAllowed('GET, DELETE'); // there is no way to change or rename one
  return (atMs) => {
    const found = shown(world, gateway.id).find((one) => one.id === id);
    return found ? { status: 200, json: credentialJson(found, atMs) } : notFound('credential');
  };
};

const gatewayUrl = (world: World, asked: Asked, gateway: HeldGateway): string =>
  `${originOf(asked)}/v1/environments/${world.environment.id}/gateways/${gateway.id}`;

const gatewayJson = (world: World, asked: Asked, gateway: HeldGateway) => ({
  _links: { self: { href: gatewayUrl(world, asked, gateway) } },
  id: gateway.id,
  environment: { id: world.environment.id },
  name: gateway.name,
  type: gateway.type,
  enabled: gateway.enabled,
});

const listed = (world: World, gateway: HeldGateway, atMs: number) =>
  shown(world, gateway.id).map((one) => credentialJson(one, atMs));

/** A credential without its value; `lastUsedAt` is absent until its first use shows. */
const credentialJson = ({ id, createdAtMs, uses }: HeldCredential, atMs: number) => {
  const lastUsedAtMs = lastVisibleUse(uses, atMs);
  return {
    id,
    createdAt: new Date(createdAtMs).toISOString(),
    ...(lastUsedAtMs === undefined ? {} : { lastUsedAt: new Date(lastUsedAtMs).toISOString() }),
  };
};

/** PingOne takes these; nothing here needs them, and an invented answer would mislead. */
const notBuilt: Answered = problem(501, 'NOT_IMPLEMENTED', 'The stand-in reads gateways; it does not change them.');
