import type { Answered, Asked } from '../loopback-server.ts';
import type { Operation } from './control.ts';
import { type GatewayPath, manageGateways, readEnvironment } from './management.ts';
import { accessFailed, invalidToken, methodNotAllowed, notFound } from './problem.ts';
import { decideSideband } from './sideband.ts';
import type { Tokens } from './token.ts';
import type { World } from './world.ts';

/** What a request asks for, and what doing it at a time comes to. Who asks is settled when the request arrives. */
export type Route = { readonly operation?: Operation; readonly run: (atMs: number) => Answered };

const operations: Readonly<Record<string, Operation>> = {
  'GET gateways': 'list-gateways',
  'GET gateway': 'read-gateway',
  'GET credentials': 'list-credentials',
  'POST credentials': 'create-credential',
  'GET credential': 'read-credential',
  'DELETE credential': 'delete-credential',
};

/** The hosts of PingOne in one: `auth.`, `api.` and `http-access-api.` have no path in common. */
export const routeOf = (world: World, tokens: Tokens, asked: Asked): Route => {
  const segments = asked.url.pathname.split('/').slice(1);
  const { id } = world.environment;
  if (segments.length === 3 && segments[1] === 'as' && segments[2] === 'token') {
    if (asked.method !== 'POST') return { run: () => methodNotAllowed('POST') };
    return { operation: 'token', run: () => (segments[0] === id ? tokens.issue(asked) : notFound('environment')) };
  }
  const [version, environments, environmentId, below, ...rest] = segments;
  if (version !== 'v1' || environments !== 'environments') return { run: () => notFound('resource') };
  if (below === 'sideband') return sideband(world, asked, environmentId === id, rest);
  const worker = tokens.bearer(asked);
  if (!worker) return { ...operationOf(asked, below, rest), run: invalidToken };
  if (environmentId !== id) return { run: accessFailed }; // a worker has no role in an environment that is not its own
  if (below === undefined) {
    if (asked.method !== 'GET') return { run: () => methodNotAllowed('GET') };
    return { operation: 'read-environment', run: readEnvironment(world, asked) };
  }
  const path = gatewayPath(below, rest);
  if (!path) return { run: () => notFound('resource') };
  return { ...operationOf(asked, below, rest), run: manageGateways(world, asked, path, worker) };
};

const sideband = (world: World, asked: Asked, isHere: boolean, rest: readonly string[]): Route => {
  const [leg, ...more] = rest;
  if (!isHere || more.length > 0 || (leg !== 'request' && leg !== 'response'))
    return { run: () => notFound('resource') };
  if (asked.method !== 'POST') return { run: () => methodNotAllowed('POST') };
  return { operation: `sideband-${leg}`, run: (atMs) => decideSideband(world, asked, leg, atMs) };
};

const gatewayPath = (below: string, rest: readonly string[]): GatewayPath | undefined => {
  const [gatewayId, credentials, credentialId, ...more] = rest;
  if (below !== 'gateways' || more.length > 0) return undefined;
  if (gatewayId === undefined) return { gatewayId: null };
  if (credentials === undefined) return { gatewayId };
  return credentials === 'credentials' ? { gatewayId, credentialId: credentialId ?? null } : undefined;
};

const operationOf = (asked: Asked, below: string | undefined, rest: readonly string[]): Pick<Route, 'operation'> => {
  const what = below === 'gateways' ? ['gateways', 'gateway', 'credentials', 'credential'][rest.length] : undefined;
  const operation = operations[`${asked.method} ${what}`];
  return operation ? { operation } : {};
};
