import { z } from 'zod';
import type { Port } from '../../emulator/wire/held-port.ts';
import { type Delayed, delayed } from './delayed.ts';
import { googleToken } from './google-token.ts';
import { type Answered, type Asked, type Fault, openLoopbackServer } from './loopback-server.ts';

export type ApigeeOptions = {
  readonly port: Port;
  /** Edge takes this Authorization header; without it, this is X with a service account. */
  readonly edgeAuthorization?: string;
  /** An Edge organization without core persistence services, which updates whole maps only. */
  readonly wholeMapsOnly?: boolean;
  /** How long proxies keep what they have read. */
  readonly cacheMs: number;
  readonly nowMs: () => number;
};

type KeyValueMap = { readonly masks: boolean; readonly entries: Map<string, Delayed<string> & { stored: string }> };

/** An Apigee: its management API, and for each entry what proxies use. Paths of maps are those of the API, below `/v1/`. */
export type Apigee = {
  readonly origin: string;
  readonly tokenUrl: string;
  /** What the secret of a kit has to hold. */
  readonly keyFile: string;
  readonly faults: Fault[];
  /** Every request it got, without bodies. */
  readonly requests: readonly string[];
  /** What the service account may do. */
  readonly permissions: Set<string>;
  addMap(path: string, entries: Readonly<Record<string, string>>, more?: { readonly masks?: boolean }): void;
  /** Another tool, or a policy with InitialEntries, writes an entry. */
  put(path: string, entry: string, value: string): void;
  stored(path: string, entry: string): string | undefined;
  /** What proxies use now: give it to a kit node. */
  currentCredential(path: string, entry: string): string | undefined;
  deleteKey(): void;
  close(): Promise<void>;
};

const prefix = 'apigee.keyvaluemapentries.';
const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';
const mapPath = /^\/v1\/(organizations\/[^/]+(?:\/(?:environments|apis)\/[^/]+)?\/keyvaluemaps\/[^/]+)(.*)$/;
const given = z.strictObject({ name: z.string().min(1), value: z.string() });

/**
 * Starts an Apigee that answers as its documentation says: X with Google's errors (401, 403 for a scope or a permission that
 * is missing, 404, 400 for unknown fields, 409), tokens of RFC 7523 and testIamPermissions of environments; or Edge, whose
 * update is a POST.
 */
