import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { ask } from './http-request.ts';
import { KitMisconfigured, KitUnreachable } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';
import { kongEntities, type PingAuth, shownId } from './kong-entities.ts';

/** A control plane of Konnect, and the token that it is asked with. */
export type KonnectAddress = { readonly apiUrl: string; readonly controlPlaneId: string; readonly token: string };

const pluginSchema = z.looseObject({
  id: z.string(),
  updated_at: z.number().optional(),
  config: z.looseObject({ shared_secret: z.string().nullish() }),
});
const entrySchema = z.looseObject({ key: z.string().nullish(), updated_at: z.string().nullish() });

/** The Control Planes Configuration API of Konnect (v2): plugins are only replaced whole, and values of a Config Store only written. */
export const konnectApi = (kit: Kit, { apiUrl, controlPlaneId, token }: KonnectAddress, access: KitAccess) => {
  const plane = `${apiUrl.replace(/\/+$/, '')}/v2/control-planes/${encodeURIComponent(controlPlaneId)}`;
  const base = `${plane}/core-entities`;
  const headers = { authorization: `Bearer ${token}` };
  const todo = 'Check apiUrl and controlPlaneId.';
  const send = (doing: string, method: 'GET' | 'PUT' | 'POST', url: string, json?: object) =>
    ask(access, { doing, kit, method, url, headers, json, meaningOf });
  const changedMeanwhile = (doing: string, answer: string) =>
    new KitUnreachable('CHANGED_MEANWHILE', { doing, kit, answer, todo: 'It is read and tried again.' });
  const meaningOf = (status: number) =>
    status === 409 || status === 412 ? changedMeanwhile('Changing Konnect', `HTTP ${status}`) : undefined;
  const parsed = <Read>(doing: string, schema: z.ZodType<Read>, json: unknown): Read => {
    const read = schema.safeParse(json);
    if (read.success) return read.data;
    throw new KitUnreachable('UNREADABLE_ANSWER', {
      doing,
      kit,
      answer: 'HTTP 2xx, but not what Konnect answers',
      todo,
    });
  };
  const entryUrl = (storeId: string, key?: string) =>
    `${plane}/config-stores/${encodeURIComponent(storeId)}/secrets${key === undefined ? '' : `/${encodeURIComponent(key)}`}`;
  const entryOf = async (storeId: string, key: string) => {
    const doing = 'Reading the entry of the Config Store';
    try {
      return parsed(doing, entrySchema, (await send(doing, 'GET', entryUrl(storeId, key))).json);
    } catch (error) {
      if (error instanceof KitMisconfigured && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  };

  return {
    ...kongEntities(kit, { base, headers, system: 'Konnect', todo }, access),
    /**
     * Replaces a plugin by itself with another shared secret. Konnect has no conditional write: it is read whole, has to be as
     * it was when it was listed, and is written at once; whoever writes in that moment loses a change, or undoes ours, which
     * reading back finds.
     */
    replaceSharedSecret: async (listed: PingAuth, value: string): Promise<void> => {
      const doing = `Updating plugin ${shownId(listed.id)} in Konnect`;
      const url = `${base}/plugins/${encodeURIComponent(listed.id)}`;
      const { updated_at, ...plugin } = parsed(doing, pluginSchema, (await send(doing, 'GET', url)).json);
      if (updated_at !== listed.updatedAt)
        throw changedMeanwhile(doing, 'it was changed after it was listed, and is not overwritten');
      await send(doing, 'PUT', url, { ...plugin, config: { ...plugin.config, shared_secret: value } });
    },
    /** Whether a Config Store has an entry of this key; its value cannot be read. */
    hasEntry: async (storeId: string, key: string): Promise<boolean> => (await entryOf(storeId, key)) !== undefined,
    /** Writes an entry, or makes it, and looks whether somebody else has written it since. */
    writeEntry: async (storeId: string, key: string, value: string): Promise<void> => {
      const doing = 'Writing the entry of the Config Store';
      const written = (await entryOf(storeId, key))
        ? await send(doing, 'PUT', entryUrl(storeId, key), { value })
        : await send(doing, 'POST', entryUrl(storeId), { key, value });
      const ours = parsed(doing, entrySchema, written.json);
      const now = await entryOf(storeId, key);
      if (!now || now.updated_at !== ours.updated_at)
        throw changedMeanwhile(doing, 'somebody else wrote it at the same time');
    },
  };
};
