import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { operationDone } from './azure-operation.ts';
import { type Answer, ask, type Question } from './http-request.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

const apiVersion = '2024-05-01';

/** What of a named value is read. */
export type NamedValue = {
  readonly etag: string;
  readonly isSecret: boolean;
  /** Where a value from Key Vault comes from, and when it was last read there with success, in epoch ms. */
  readonly keyVault?: { readonly secretIdentifier: string; readonly readAtMs: number | undefined };
};

const namedValue = z.object({
  properties: z.object({
    secret: z.boolean().nullish(),
    keyVault: z
      .object({
        secretIdentifier: z.string(),
        lastStatus: z.object({ code: z.string(), timeStampUtc: z.iso.datetime({ offset: true }) }).nullish(),
      })
      .nullish(),
  }),
});
const shownValue = z.object({ value: z.string() });

/**
 * A named value of Azure API Management, at its URL: NamedValue_Get, ListValue, Update and RefreshSecret of the REST API. A write
 * is over when Azure says so.
 */
export const azureNamedValue = (kit: Kit, url: string, authorization: string, access: KitAccess) => {
  const send = (doing: string, method: Question['method'], path: string, more: Partial<Question> = {}) =>
    ask(access, {
      doing,
      kit,
      method,
      url: `${url}${path}?api-version=${apiVersion}`,
      meaningOf: (status) => meaningOf(doing, kit, status),
      ...more,
      headers: { authorization, ...more.headers },
    });
  const finished = (doing: string, answer: Answer, todo: string): Promise<void> => {
    const how = { headers: { authorization }, meaningOf: (status: number) => meaningOf(doing, kit, status) };
    return operationDone({ doing, kit, answer, todo }, { origin: new URL(url).origin, ...how }, access);
  };
  const parsed = <Read>(doing: string, read: z.ZodSafeParseResult<Read>): Read => {
    if (read.success) return read.data;
    throw unreadable(doing, kit);
  };

  return {
    read: async (): Promise<NamedValue> => {
      const doing = 'Reading the named value';
      const { json, headers } = await send(doing, 'GET', '');
      const { secret, keyVault } = parsed(doing, namedValue.safeParse(json)).properties;
      const etag = headers.get('etag');
      if (!etag) throw unreadable(doing, kit);
      const last = keyVault?.lastStatus;
      const readAtMs = last?.code === 'Success' ? Date.parse(last.timeStampUtc) : undefined;
      return {
        etag,
        isSecret: secret === true,
        ...(keyVault ? { keyVault: { secretIdentifier: keyVault.secretIdentifier, readAtMs } } : {}),
      };
    },
    /** The value of one that is not from Key Vault. */
    value: async (): Promise<string> => {
      const doing = 'Reading the value of the named value';
      return parsed(doing, shownValue.safeParse((await send(doing, 'POST', '/listValue')).json)).value;
    },
    /** Throws KitUnreachable when it is not as it was when `etag` was read. */
    update: async (value: string, etag: string): Promise<void> => {
      const doing = 'Updating the named value';
      const json = { properties: { value, secret: true } };
      const answer = await send(doing, 'PATCH', '', { headers: { 'if-match': etag }, json });
      await finished(doing, answer, 'Look at the activity log of the service.');
    },
    /** Has it read from Key Vault anew. */
    refresh: async (): Promise<void> => {
      const doing = 'Having API Management read the secret anew';
      const todo = 'Check that the managed identity of API Management may get secrets of the vault, and reaches it.';
      await finished(doing, await send(doing, 'POST', '/refreshSecret'), todo);
    },
  };
};

const unreadable = (doing: string, kit: Kit): KitUnreachable =>
  new KitUnreachable('UNREADABLE_ANSWER', {
    doing,
    kit,
    answer: 'HTTP 200, but not what API Management answers',
    todo: 'Check managementUrl.',
  });

const actions = [
  ...['read', 'write', 'listValue/action', 'refreshSecret/action'].map((one) => `namedValues/${one}`),
  'operationresults/read',
].join(', ');

const meaningOf = (doing: string, kit: Kit, status: number): KitError | undefined => {
  const said = (todo: string) => ({ doing, kit, answer: `HTTP ${status}`, todo });
  if (status === 409 || status === 412)
    return new KitUnreachable('CHANGED_MEANWHILE', said('It is read and tried again.'));
  if (status === 401) return new KitRefused('ACCESS_DENIED', said('Check tenantId, loginUrl and managementUrl.'));
  if (status === 403)
    return new KitRefused(
      'ACCESS_DENIED',
      said(
        `Give the application in accessSecret these actions of Microsoft.ApiManagement/service: ${actions}; and look for an Azure Policy that denies this.`,
      ),
    );
  if (status === 404)
    return new KitMisconfigured(
      'NOT_FOUND',
      said('Correct subscriptionId, resourceGroup, service and namedValue, which is its id and not its display name.'),
    );
  return undefined;
};