export const openApigee = async ({
  port,
  edgeAuthorization,
  wholeMapsOnly,
  cacheMs,
  nowMs,
}: ApigeeOptions): Promise<Apigee> => {
  const maps = new Map<string, KeyValueMap>();
  const requests: string[] = [];
  const permissions = new Set(['get', 'list', 'update', 'create'].map((verb) => `${prefix}${verb}`));
  const tokens = googleToken(nowMs);
  const isEdge = edgeAuthorization !== undefined;
  const store = (map: KeyValueMap, name: string, value: string): void => {
    const entry = map.entries.get(name) ?? { ...delayed<string>(undefined, 0, nowMs), stored: value };
    entry.stored = value;
    entry.set(value);
    map.entries.set(name, entry);
  };

  const answer = (asked: Asked): Answered => {
    const { method, url, headers, body } = asked;
    requests.push(`${method} ${url.pathname}`);
    if (!isEdge && url.pathname === '/token') return tokens.answer(asked, `${server.origin}/token`);
    if (isEdge && headers.authorization !== edgeAuthorization) return { status: 401, text: 'Unauthorized' };
    const scopes = isEdge ? [cloudPlatform] : tokens.scopesOf(headers.authorization);
    if (!scopes) return google(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    if (!scopes.includes(cloudPlatform))
      return google(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.');
    if (!isEdge && /^\/v1\/organizations\/[^/]+\/environments\/[^/]+:testIamPermissions$/.test(url.pathname)) {
      const { permissions: named } = z.strictObject({ permissions: z.array(z.string()) }).parse(JSON.parse(body));
      return { status: 200, json: { permissions: named.filter((one) => permissions.has(one)) } };
    }
    const [, path = '', rest = ''] = mapPath.exec(url.pathname) ?? [];
    const map = maps.get(path);
    if (!map) return notFound(`keyvaluemap ${path}`);
    if (rest === '') return method === 'GET' ? { status: 200, json: wholeMap(path, map, isEdge) } : noMethod;
    if (!isEdge && rest === '/entries' && method === 'GET') return page(map, url.searchParams);
    return onEntries(map, method, rest, body);
  };

  const page = (map: KeyValueMap, query: URLSearchParams): Answered => {
    if (!permissions.has(`${prefix}list`))
      return google(403, 'PERMISSION_DENIED', `Permission '${prefix}list' denied on resource (or it may not exist).`);
    const all = shownEntries(map);
    const token = query.get('pageToken');
    const first = token === null ? 0 : all.findIndex(({ name }) => name === token);
    if (first < 0) return google(400, 'INVALID_ARGUMENT', `invalid page token ${token}`);
    const next = first + Number(query.get('pageSize') ?? 100);
    const keyValueEntries = all.slice(first, next);
    const nextPageToken = all[next]?.name;
    return {
      status: 200,
      json: { ...(all.length > 0 ? { keyValueEntries } : {}), ...(nextPageToken ? { nextPageToken } : {}) },
    };
  };

  const onEntries = (map: KeyValueMap, method: string, rest: string, body: string): Answered => {
    const [, encoded] = /^\/entries(?:\/([^/]+))?$/.exec(rest) ?? [];
    const name = encoded === undefined ? undefined : decodeURIComponent(encoded);
    const entry = name === undefined ? undefined : map.entries.get(name);
    const verb = method === 'GET' ? 'get' : method === 'PUT' || (isEdge && name !== undefined) ? 'update' : 'create';
    if (!isEdge && !permissions.has(`${prefix}${verb}`))
      return google(
        403,
        'PERMISSION_DENIED',
        `Permission '${prefix}${verb}' denied on resource (or it may not exist).`,
      );
    if (verb !== 'create' && name !== undefined && !entry) return notFound(`entry ${name}`);
    if (method === 'GET' && entry) return { status: 200, json: { name, value: map.masks ? '*****' : entry.stored } };
    if (method !== (verb === 'update' && !isEdge ? 'PUT' : 'POST')) return noMethod;
    if (wholeMapsOnly)
      return {
        status: 403,
        json: { code: 'keyvaluemap.service.KeyValueMapUpdateOperationNotSupported', message: `no: ${body}` },
      };
    const read = given.safeParse(JSON.parse(body));
    if (!read.success) return google(400, 'INVALID_ARGUMENT', `Invalid JSON payload received. Unknown name in ${body}`);
    if (name !== undefined && read.data.name !== name)
      return google(400, 'INVALID_ARGUMENT', `entry name ${read.data.name} does not match ${name}`);
    if (name === undefined && map.entries.has(read.data.name))
      return google(409, 'ALREADY_EXISTS', `entry already exists: ${body}`);
    store(map, read.data.name, read.data.value);
    return { status: 200, json: { ...read.data, ...(map.masks ? { value: '*****' } : {}) } };
  };

  const server = await openLoopbackServer(port, answer);
  return {
    origin: server.origin,
    tokenUrl: `${server.origin}/token`,
    keyFile: tokens.keyFile,
    faults: server.faults,
    requests,
    permissions,
    addMap: (path, entries, { masks = false } = {}) => {
      const made = Object.entries(entries).map(
        ([name, value]) => [name, { ...delayed(value, cacheMs, nowMs), stored: value }] as const,
      );
      maps.set(path, { masks, entries: new Map(made) });
    },
    put: (path, entry, value) => {
      const map = maps.get(path);
      if (map) store(map, entry, value);
    },
    stored: (path, entry) => maps.get(path)?.entries.get(entry)?.stored,
    currentCredential: (path, entry) => maps.get(path)?.entries.get(entry)?.current(),
    deleteKey: tokens.deleteKey,
    close: server.close,
  };
};

const shownEntries = ({ entries, masks }: KeyValueMap): readonly { readonly name: string; readonly value: string }[] =>
  [...entries].map(([name, { stored }]) => ({ name, value: masks ? '*****' : stored }));

/** A map; Edge shows its first 1,000 entries with it. */
const wholeMap = (path: string, map: KeyValueMap, isEdge: boolean): object => ({
  name: path.split('/').at(-1),
  encrypted: map.masks,
  ...(isEdge ? { entry: shownEntries(map).slice(0, 1000) } : {}),
});

/** An error as Google's APIs answer it; its message quotes what was sent. */
const google = (code: number, status: string, message: string): Answered => ({
  status: code,
  json: { error: { code, message, status } },
});
const notFound = (what: string): Answered => google(404, 'NOT_FOUND', `${what} not found`);
const noMethod: Answered = { status: 405, text: 'Method Not Allowed' };
