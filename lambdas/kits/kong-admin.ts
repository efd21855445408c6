import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { ask } from './http-request.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

/** Where the Admin API is, and the headers that it and what stands before it want. */
export type KongAddress = {
  readonly adminUrl: string;
  readonly workspace?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
};

/** A `ping-auth` plugin entity; there is one per route, service or consumer that it is attached to. */
export type PingAuth = {
  readonly id: string;
  /** What it is attached to, such as `service 6d0f…`; several at once, or nothing for all requests. */
  readonly attachedTo: string;
  readonly config: { readonly service_url: string; readonly shared_secret?: string | null | undefined };
};

const entity = z.object({ id: z.string().min(1) });
const attachments = { service: entity.nullish(), route: entity.nullish(), consumer: entity.nullish() };
const nodeSchema = z.object({ configuration: z.object({ database: z.string() }) });
const pageSchema = z.object({
  data: z.array(entity.extend({ name: z.string(), config: z.unknown(), ...attachments })),
  offset: z.string().min(1).nullish(),
});
const configSchema = z.object({ service_url: z.string(), shared_secret: z.string().nullish() });

/** Kong allows at most 1000 entities in a page (kong/api/endpoints.lua: max_page_size). */
const pageSize = 1000;

/** The Kong Admin API of one kit: `GET /plugins`, `PATCH /plugins/{id}` (Kong Gateway, Admin API). */
export const kongAdmin = (kit: Kit, { adminUrl, workspace, headers }: KongAddress, access: KitAccess) => {
  const base = [adminUrl.replace(/\/+$/, ''), ...(workspace ? [workspace] : [])].join('/');
  const unreadable = (doing: string) =>
    new KitUnreachable('UNREADABLE_ANSWER', {
      doing,
      kit,
      answer: 'HTTP 200, but not what the Kong Admin API answers',
      todo: 'Check that adminUrl is the Admin API and not the proxy.',
    });

  return {
    /** Every `ping-auth` plugin, of all pages. */
    pingAuths: async (): Promise<readonly PingAuth[]> => {
      const doing = 'Listing the plugins of Kong';
      const found: PingAuth[] = [];
      const seen = new Set<string>();
      for (let offset: string | undefined = ''; offset !== undefined; ) {
        const query = new URLSearchParams({ size: String(pageSize), ...(offset ? { offset } : {}) });
        const answer = await ask(access, { doing, kit, method: 'GET', url: `${base}/plugins?${query}`, headers });
        const page = pageSchema.safeParse(answer.json);
        if (!page.success) throw unreadable(doing);
        for (const { id, name, config, ...attached } of page.data.data) {
          if (name !== 'ping-auth') continue;
          const read = configSchema.safeParse(config);
          if (!read.success) throw unreadable(doing);
          found.push({ id, attachedTo: attachedWords(attached), config: read.data });
        }
        offset = page.data.offset ?? undefined;
        if (offset !== undefined && seen.has(offset)) throw unreadable(doing);
        if (offset !== undefined) seen.add(offset);
      }
      return found;
    },
    /** Whether Kong has a database and so can be changed; `undefined` when the node is not shown to us. */
    hasDatabase: async (): Promise<boolean | undefined> => {
      const url = `${adminUrl.replace(/\/+$/, '')}/`;
      const answer = await ask(access, { doing: 'Reading the node of Kong', kit, method: 'GET', url, headers }).catch(
        (error: unknown) => {
          if (error instanceof KitRefused || error instanceof KitMisconfigured) return undefined;
          throw error;
        },
      );
      const node = nodeSchema.safeParse(answer?.json);
      return node.success ? node.data.configuration.database !== 'off' : undefined;
    },
    /** Sets one plugin's shared secret; Kong merges nested records, so its other settings stay. */
    setSharedSecret: async (plugin: PingAuth, value: string): Promise<void> => {
      const doing = `Updating plugin ${encodeURIComponent(plugin.id)} in Kong`;
      const body = JSON.stringify({ config: { shared_secret: value } });
      const url = `${base}/plugins/${encodeURIComponent(plugin.id)}`;
      const meaningOf = (status: number, json: unknown) => meaningOfPatch({ doing, kit }, status, json);
      await ask(access, { doing, kit, method: 'PATCH', url, headers, body, meaningOf });
    },
  };
};

/** What a refused change means: 405 with code 12 is a Kong without a database (kong/db/errors.lua), any other one no Kong that can be changed so. */
const meaningOfPatch = (
  { doing, kit }: Pick<Said, 'doing' | 'kit'>,
  status: number,
  json: unknown,
): KitError | undefined => {
  const said = (answer: string, todo: string): Said => ({ doing, kit, answer: `HTTP ${status}, ${answer}`, todo });
  if (status === 403)
    return new KitRefused(
      'ACCESS_DENIED',
      said(
        'the token may read plugins and not change them',
        'Give its role the permission to update plugins in this workspace.',
      ),
    );
  if (status === 404)
    return new KitUnreachable('NOT_STORED', said('the plugin was removed meanwhile', 'The plugins are listed again.'));
  if (status !== 405) return undefined;
  return withoutDatabase.safeParse(json).success
    ? cannotBeChanged({ doing, kit, answer: `HTTP ${status}, as a Kong without a database answers` })
    : new KitRefused(
        'NOT_SUPPORTED',
        said(
          'this Admin API changes no plugin in place, as those of Konnect and of data planes do not',
          `Give the adminUrl of the control plane of a Kong of your own, or ${byReference}`,
        ),
      );
};

const withoutDatabase = z.object({ code: z.literal(12) });
const byReference =
  'set shared_secret to a vault reference and register a kit of kind secrets-manager or webhook that writes what it names.';

/** Kong without a database takes no change through its Admin API. */
export const cannotBeChanged = (said: Omit<Said, 'todo'>): KitRefused =>
  new KitRefused('NOT_SUPPORTED', { ...said, todo: `Run Kong with a database, or ${byReference}` });

/** An id of Kong as it may be shown: it is outside text. */
export const shownId = (id: string): string => encodeURIComponent(id);

const attachedWords = (
  attached: {
    readonly [Kind in keyof typeof attachments]?: { readonly id: string } | null | undefined;
  },
): string =>
  Object.keys(attachments)
    .flatMap((kind) => {
      const id = attached[kind as keyof typeof attachments]?.id;
      return id === undefined ? [] : [`${kind} ${shownId(id)}`];
    })
    .join(', ') || 'all requests';
