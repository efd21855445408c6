import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { ask } from './http-request.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';
import { kongEntities, type PingAuth } from './kong-entities.ts';

/** Where the Admin API is, and the headers that it and what stands before it want. */
export type KongAddress = {
  readonly adminUrl: string;
  readonly workspace?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
};

const nodeSchema = z.object({ configuration: z.object({ database: z.string() }) });

/** The Kong Admin API of one kit: `GET /plugins`, `PATCH /plugins/{id}`, and `/config` of one without a database. */
export const kongAdmin = (kit: Kit, { adminUrl, workspace, headers }: KongAddress, access: KitAccess) => {
  const root = adminUrl.replace(/\/+$/, '');
  const base = [root, ...(workspace ? [workspace] : [])].join('/');
  const todo = 'Check that adminUrl is the Admin API and not the proxy.';

  return {
    ...kongEntities(kit, { base, headers, system: 'Kong', todo }, access),
    /** Whether Kong has a database and so can be changed; `undefined` when the node is not shown to us. */
    hasDatabase: async (): Promise<boolean | undefined> => {
      const question = { doing: 'Reading the node of Kong', kit, method: 'GET', url: `${root}/`, headers } as const;
      const answer = await ask(access, question).catch((error: unknown) => {
        if (error instanceof KitRefused || error instanceof KitMisconfigured) return undefined;
        throw error;
      });
      const node = nodeSchema.safeParse(answer?.json);
      return node.success ? node.data.configuration.database !== 'off' : undefined;
    },
    /** Sets one plugin's shared secret; Kong merges nested records, so its other settings stay. */
    setSharedSecret: async (plugin: PingAuth, value: string): Promise<'SET' | 'NO_DATABASE'> => {
      const doing = `Updating plugin ${encodeURIComponent(plugin.id)} in Kong`;
      const given = { config: { shared_secret: value } };
      const url = `${base}/plugins/${encodeURIComponent(plugin.id)}`;
      let isWithout = false;
      const meaningOf = (status: number, json: unknown) => {
        isWithout = status === 405 && withoutDatabase.safeParse(json).success;
        return meaningOfPatch({ doing, kit }, status, isWithout);
      };
      try {
        await ask(access, { doing, kit, method: 'PATCH', url, headers, json: given, meaningOf });
        return 'SET';
      } catch (error) {
        if (isWithout) return 'NO_DATABASE';
        throw error;
      }
    },
    /** The same for a Kong without a database: its whole declarative configuration, with only these values changed. */
    setInConfig: async (ids: readonly string[], value: string): Promise<void> => {
      const doing = 'Changing the declarative configuration of Kong';
      const { json } = await ask(access, { doing, kit, method: 'GET', url: `${root}/config`, headers });
      const given = z.object({ config: z.string() }).safeParse(json);
      const { withSharedSecrets } = await import('./declarative-config.ts'); // with its YAML, which few kits need
      const config = given.success ? withSharedSecrets(given.data.config, ids, value) : undefined;
      if (config === undefined)
        throw new KitRefused('NOT_SUPPORTED', {
          doing,
          kit,
          answer: 'its /config does not show each of the plugins once, with a shared_secret of one line',
          todo: 'Put a vault reference into its file, and say in vaultSecret what it names.',
        });
      const meaningOf = (status: number) =>
        status === 304
          ? new KitUnreachable('NOT_STORED', {
              doing,
              kit,
              answer: 'HTTP 304, it has that configuration already',
              todo: 'It is read again.',
            })
          : undefined;
      const url = `${root}/config?check_hash=1`;
      await ask(access, { doing, kit, method: 'POST', url, headers, json: { config }, meaningOf });
    },
  };
};

/** What a refused change means: 405 with code 12 is a Kong without a database (kong/db/errors.lua), any other one no Kong that can be changed so. */
const meaningOfPatch = (
  { doing, kit }: Pick<Said, 'doing' | 'kit'>,
  status: number,
  isWithoutDatabase: boolean,
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
  if (status !== 405 || isWithoutDatabase) return undefined;
  return new KitRefused(
    'NOT_SUPPORTED',
    said(
      'this Admin API changes no plugin in place, as those of Konnect and of data planes do not',
      'Give the adminUrl of the control plane of a Kong of your own; for Konnect, register the kit with kind konnect.',
    ),
  );
};

const withoutDatabase = z.object({ code: z.literal(12) });

/** Kong without a database takes no change of a plugin through its Admin API. */
export const cannotBeChanged = (kit: Kit, doing: string): KitRefused =>
  new KitRefused('NOT_SUPPORTED', {
    doing,
    kit,
    answer: 'it runs without a database, and changes no plugin by itself',
    todo: 'Run Kong with a database; or set shared_secret to a vault reference and say in vaultSecret what it names; or set declarativeConfig to have its whole configuration put through /config.',
  });
