import { randomUUID } from 'node:crypto';
import { parse, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import type { Port } from '../../emulator/wire/held-port.ts';
import { type Delayed, delayed } from './delayed.ts';
import { pageOf } from './kong-page.ts';
import { declarative, noDatabase, schemaViolation } from './kong-schema.ts';
import { type Answered, type Asked, type Fault, openLoopbackServer } from './loopback-server.ts';

type Plugin = {
  readonly id: string;
  readonly instance_name: string | null;
  readonly service: { readonly id: string } | null;
  readonly route: { readonly id: string } | null;
  readonly name: string;
  readonly enabled: boolean;
  readonly tags: readonly string[] | null;
  config: Record<string, unknown>;
};

export type KongOptions = {
  readonly port: Port;
  /** Requires this Kong-Admin-Token (RBAC); absent: none is asked for. */
  readonly adminToken?: string;
  /** What a plugin before the Admin API (key-auth, basic-auth) wants to see; absent: there is none. */
  readonly adminHeaders?: Readonly<Record<string, string>>;
  readonly workspace?: string;
  /** Answers every write of an entity as a Kong without a database, and has `/config`. */
  readonly dbLess?: boolean;
  /** How long after a write its workers use it. */
  readonly workerUpdateMs: number;
  readonly nowMs: () => number;
};

type NewPlugin = {
  readonly name?: string;
  readonly serviceUrl: string;
  readonly sharedSecret?: string;
  /** The service or route that it is attached to; absent: all requests. */
  readonly serviceId?: string;
  readonly routeId?: string;
  readonly instanceName?: string;
  readonly tags?: readonly string[];
};
type Vault = { readonly prefix: string; readonly name: string; readonly config: Readonly<Record<string, unknown>> };

/** A Kong Gateway: its Admin API over HTTP, and for each plugin what its workers present. */
export type Kong = {
  readonly adminUrl: string;
  readonly faults: Fault[];
  /** Every request it got, without bodies: `GET /plugins`. */
  readonly requests: readonly string[];
  addPlugin(plugin: NewPlugin): string;
  addVault(vault: Vault): void;
  /** A route or service of this name; its id. */
  addNamed(what: 'routes' | 'services', name: string): string;
  /** Another tool sets a plugin's value. */
  setSecret(id: string, sharedSecret: string): void;
  /** The declarative configuration, of one without a database; another tool may put one there. */
  config: string;
  removePlugin(id: string): void;
  storedSecret(id: string): unknown;
  /** What the workers present now: give it to a kit node. */
  currentCredential(id: string): string | undefined;
  close(): Promise<void>;
};

/**
 * Starts a Kong that answers as Kong/kong does (kong/api/endpoints.lua, db/errors.lua): pages with `offset` and `next`,
 * PATCH merging records, 400 schema violation, 401 without the token, 404, and 405 without a database; then GET and POST of
 * `/config` (api/routes/config.lua), with 304 for what it has already.
 */
export const openKong = async (options: KongOptions): Promise<Kong> => {
  const plugins = new Map<string, Plugin>();
  const named = { routes: [] as object[], services: [] as object[], vaults: [] as object[] };
  let written: string | undefined;
  const workers = new Map<string, Delayed<string>>();
  const requests: string[] = [];
  const prefix = options.workspace ? `/${options.workspace}` : '';

  const answer = (asked: Asked): Answered => {
    requests.push(`${asked.method} ${asked.url.pathname}`);
    if (Object.entries(options.adminHeaders ?? {}).some(([name, value]) => asked.headers[name] !== value))
      return { status: 401, json: { message: 'Unauthorized' } };
    if (options.adminToken !== undefined && asked.headers['kong-admin-token'] !== options.adminToken)
      return { status: 401, json: { message: 'Invalid RBAC credentials' } };
    if (asked.url.pathname === '/' && asked.method === 'GET')
      return { status: 200, json: { configuration: { database: options.dbLess ? 'off' : 'postgres' } } };
    const path = asked.url.pathname.startsWith(`${prefix}/`) ? asked.url.pathname.slice(prefix.length) : '';
    if (path === '/plugins' && asked.method === 'GET')
      return pageOf('plugins', [...plugins.values()], asked.url.searchParams);
    for (const [what, all] of Object.entries(named))
      if (path === `/${what}` && asked.method === 'GET') return pageOf(what, all, asked.url.searchParams);
    if (path === '/config') return configAnswer(asked);
    const plugin = plugins.get(decodeURIComponent(/^\/plugins\/([^/]+)$/.exec(path)?.[1] ?? ''));
    if (!plugin) return { status: 404, json: { message: 'Not found' } };
    if (asked.method === 'GET') return { status: 200, json: plugin };
    if (asked.method !== 'PATCH') return { status: 405, json: { message: 'Method not allowed' } };
    if (options.dbLess) return noDatabase;
    return patch(plugin, asked.body);
  };

  const configText = (): string =>
    written ?? stringify({ _format_version: '3.0', _transform: false, plugins: [...plugins.values()] });
  const useConfig = (text: string): Answered => {
    const read = declarative.safeParse(parse(text));
    if (!read.success || parseDocument(text).errors.length > 0)
      return { status: 400, json: { code: 14, name: 'invalid declarative configuration', message: text } };
    for (const { id, config } of read.data.plugins) {
      const plugin = plugins.get(id);
      if (plugin) plugin.config = config;
      workers.get(id)?.set(config.shared_secret);
    }
    written = text;
    return { status: 201, json: read.data };
  };
  const configAnswer = ({ method, url, body }: Asked): Answered => {
    if (!options.dbLess)
      return { status: 400, json: { message: 'this endpoint is only available without a database' } };
    if (method === 'GET') return { status: 200, json: { config: configText() } };
    const given = z.strictObject({ config: z.string() }).safeParse(JSON.parse(body));
    if (!given.success) return { status: 400, json: { message: 'expected a declarative configuration' } };
    if (url.searchParams.get('check_hash') === '1' && given.data.config === configText()) return { status: 304 };
    return useConfig(given.data.config);
  };

  const patch = (plugin: Plugin, body: string): Answered => {
    const change: unknown = JSON.parse(body);
    const violation = schemaViolation(change);
    if (violation) return { status: 400, json: violation };
    const config = typeof change === 'object' && change !== null && 'config' in change ? change.config : {};
    plugin.config = { ...plugin.config, ...(typeof config === 'object' ? config : {}) };
    const secret = plugin.config.shared_secret;
    if (typeof secret === 'string') workers.get(plugin.id)?.set(secret);
    return { status: 200, json: plugin };
  };

  const server = await openLoopbackServer(options.port, answer);
  return {
    adminUrl: server.origin,
    faults: server.faults,
    requests,
    get config() {
      return configText();
    },
    set config(text) {
      useConfig(text);
    },
    addVault: (vault) => void named.vaults.push({ id: randomUUID(), ...vault }),
    addNamed: (what, name) => {
      const id = randomUUID();
      named[what].push({ id, name });
      return id;
    },
    setSecret: (id, sharedSecret) => {
      const plugin = plugins.get(id);
      if (plugin) plugin.config = { ...plugin.config, shared_secret: sharedSecret };
      workers.get(id)?.set(sharedSecret);
      written = undefined;
    },
    addPlugin: ({
      name = 'ping-auth',
      serviceUrl,
      sharedSecret,
      serviceId,
      routeId,
      instanceName = null,
      tags = null,
    }) => {
      const id = randomUUID();
      const config = {
        service_url: serviceUrl,
        secret_header_name: 'CLIENT-TOKEN',
        shared_secret: sharedSecret ?? null,
        connection_timeout_ms: 10_000,
      };
      const service = serviceId === undefined ? null : { id: serviceId };
      const route = routeId === undefined ? null : { id: routeId };
      plugins.set(id, { id, name, instance_name: instanceName, enabled: true, service, route, tags, config });
      workers.set(id, delayed(sharedSecret, options.workerUpdateMs, options.nowMs));
      return id;
    },
    removePlugin: (id) => {
      plugins.delete(id);
      workers.delete(id);
    },
    storedSecret: (id) => plugins.get(id)?.config.shared_secret,
    currentCredential: (id) => workers.get(id)?.current(),
    close: server.close,
  };
};
