import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { type Answer, ask, type Question } from './http-request.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

/** `x` is hybrid as well. */
type Edition = 'x' | 'edge';

/** Where an entry is, and the header that opens it. */
export type EntryAddress = {
  readonly edition: Edition;
  readonly baseUrl: string;
  readonly organization: string;
  readonly environment?: string | undefined;
  readonly api?: string | undefined;
  readonly keyValueMap: string;
  readonly entry: string;
  readonly authorization: string;
};

/** What an entry shows; `value` is absent when the map masks its values. */
export type ShownEntry = { readonly value?: string };

const entrySchema = z.object({ value: z.string() });
const permitted = z.object({ permissions: z.array(z.string()).default([]) });
const updatePermission = 'apigee.keyvaluemapentries.update';

/**
 * One entry of a key value map: keyvaluemaps.entries of the Apigee API (X and hybrid from 1.8: GET, PUT, and POST for a new
 * one), and the same of the Edge API, which updates by POST. Each request may be repeated.
 */
export const apigeeEntry = (kit: Kit, address: EntryAddress, access: KitAccess) => {
  const { edition, environment, keyValueMap, entry, authorization } = address;
  const owner = ownerUrl(address);
  const map = mapUrl(address);
  const one = `${map}/entries/${encodeURIComponent(entry)}`;
  const where = `entry ${entry} of key value map ${keyValueMap}`;

  const asked = (doing: string, method: Question['method'], url: string, given?: object): Promise<Answer> =>
    ask(access, {
      doing,
      kit,
      method,
      url,
      headers: { authorization },
      json: given,
      meaningOf: (status, json) => meaningOf({ doing, kit }, edition, status, json),
    });

  return {
    where,
    /** `undefined` when there is no such entry. */
    read: async (): Promise<ShownEntry | undefined> => {
      const doing = `Reading ${where}`;
      const answer = await unlessAbsent(asked(doing, 'GET', one));
      if (!answer) return undefined;
      const read = entrySchema.safeParse(answer.json);
      if (read.success) return isMasked(read.data.value) ? {} : { value: read.data.value };
      throw new KitUnreachable('UNREADABLE_ANSWER', {
        doing,
        kit,
        answer: 'HTTP 200, but not what the API of Apigee answers',
        todo: 'Check baseUrl and edition.',
      });
    },
    /** Whether the map is there; one that is not shown counts as there. */
    hasMap: async (): Promise<boolean> => {
      const found = unlessAbsent(asked(`Reading key value map ${keyValueMap}`, 'GET', map)).then(Boolean);
      return found.catch(unlessRefused(true));
    },
    update: async (value: string): Promise<void> => {
      await asked(`Writing ${where}`, edition === 'edge' ? 'POST' : 'PUT', one, { name: entry, value });
    },
    create: async (value: string): Promise<void> => {
      await asked(`Creating ${where}`, 'POST', `${map}/entries`, { name: entry, value });
    },
    /** Whether Apigee says that the entry may be updated; `undefined` where that cannot be asked. */
    mayUpdate: async (): Promise<boolean | undefined> => {
      if (edition === 'edge' || environment === undefined) return undefined;
      const question = { permissions: [updatePermission] };
      const answer = asked('Asking for permissions', 'POST', `${owner}:testIamPermissions`, question);
      const found = answer.then(({ json }) => permitted.safeParse(json).data?.permissions.includes(updatePermission));
      return found.catch(unlessRefused(undefined));
    },
  };
};

type MapAddress = Pick<EntryAddress, 'baseUrl' | 'organization' | 'environment' | 'api' | 'keyValueMap'>;

const ownerUrl = ({ baseUrl, organization, environment, api }: MapAddress): string => {
  const scope = environment !== undefined ? ['environments', environment] : api !== undefined ? ['apis', api] : [];
  const path = ['organizations', organization, ...scope].map(encodeURIComponent).join('/');
  return `${baseUrl.replace(/\/+$/, '')}/v1/${path}`;
};

/** Where a key value map is. */
export const mapUrl = (address: MapAddress): string =>
  `${ownerUrl(address)}/keyvaluemaps/${encodeURIComponent(address.keyValueMap)}`;

/** What both editions show in place of a value that they hold back. */
export const isMasked = (value: string): boolean => /^\*+$/.test(value);

const unlessAbsent = async <Found>(call: Promise<Found>): Promise<Found | undefined> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof KitMisconfigured && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
};

const unlessRefused =
  <Otherwise>(otherwise: Otherwise) =>
  (error: unknown): Otherwise => {
    if (error instanceof KitRefused || error instanceof KitMisconfigured) return otherwise;
    throw error;
  };

const otherMap = z.object({ code: z.string().endsWith('KeyValueMapUpdateOperationNotSupported') });

/** What a refusal means; of the body only whether it is that one code of Edge is read. */
const meaningOf = (
  { doing, kit }: Pick<Said, 'doing' | 'kit'>,
  edition: Edition,
  status: number,
  json: unknown,
): KitError | undefined => {
  const said = (answer: string, todo: string): Said => ({ doing, kit, answer: `HTTP ${status}${answer}`, todo });
  if (edition === 'edge' && status < 500 && otherMap.safeParse(json).success)
    return new KitRefused(
      'NOT_SUPPORTED',
      said(
        ', this organization updates whole maps only',
        'Ask for core persistence services (CPS), or register the kit as webhook or manual.',
      ),
    );
  if (status === 401)
    return new KitRefused('ACCESS_DENIED', said('', 'Check what the secret of accessSecret holds, and the edition.'));
  if (status === 403)
    return new KitRefused(
      'ACCESS_DENIED',
      said(
        '',
        edition === 'edge'
          ? 'Give its user a role that may read and update entries of this map.'
          : 'Give the service account apigee.keyvaluemapentries.get and .update (and .create for createsEntry), with the Apigee API enabled for its project.',
      ),
    );
  if (status === 409) return new KitUnreachable('NOT_STORED', said(', it was created meanwhile', 'It is read again.'));
  return undefined;
};
