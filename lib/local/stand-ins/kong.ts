import { randomUUID } from 'node:crypto';
import type { Port } from '../../emulator/wire/held-port.ts';
import { type Delayed, delayed } from './delayed.ts';
import { schemaViolation } from './kong-schema.ts';
import { type Answered, type Asked, type Fault, openLoopbackServer } from './loopback-server.ts';

type Plugin = {
  readonly id: string;
  readonly service: { readonly id: string } | null;
  readonly name: string;
  readonly enabled: boolean;
  config: Record<string, unknown>;
};

export type KongOptions = {
  readonly port: Port;
  /** Requires this Kong-Admin-Token (RBAC); absent: none is asked for. */
  readonly adminToken?: string;
  /** What a plugin before the Admin API (key-auth, basic-auth) wants to see; absent: there is none. */
  readonly adminHeaders?: Readonly<Record<string, string>>;
  readonly workspace?: string;
  /** Answers every write as a Kong without a database. */
  readonly dbLess?: boolean;
  /** How long after a write its workers use it. */
  readonly workerUpdateMs: number;
  readonly nowMs: () => number;
};

type NewPlugin = {
  readonly name?: string;
  readonly serviceUrl: string;
  readonly sharedSecret?: string;
  /** The service that it is attached to; absent: all requests. */
  readonly serviceId?: string;
};

/** A Kong Gateway: its Admin API over HTTP, and for each plugin what its workers present. */
export type Kong = {
  readonly adminUrl: string;
  readonly faults: Fault[];
  /** Every request it got, without bodies: `GET /plugins`. */
  readonly requests: readonly string[];
  addPlugin(plugin: NewPlugin): string;
  removePlugin(id: string): void;
  storedSecret(id: string): unknown;
  /** What the workers present now: give it to a kit node. */
  currentCredential(id: string): string | undefined;
  close(): Promise<void>;
};

/**
 * Starts a Kong that answers as Kong/kong does (kong/api/endpoints.lua, db/errors.lua): pages with `offset` and `next`,
 * PATCH merging records, 400 schema violation, 401 without the token, 404, and 405 without a database.
 */
export const openKong = async (options: KongOptions): Promise<Kong> => {
  const plugins = new Map<string, Plugin>();
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
    if (path === '/plugins' && asked.method === 'GET') return page([...plugins.values()], asked.url.searchParams);
    const plugin = plugins.get(decodeURIComponent(/^\/plugins\/([^/]+)$/.exec(path)?.[1] ?? ''));
    if (!plugin) return { status: 404, json: { message: 'Not found' } };
    if (asked.method === 'GET') return { status: 200, json: plugin };
    if (asked.method !== 'PATCH') return { status: 405, json: { message: 'Method not allowed' } };
    if (options.dbLess) return noDatabase;
    return patch(plugin, asked.body);
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
    addPlugin: ({ name = 'ping-auth', serviceUrl, sharedSecret, serviceId }) => {
      const id = randomUUID();
      const config = {
        service_url: serviceUrl,
        secret_header_name: 'CLIENT-TOKEN',
        shared_secret: sharedSecret ?? null,
        connection_timeout_ms: 10_000,
      };
      const service = serviceId === undefined ? null : { id: serviceId };
      plugins.set(id, { id, name, enabled: true, service, config });
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

const noDatabase: Answered = {
  status: 405,
  json: {
    code: 12,
    name: 'operation unsupported',
    message: "cannot update 'plugins' entities when not using a database",
  },
};

const page = (all: readonly Plugin[], query: URLSearchParams): Answered => {
  const size = Number(query.get('size') ?? 100);
  if (!Number.isInteger(size) || size < 1 || size > 1000)
    return {
      status: 400,
      json: { code: 9, name: 'invalid size', message: 'size must be an integer between 1 and 1000' },
    };
  const given = query.get('offset');
  const start =
    given === null ? 0 : Number(/^at:(\d+)$/.exec(Buffer.from(given, 'base64').toString())?.[1] ?? Number.NaN);
  if (!Number.isInteger(start))
    return { status: 400, json: { code: 7, name: 'invalid offset', message: 'bad offset string' } };
  const end = start + size;
  const offset = end < all.length ? Buffer.from(`at:${end}`).toString('base64') : undefined;
  const next = offset ? `/plugins?offset=${encodeURIComponent(offset)}&size=${size}` : null;
  return { status: 200, json: { data: all.slice(start, end), ...(offset ? { offset } : {}), next } };
};
