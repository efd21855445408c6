import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { ask } from './http-request.ts';
import { KitMisconfigured, KitRefused, KitUnreachable } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

/** Where an API is that lists entities as Kong does, the headers that it wants, and what to check when it answers otherwise. */
export type EntitiesAddress = {
  /** What stands before `/plugins`. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The system's name in messages. */
  readonly system: 'Kong' | 'Konnect';
  readonly todo: string;
};

/** A `ping-auth` plugin entity; there is one per route, service or consumer that it is attached to. */
export type PingAuth = {
  readonly id: string;
  readonly instanceName: string | undefined;
  readonly tags: readonly string[];
  readonly serviceId: string | undefined;
  readonly routeId: string | undefined;
  /** What it is attached to, such as `service 6d0f…`; several at once, or nothing for all requests. */
  readonly attachedTo: string;
  /** Changes with every write, where the API shows it. */
  readonly updatedAt: number | undefined;
  readonly config: { readonly service_url: string; readonly shared_secret?: string | null | undefined };
};

/** A vault entity: what stands after `vault://`, which backend it is, and how long a value is kept. */
export type VaultEntity = {
  readonly prefix: string;
  readonly name: string;
  readonly ttl: number | undefined;
  readonly configStoreId: string | undefined;
};

const entity = z.object({ id: z.string().min(1) });
const attachments = { service: entity.nullish(), route: entity.nullish(), consumer: entity.nullish() };
const pageSchema = z.object({ data: z.array(z.unknown()), offset: z.string().min(1).nullish() });
const pluginSchema = entity.extend({
  name: z.string(),
  instance_name: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  updated_at: z.number().nullish(),
  config: z.unknown(),
  ...attachments,
});
const configSchema = z.object({ service_url: z.string(), shared_secret: z.string().nullish() });
const namedSchema = entity.extend({ name: z.string().nullish() });
const vaultSchema = z.object({
  prefix: z.string(),
  name: z.string(),
  config: z.object({ ttl: z.number().nullish(), config_store_id: z.string().nullish() }).nullish(),
});

/** Kong allows at most 1000 entities in a page (kong/api/endpoints.lua: max_page_size), and so does Konnect. */
const pageSize = 1000;

/** What Kong's Admin API and a control plane of Konnect have in common: entities in pages of `{data, offset}`. */
export const kongEntities = (kit: Kit, { base, headers, system, todo }: EntitiesAddress, access: KitAccess) => {
  const unreadable = (doing: string) =>
    new KitUnreachable('UNREADABLE_ANSWER', {
      doing,
      kit,
      answer: `HTTP 200, but not what ${system} answers`,
      todo,
    });
  const list = async <Entity>(what: string, schema: z.ZodType<Entity>): Promise<readonly Entity[]> => {
    const doing = `Listing the ${what} of ${system}`;
    const found: Entity[] = [];
    const seen = new Set<string>();
    for (let offset: string | undefined = ''; offset !== undefined; ) {
      const query = new URLSearchParams({ size: String(pageSize), ...(offset ? { offset } : {}) });
      const answer = await ask(access, { doing, kit, method: 'GET', url: `${base}/${what}?${query}`, headers });
      const page = pageSchema.safeParse(answer.json);
      const entities = z.array(schema).safeParse(page.data?.data);
      if (!page.success || !entities.success) throw unreadable(doing);
      found.push(...entities.data);
      offset = page.data.offset ?? undefined;
      if (offset !== undefined && seen.has(offset)) throw unreadable(doing);
      if (offset !== undefined) seen.add(offset);
    }
    return found;
  };

  return {
    /** Every `ping-auth` plugin, of all pages. */
    pingAuths: async (): Promise<readonly PingAuth[]> =>
      (await list('plugins', pluginSchema)).flatMap(
        ({ id, name, instance_name, tags, updated_at, config, ...attached }) => {
          if (name !== 'ping-auth') return [];
          const read = configSchema.safeParse(config);
          if (!read.success) throw unreadable(`Listing the plugins of ${system}`);
          return [
            {
              id,
              instanceName: instance_name ?? undefined,
              tags: tags ?? [],
              serviceId: attached.service?.id,
              routeId: attached.route?.id,
              attachedTo: attachedWords(attached),
              updatedAt: updated_at ?? undefined,
              config: read.data,
            },
          ];
        },
      ),
    /** The ids of the routes or services that have one of these as id or name. */
    idsOf: async (what: 'routes' | 'services', idsOrNames: readonly string[]): Promise<ReadonlyMap<string, string>> => {
      const all = await list(what, namedSchema);
      const ids = idsOrNames.flatMap((given) => {
        const one = all.find(({ id, name }) => id === given || name === given);
        return one ? [[given, one.id] as const] : [];
      });
      return new Map(ids);
    },
    /** The vault entity of a prefix; `undefined` when there is none, or none is shown to us. */
    vaultOf: async (prefix: string): Promise<VaultEntity | undefined> => {
      const vaults = await list('vaults', vaultSchema).catch((error: unknown) => {
        if (error instanceof KitRefused || error instanceof KitMisconfigured) return [];
        throw error;
      });
      const vault = vaults.find((one) => one.prefix === prefix);
      return (
        vault && {
          prefix,
          name: vault.name,
          ttl: vault.config?.ttl ?? undefined,
          configStoreId: vault.config?.config_store_id ?? undefined,
        }
      );
    },
  };
};
export type KongEntities = ReturnType<typeof kongEntities>;

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
