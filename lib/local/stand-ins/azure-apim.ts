import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Port } from '../../emulator/wire/held-port.ts';
import { type AzureKeyVault, openAzureKeyVault } from './azure-key-vault.ts';
import { type ClientToken, clientToken } from './client-token.ts';
import { type Answered, type Asked, type Fault, openLoopbackServer } from './loopback-server.ts';

export type AzureOptions = {
  readonly port: Port;
  readonly tenantId: string;
  /** `subscriptions/…/providers/Microsoft.ApiManagement/service/…`. */
  readonly service: string;
  readonly nowMs: () => number;
};

type NamedValue = {
  readonly isSecret: boolean;
  value: string;
  etag: string;
  /** The identifier of a secret in the vault. */
  readonly secretIdentifier?: string;
  lastStatus?: { readonly code: string; readonly timeStampUtc: string };
};

/** An Azure with one API Management service, one key vault and Microsoft Entra for one application. */
export type Azure = {
  readonly origin: string;
  readonly client: ClientToken['client'];
  readonly vault: AzureKeyVault;
  readonly faults: Fault[];
  /** Every request it got, without bodies. */
  readonly requests: readonly string[];
  /** What the application may do, of Microsoft.ApiManagement/service. */
  readonly actions: Set<string>;
  /** Writes end after they were asked for so often, at this kind of address; an operation can fail. */
  later: { readonly polls: number; readonly by: 'azure-asyncoperation' | 'location'; readonly to?: string } | undefined;
  /** Whether API Management may read the vault. */
  mayReadVault: boolean;
  addValue(id: string, value: string, more?: { readonly isSecret?: boolean }): void;
  /** One that refers to a secret of the vault, by its name or name/version. */
  addReference(id: string, secret: string): void;
  /** Another tool, or the refresh every four hours, writes one. */
  put(id: string, value: string): void;
  refresh(id: string): void;
  stored(id: string): string | undefined;
  expireSecret(): void;
  close(): Promise<void>;
};

const patch = z.strictObject({
  properties: z.strictObject({
    displayName: z.string().optional(),
    value: z.string().optional(),
    secret: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
  }),
});
const vaultScope = 'https://vault.azure.net/.default';

/**
 * Starts an Azure that answers as its REST API (2024-05-01) says: tokens for a scope each, ETags, If-Match needed and compared,
 * listValue, refreshSecret, and writes that are done at once (200) or later (202).
 */
