import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { authorizationOf } from './apigee-access.ts';
import { isMasked, mapUrl } from './apigee-entry.ts';
import { type ApigeeSettings, addressesOf } from './apigee-settings.ts';
import { type Held, heldIn } from './held-credential.ts';
import { ask } from './http-request.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

/** The entries of a key value map as whoever registers kits needs to know them. */
export type FoundMap = {
  readonly entries: readonly { readonly entry: string; readonly holds: Held }[];
  /** Whether these are all: Edge shows a map with its first 1,000 entries. */
  readonly isWhole: boolean;
};

const mostOfEdge = 1000;
const entry = z.object({ name: z.string().min(1), value: z.string() });
const page = z.object({ keyValueEntries: z.array(entry).default([]), nextPageToken: z.string().optional() });
const edgeMap = z.object({ entry: z.array(entry).default([]) });

/**
 * Every entry of the map that the settings name, whatever it holds: keyvaluemaps.entries.list of the Apigee API, page by page;
 * of the Edge API the map itself. Throws the kit errors.
 */
export const entriesOfApigee = async (kit: Kit, settings: ApigeeSettings, access: KitAccess): Promise<FoundMap> => {
  const { edition, keyValueMap } = settings;
  const map = mapUrl({ ...settings, baseUrl: addressesOf(settings).baseUrl });
  const said = { doing: `Listing the entries of key value map ${keyValueMap}`, kit };
  const headers = { authorization: await authorizationOf(kit, settings, access) };
  const shown = async <Schema extends z.ZodType>(url: string, schema: Schema): Promise<z.output<Schema>> => {
    const meaning = (status: number): KitError | undefined => meaningOf(said, edition, status);
    const { json } = await ask(access, { ...said, method: 'GET', url, headers, meaningOf: meaning });
    const read = schema.safeParse(json);
    if (read.success) return read.data;
    const answer = 'HTTP 200, but not what the API of Apigee answers';
    throw new KitUnreachable('UNREADABLE_ANSWER', { ...said, answer, todo: 'Check baseUrl and edition.' });
  };
  if (edition === 'edge') {
    const { entry: entries } = await shown(map, edgeMap);
    return { entries: entries.map(foundIn), isWhole: entries.length < mostOfEdge };
  }
  const entries: z.output<typeof entry>[] = [];
  for (let query = ''; ; ) {
    const { keyValueEntries, nextPageToken } = await shown(`${map}/entries${query}`, page);
    entries.push(...keyValueEntries);
    if (!nextPageToken) return { entries: entries.map(foundIn), isWhole: true };
    query = `?${new URLSearchParams({ pageToken: nextPageToken })}`;
  }
};

const foundIn = ({ name, value }: z.output<typeof entry>): FoundMap['entries'][number] => ({
  entry: name,
  holds: isMasked(value) ? { kind: 'masked' } : heldIn(value),
});

const meaningOf = (
  said: Pick<Said, 'doing' | 'kit'>,
  edition: ApigeeSettings['edition'],
  status: number,
): KitError | undefined => {
  const answer = `HTTP ${status}`;
  if (status === 401)
    return new KitRefused('ACCESS_DENIED', {
      ...said,
      answer,
      todo: 'Check what the secret with the access to Apigee holds, and the edition.',
    });
  if (status === 403)
    return new KitRefused('ACCESS_DENIED', {
      ...said,
      answer,
      todo:
        edition === 'edge'
          ? 'Give its user a role that may read this map.'
          : 'Give the service account apigee.keyvaluemapentries.list, with the Apigee API enabled for its project; kits themselves do without it.',
    });
  if (status === 404)
    return new KitMisconfigured('NOT_FOUND', {
      ...said,
      answer: `${answer}, there is no such map`,
      todo: 'Correct the organization, the environment or API proxy, and the name of the map.',
    });
  return undefined;
};
