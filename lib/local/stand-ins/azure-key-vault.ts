import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Port } from '../../emulator/wire/held-port.ts';
import { type Answered, type Asked, type Fault, openLoopbackServer } from './loopback-server.ts';

type Version = {
  readonly version: string;
  readonly value: string;
  readonly contentType?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly updated: number;
};

/** A key vault: what callers may do, and its secrets looked at from behind. */
export type AzureKeyVault = {
  readonly vaultUrl: string;
  readonly faults: Fault[];
  readonly requests: readonly string[];
  readonly permissions: Set<string>;
  /** The newest version, or the one that is named. */
  version(name: string, version?: string): Version | undefined;
  /** Makes a new version; its name. */
  set(name: string, value: string, more?: Pick<Version, 'contentType' | 'tags'>): string;
  close(): Promise<void>;
};

export type AzureKeyVaultOptions = {
  readonly port: Port;
  /** Whether a token is one for Key Vault. */
  readonly isKnown: (authorization: string | undefined) => boolean;
  /** Whole epoch seconds, each time later. */
  readonly tick: () => number;
};

const given = z.strictObject({
  value: z.string(),
  contentType: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  attributes: z.strictObject({ enabled: z.boolean().optional() }).optional(),
});

/**
 * Starts a vault that answers Get Secret and Set Secret as its REST API says: an api-version is needed, 401 without a token of its
 * own, 403 without the permission, 400 for unknown fields; a new version has only what it is given.
 */
export const openAzureKeyVault = async ({ port, isKnown, tick }: AzureKeyVaultOptions): Promise<AzureKeyVault> => {
  const secrets = new Map<string, Version[]>();
  const requests: string[] = [];
  const permissions = new Set(['get', 'set']);
  const set = (name: string, more: Omit<Version, 'version' | 'updated'>): Version => {
    const made = { version: randomUUID().replaceAll('-', ''), updated: tick(), ...more };
    secrets.set(name.toLowerCase(), [...(secrets.get(name.toLowerCase()) ?? []), made]);
    return made;
  };
  const version: AzureKeyVault['version'] = (name, wanted) =>
    secrets.get(name.toLowerCase())?.findLast((one) => wanted === undefined || one.version === wanted);

  const answer = ({ method, url, headers, body }: Asked): Answered => {
    requests.push(`${method} ${url.pathname}`);
    const [, kind, name = '', wanted] = url.pathname.split('/');
    const shown = (one: Version): Answered => ({
      status: 200,
      json: {
        value: one.value,
        id: `${server.origin}/secrets/${name}/${one.version}`,
        attributes: { enabled: true, created: one.updated, updated: one.updated, recoveryLevel: 'Recoverable' },
        ...(one.contentType === undefined ? {} : { contentType: one.contentType }),
        ...(one.tags === undefined ? {} : { tags: one.tags }),
      },
    });
    if (!isKnown(headers.authorization)) return refused(401, 'Unauthorized', 'AKV10000: a Bearer token is missing');
    if (url.searchParams.get('api-version') !== '7.4') return refused(400, 'BadParameter', 'api-version');
    if (kind !== 'secrets' || !/^[0-9a-zA-Z-]{1,127}$/.test(name)) return refused(404, 'NotFound', url.pathname);
    if (method === 'GET') {
      if (!permissions.has('get')) return refused(403, 'Forbidden', 'does not have secrets get permission');
      const found = version(name, wanted);
      return found ? shown(found) : refused(404, 'SecretNotFound', name);
    }
    if (method !== 'PUT' || wanted !== undefined) return refused(405, 'MethodNotAllowed', method);
    if (!permissions.has('set')) return refused(403, 'Forbidden', 'does not have secrets set permission');
    if (!headers['content-type']?.startsWith('application/json')) return refused(415, 'UnsupportedMediaType', body);
    const read = given.safeParse(JSON.parse(body));
    if (!read.success) return refused(400, 'BadParameter', body);
    const { attributes: _, ...one } = read.data;
    return shown(set(name, one));
  };

  const server = await openLoopbackServer(port, answer);
  return {
    vaultUrl: server.origin,
    faults: server.faults,
    requests,
    permissions,
    version,
    set: (name, value, more = {}) => set(name, { value, ...more }).version,
    close: server.close,
  };
};

const refused = (status: number, code: string, what: string): Answered => ({
  status,
  json: { error: { code, message: `no: ${what}` } },
});
