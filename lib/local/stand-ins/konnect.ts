import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Port } from '../../emulator/wire/held-port.ts';
import { pageOf } from './kong-page.ts';
import { type Answered, type Asked, type Fault, openLoopbackServer } from './loopback-server.ts';

export type KonnectOptions = {
  readonly port: Port;
  readonly controlPlaneId: string;
  /** The tokens that it knows, and whether their roles let them write. */
  readonly tokens: Readonly<Record<string, 'viewer' | 'editor'>>;
};

type Entity = Readonly<Record<string, unknown>> & { readonly id: string };

/** A control plane of Konnect: its configuration API over HTTP. */
export type Konnect = {
  readonly apiUrl: string;
  readonly faults: Fault[];
  readonly requests: readonly string[];
  addPlugin(plugin: Omit<Plugin, 'name'>): string;
  plugin(id: string): Entity | undefined;
  /** Another tool writes a plugin. */
  change(id: string, config: Readonly<Record<string, unknown>>): void;
  addVault(vault: { readonly prefix: string; readonly name: string; readonly config: object }): void;
  /** A Config Store with these entries; its id. */
  addConfigStore(entries: Readonly<Record<string, string>>): string;
  entry(storeId: string, key: string): string | undefined;
  setEntry(storeId: string, key: string, value: string): void;
  close(): Promise<void>;
};

const reference = z.strictObject({ id: z.string() }).nullish();
const plugin = z.strictObject({
  id: z.string().optional(),
  name: z.string(),
  instance_name: z.string().nullish(),
  enabled: z.boolean().optional(),
  protocols: z.array(z.string()).optional(),
  tags: z.array(z.string()).nullish(),
  created_at: z.number().optional(),
  updated_at: z.undefined().optional(),
  service: reference,
  route: reference,
  consumer: reference,
  config: z.strictObject({
    service_url: z.url(),
    shared_secret: z.string().min(1),
    secret_header_name: z.string(),
    connection_timeout_ms: z.number().optional(),
  }),
});
type Plugin = z.infer<typeof plugin>;

/**
 * Starts a control plane that answers as Kong/sdk-konnect-go describes it: pages; PUT replaces a plugin and refuses what is no
 * whole one; no PATCH; entries of a Config Store take a value and never show it; 401 and 403 as problem+json.
 */
export const openKonnect = async ({ port, controlPlaneId, tokens }: KonnectOptions): Promise<Konnect> => {
  const plugins = new Map<string, Entity>();
  const vaults: object[] = [];
  const stores = new Map<string, Map<string, { readonly value: string; readonly updated_at: string }>>();
  const requests: string[] = [];
  let clock = 1_700_000_000;
  const tick = (): number => {
    clock += 1;
    return clock;
  };
  const set = (id: string, entity: Plugin): Entity => {
    const at = tick();
    const stored = { created_at: plugins.get(id)?.created_at ?? at, ...entity, id, updated_at: at };
    plugins.set(id, stored);
    return stored;
  };
  const setEntry = (storeId: string, key: string, value: string) =>
    void stores.get(storeId)?.set(key, { value, updated_at: new Date(tick() * 1000).toISOString() });

  const entities = (rest: readonly string[], { method, url, body }: Asked): Answered => {
    const [what = '', id] = rest;
    if (id === undefined) {
      const all = { plugins: [...plugins.values()], vaults, routes: [], services: [] }[what];
      if (!all) return problem(404, 'Not Found');
      return method === 'GET' ? pageOf(what, all, url.searchParams) : problem(405, 'Method Not Allowed');
    }
    if (what !== 'plugins') return problem(404, 'Not Found');
    if (method === 'GET') {
      const found = plugins.get(id);
      return found ? { status: 200, json: found } : problem(404, 'Not Found');
    }
    if (method !== 'PUT') return problem(405, 'Method Not Allowed');
    const given = plugin.safeParse(JSON.parse(body));
    return given.success ? { status: 200, json: set(id, given.data) } : problem(400, `Invalid: ${body}`);
  };

  const secrets = (storeId: string, key: string | undefined, { method, body }: Asked): Answered => {
    const store = stores.get(storeId);
    if (!store) return problem(404, 'Not Found');
    const shown = (name: string) => ({ key: name, updated_at: store.get(name)?.updated_at });
    if (key === undefined) {
      if (method === 'GET') return { status: 200, json: { data: [...store.keys()].map(shown), meta: {} } };
      const given = z.strictObject({ key: z.string().min(1), value: z.string() }).safeParse(JSON.parse(body));
      if (!given.success) return problem(400, `Invalid: ${body}`);
      if (store.has(given.data.key)) return problem(409, 'Conflict');
      setEntry(storeId, given.data.key, given.data.value);
      return { status: 201, json: shown(given.data.key) };
    }
    if (!store.has(key)) return problem(404, 'Not Found');
    if (method === 'GET') return { status: 200, json: shown(key) };
    if (method !== 'PUT') return problem(405, 'Method Not Allowed');
    const given = z.strictObject({ value: z.string() }).safeParse(JSON.parse(body));
    if (!given.success) return problem(400, `Invalid: ${body}`);
    setEntry(storeId, key, given.data.value);
    return { status: 200, json: shown(key) };
  };

  const server = await openLoopbackServer(port, (asked) => {
    requests.push(`${asked.method} ${asked.url.pathname}`);
    const role = tokens[/^Bearer (.+)$/.exec(asked.headers.authorization ?? '')?.[1] ?? ''];
    if (role === undefined) return problem(401, 'Unauthorized');
    const [version, planes, planeId, part, ...rest] = asked.url.pathname.slice(1).split('/').map(decodeURIComponent);
    if (version !== 'v2' || planes !== 'control-planes' || planeId !== controlPlaneId) return problem(404, 'Not Found');
    if (asked.method !== 'GET' && role === 'viewer') return problem(403, 'Forbidden');
    if (part === 'core-entities') return entities(rest, asked);
    if (part === 'config-stores' && rest[1] === 'secrets') return secrets(rest[0] ?? '', rest[2], asked);
    return problem(404, 'Not Found');
  });
  return {
    apiUrl: server.origin,
    faults: server.faults,
    requests,
    addPlugin: (given) => set(randomUUID(), { name: 'ping-auth', ...given }).id,
    plugin: (id) => plugins.get(id),
    change: (id, config) => {
      const before = plugin.parse({ ...plugins.get(id), updated_at: undefined });
      set(id, { ...before, config: { ...before.config, ...config } });
    },
    addVault: (vault) => void vaults.push({ id: randomUUID(), ...vault }),
    addConfigStore: (entries) => {
      const id = randomUUID();
      stores.set(id, new Map());
      for (const [key, value] of Object.entries(entries)) setEntry(id, key, value);
      return id;
    },
    entry: (storeId, key) => stores.get(storeId)?.get(key)?.value,
    setEntry,
    close: server.close,
  };
};

const problem = (status: number, title: string): Answered => ({
  status,
  json: { status, title, instance: 'konnect:trace:1', detail: title },
  headers: { 'content-type': 'application/problem+json' },
});