export const openAzure = async ({ port, tenantId, service, nowMs }: AzureOptions): Promise<Azure> => {
  const values = new Map<string, NamedValue>();
  const operations = new Map<string, { left: number; finish: () => boolean }>();
  const requests: string[] = [];
  const actions = new Set(
    ['read', 'write', 'listValue/action', 'refreshSecret/action'].map((one) => `namedValues/${one}`),
  ).add('operationresults/read');
  let seconds = Math.floor(nowMs() / 1000);
  const tick = (): number => {
    seconds += 1;
    return seconds;
  };

  const store = (one: NamedValue, value: string): true => {
    one.value = value;
    one.etag = `"${randomUUID()}"`;
    return true;
  };
  const readVault = (one: NamedValue): boolean => {
    const [, , name = '', version] = new URL(one.secretIdentifier ?? '').pathname.split('/');
    const found = azure.mayReadVault ? vault.version(name, version) : undefined;
    one.lastStatus = { code: found ? 'Success' : 'Forbidden', timeStampUtc: new Date(tick() * 1000).toISOString() };
    return found !== undefined && store(one, found.value);
  };

  const entity = (id: string, one: NamedValue): Answered => {
    const { isSecret: secret, value, secretIdentifier, lastStatus } = one;
    const keyVault = secretIdentifier && { secretIdentifier, ...(lastStatus ? { lastStatus } : {}) };
    const properties = {
      displayName: id,
      secret,
      tags: [],
      ...(secret ? {} : { value }),
      ...(keyVault ? { keyVault } : {}),
    };
    return {
      status: 200,
      json: { id: `/${service}/namedValues/${id}`, name: id, properties },
      headers: { etag: one.etag },
    };
  };
  const written = (id: string, one: NamedValue, finish: () => boolean): Answered => {
    const { later } = azure;
    if (!later) return finish() ? entity(id, one) : refused(400, 'ValidationError', 'Key Vault');
    const operation = randomUUID();
    operations.set(operation, { left: later.polls, finish });
    const address = later.to ?? `${server.origin}/${service}/operationresults/${operation}?api-version=2024-05-01`;
    return { status: 202, headers: { [later.by]: address } };
  };
  const operationOf = (id: string): Answered => {
    const found = operations.get(id);
    if (!found) return refused(404, 'NotFound', id);
    found.left -= 1;
    const isAsync = azure.later?.by === 'azure-asyncoperation';
    if (found.left > 0) return isAsync ? { status: 200, json: { status: 'InProgress' } } : { status: 202 };
    const isDone = found.finish();
    operations.delete(id);
    if (isAsync)
      return { status: 200, json: { id, status: isDone ? 'Succeeded' : 'Failed', error: { message: 'no: key' } } };
    return isDone ? { status: 200, json: {} } : refused(400, 'ValidationError', 'Key Vault');
  };

  const onValue = (id: string, action: string | undefined, { method, headers, body }: Asked): Answered => {
    const one = values.get(id);
    const needed = action === undefined ? (method === 'GET' ? 'read' : 'write') : `${action}/action`;
    if (!actions.has(`namedValues/${needed}`)) return refused(403, 'AuthorizationFailed', needed);
    if (!one) return refused(404, 'ResourceNotFound', id);
    if (action === undefined && method === 'GET') return entity(id, one);
    if (action === undefined && method === 'PATCH') {
      const match = headers['if-match'];
      if (match === undefined) return refused(400, 'ValidationError', 'If-Match');
      if (match !== '*' && match !== one.etag) return refused(412, 'PreconditionFailed', body);
      if (!headers['content-type']?.startsWith('application/json')) return refused(415, 'UnsupportedMediaType', body);
      const read = patch.safeParse(JSON.parse(body));
      if (!read.success) return refused(400, 'ValidationError', body);
      const { value, secret } = read.data.properties;
      if (value === undefined || secret !== one.isSecret || one.secretIdentifier)
        return refused(400, 'ValidationError', body);
      return written(id, one, () => store(one, value));
    }
    if (action === 'listValue' && method === 'POST')
      return one.secretIdentifier
        ? refused(400, 'ValidationError', `Operation not allowed for keyVault derived NamedValue with id '${id}'.`)
        : { status: 200, json: { value: one.value }, headers: { etag: one.etag } };
    if (action === 'refreshSecret' && method === 'POST')
      return one.secretIdentifier ? written(id, one, () => readVault(one)) : refused(400, 'ValidationError', id);
    return refused(405, 'MethodNotAllowed', method);
  };

  const answer = (asked: Asked): Answered => {
    const { method, url, headers } = asked;
    requests.push(`${method} ${url.pathname}`);
    if (url.pathname === `/${tenantId}/oauth2/v2.0/token`) return tokens.answer(asked);
    if (tokens.scopeOf(headers.authorization) !== `${server.origin}/.default`)
      return refused(401, 'InvalidAuthenticationTokenAudience', headers.authorization ?? '');
    if (url.searchParams.get('api-version') !== '2024-05-01') return refused(400, 'InvalidApiVersionParameter', '');
    const [kind, id = '', action, ...more] = url.pathname.startsWith(`/${service}/`)
      ? url.pathname
          .slice(service.length + 2)
          .split('/')
          .map(decodeURIComponent)
      : [];
    if (kind === 'operationresults')
      return actions.has('operationresults/read') ? operationOf(id) : refused(403, 'AuthorizationFailed', id);
    return kind === 'namedValues' && more.length === 0
      ? onValue(id, action, asked)
      : refused(404, 'ResourceNotFound', url.pathname);
  };

  const server = await openLoopbackServer(port, answer);
  const tokens = clientToken(nowMs, [`${server.origin}/.default`, vaultScope]);
  const isKnown = (authorization: string | undefined) => tokens.scopeOf(authorization) === vaultScope;
  const vault = await openAzureKeyVault({ port: 0, isKnown, tick });
  const add = (id: string, one: Omit<NamedValue, 'etag'>): void => void values.set(id, { ...one, etag: `"${id}"` });
  const azure: Azure = {
    origin: server.origin,
    client: tokens.client,
    vault,
    faults: server.faults,
    requests,
    actions,
    later: undefined,
    mayReadVault: true,
    addValue: (id, value, { isSecret = true } = {}) => add(id, { isSecret, value }),
    addReference: (id, secret) => {
      add(id, { isSecret: true, value: '', secretIdentifier: `${vault.vaultUrl}/secrets/${secret}` });
      azure.refresh(id);
    },
    put: (id, value) => {
      const one = values.get(id);
      if (one) store(one, value);
    },
    refresh: (id) => {
      const one = values.get(id);
      if (one) readVault(one);
    },
    stored: (id) => values.get(id)?.value,
    expireSecret: tokens.expireSecret,
    close: async () => void (await Promise.all([server.close(), vault.close()])),
  };
  return azure;
};

const refused = (status: number, code: string, what: string): Answered => ({
  status,
  json: { error: { code, message: `no: ${what}` } },
});
