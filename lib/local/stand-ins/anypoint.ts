import { z } from 'zod';
import type { Port } from '../../emulator/wire/held-port.ts';
import { type ClientToken, clientToken } from './client-token.ts';
import { type Answered, type Asked, type Fault, openLoopbackServer } from './loopback-server.ts';

/** A field of the definition of a policy. */
export type DefinedField = {
  readonly propertyName: string;
  readonly type: string;
  readonly optional?: boolean;
  readonly sensitive?: boolean;
};

export type AnypointOptions = {
  readonly port: Port;
  readonly organizationId: string;
  readonly environmentId: string;
  readonly nowMs: () => number;
};

type Configuration = Readonly<Record<string, unknown>>;
type Policy = { fields: readonly DefinedField[]; version: string; configuration: Configuration; changedAt: string };

/** API Manager of Anypoint Platform for one connected app. */
export type Anypoint = {
  readonly anypointUrl: string;
  readonly client: ClientToken['client'];
  readonly faults: Fault[];
  /** Every request it got, without bodies. */
  readonly requests: readonly string[];
  readonly scopes: Set<string>;
  /** What it shows in place of sensitive fields: the value, nothing at all, null, or asterisks. */
  shows: 'value' | 'absent' | 'null' | 'asterisks';
  /** Whether definitions are lists of fields, or JSON schemas. */
  listsFields: boolean;
  addPolicy(apiId: string, policyId: string, fields: readonly DefinedField[], configuration: Configuration): void;
  /** Another tool writes fields, or moves the policy to another version of its definition. */
  change(apiId: string, policyId: string, configuration: Configuration, version?: string): void;
  stored(apiId: string, policyId: string): Configuration | undefined;
  expireSecret(): void;
  close(): Promise<void>;
};

const groupId = '68ef9520-24e9-4cf2-b2f5-620025690913';
const assetId = 'ping-sideband';
const patch = z.strictObject({ configurationData: z.record(z.string(), z.unknown()) });

/**
 * Starts an API Manager that answers as its API says: tokens of client credentials, a policy whose PATCH replaces the whole
 * configuration, with 400 for one that is not whole or has a field too many, and GET that holds sensitive fields back.
 */
export const openAnypoint = async ({
  port,
  organizationId,
  environmentId,
  nowMs,
}: AnypointOptions): Promise<Anypoint> => {
  const policies = new Map<string, Policy>();
  const requests: string[] = [];
  const scopes = new Set(['read:api_policies', 'manage:api_policies', 'read:exchange']);
  const tokens = clientToken(nowMs);
  let changes = 0;
  const set = (path: string, policy: Omit<Policy, 'changedAt'>): void => {
    changes += 1;
    policies.set(path, { ...policy, changedAt: new Date(nowMs() + changes).toISOString() });
  };

  const shown = ({ fields, version, configuration, changedAt }: Policy, isWritten: boolean): Answered => {
    const hidden = new Set(fields.flatMap(({ propertyName, sensitive }) => (sensitive ? [propertyName] : [])));
    const replaced = { absent: undefined, null: null, asterisks: '******' };
    const entries = Object.entries(configuration).map(([name, value]) =>
      hidden.has(name) && !isWritten && anypoint.shows !== 'value' ? [name, replaced[anypoint.shows]] : [name, value],
    );
    const audit = { updated: { date: changedAt } };
    const asset = { groupId, assetId, assetVersion: version };
    return { status: 200, json: { id: 7, ...asset, order: 1, audit, configurationData: Object.fromEntries(entries) } };
  };

  const onPolicy = (path: string, { method, headers, body }: Asked): Answered => {
    const policy = policies.get(path);
    if (!scopes.has(method === 'GET' ? 'read:api_policies' : 'manage:api_policies'))
      return problem(403, 'ForbiddenError', path);
    if (!policy) return problem(404, 'NotFoundError', path);
    if (method === 'GET') return shown(policy, false);
    if (method !== 'PATCH') return problem(405, 'MethodNotAllowed', method);
    if (!headers['content-type']?.startsWith('application/json')) return problem(415, 'UnsupportedMediaType', body);
    const read = patch.safeParse(JSON.parse(body));
    if (!read.success) return problem(400, 'ValidationError', body);
    const { configurationData: configuration } = read.data;
    const names = policy.fields.map(({ propertyName }) => propertyName);
    const isWhole = policy.fields.every(
      ({ propertyName, optional }) => optional || configuration[propertyName] != null,
    );
    if (!isWhole || Object.keys(configuration).some((name) => !names.includes(name)))
      return problem(400, 'ValidationError', body);
    set(path, { ...policy, configuration });
    return shown(policies.get(path) ?? policy, true);
  };

  const answer = (asked: Asked): Answered => {
    const { url, method, headers } = asked;
    requests.push(`${method} ${url.pathname}`);
    if (url.pathname === '/accounts/api/v2/oauth2/token') return tokens.answer(asked);
    if (tokens.scopeOf(headers.authorization) === undefined)
      return problem(401, 'UnauthorizedError', headers.authorization ?? '');
    const organization = `organizations/${organizationId}`;
    const own = `/apimanager/api/v1/${organization}/environments/${environmentId}/`;
    if (url.pathname.startsWith(own)) return onPolicy(url.pathname.slice(own.length), asked);
    const [, version] =
      new RegExp(`^/apimanager/xapi/v1/${organization}/exchange-policy-templates/${groupId}/${assetId}/([^/]+)$`).exec(
        url.pathname,
      ) ?? [];
    const defined = [...policies.values()].find((one) => one.version === version);
    if (method !== 'GET' || !defined) return problem(404, 'NotFoundError', url.pathname);
    if (!scopes.has('read:exchange')) return problem(403, 'ForbiddenError', url.pathname);
    const schema = { type: 'object', properties: {} };
    return {
      status: 200,
      json: { groupId, assetId, version, configuration: anypoint.listsFields ? defined.fields : schema },
    };
  };

  const server = await openLoopbackServer(port, answer);
  const pathOf = (apiId: string, policyId: string): string => `apis/${apiId}/policies/${policyId}`;
  const anypoint: Anypoint = {
    anypointUrl: server.origin,
    client: tokens.client,
    faults: server.faults,
    requests,
    scopes,
    shows: 'value',
    listsFields: true,
    addPolicy: (apiId, policyId, fields, configuration) =>
      set(pathOf(apiId, policyId), { fields, version: '1.0.0', configuration }),
    change: (apiId, policyId, configuration, version) => {
      const path = pathOf(apiId, policyId);
      const before = policies.get(path);
      if (before)
        set(path, {
          ...before,
          version: version ?? before.version,
          configuration: { ...before.configuration, ...configuration },
        });
    },
    stored: (apiId, policyId) => policies.get(pathOf(apiId, policyId))?.configuration,
    expireSecret: tokens.expireSecret,
    close: server.close,
  };
  return anypoint;
};

const problem = (status: number, name: string, what: string): Answered => ({
  status,
  json: { name, message: `no: ${what}` },
});
