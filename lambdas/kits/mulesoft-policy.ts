import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { type Answer, ask, type Question } from './http-request.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';
import type { anypointUrlsOf } from './mulesoft-settings.ts';

const policySchema = z.object({
  groupId: z.string().nullish(),
  assetId: z.string().nullish(),
  assetVersion: z.string().nullish(),
  configurationData: z.record(z.string(), z.unknown()),
  audit: z.object({ updated: z.object({ date: z.string() }).nullish() }).nullish(),
});
/** Some are given as a JSON schema instead, which does not say this. */
const definitionSchema = z.object({
  configuration: z.array(
    z.object({
      propertyName: z.string(),
      sensitive: z.boolean().nullish(),
      configuration: z.array(z.looseObject({ sensitive: z.boolean().nullish() })).nullish(),
    }),
  ),
});

/** A policy as API Manager shows it: fields that it holds back are absent, null or asterisks in `configuration`. */
export type Policy = {
  readonly asset: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Differs after each change, where API Manager tells it. */
  readonly changedAt: string | undefined;
};

/** A field that the definition of a policy has; the value of a sensitive one may be held back. */
export type PolicyField = { readonly name: string; readonly isSensitive: boolean };

/** A policy of an API instance: the API Manager API (v1) of Anypoint Platform, which has no conditional write. */
export const mulesoftPolicy = (
  kit: Kit,
  urls: Pick<ReturnType<typeof anypointUrlsOf>, 'policy' | 'templates'>,
  authorization: string,
  access: KitAccess,
) => {
  const send = (doing: string, method: Question['method'], url: string, given?: object): Promise<Answer> =>
    ask(access, {
      doing,
      kit,
      method,
      url,
      headers: { authorization },
      json: given,
      meaningOf: (status) => meaningOf(doing, kit, status),
    });
  const policyIn = (doing: string, { json }: Answer): Policy => {
    const read = policySchema.safeParse(json);
    if (!read.success)
      throw new KitUnreachable('UNREADABLE_ANSWER', {
        doing,
        kit,
        answer: 'HTTP 2xx, but not a policy as API Manager shows one',
        todo: 'Check anypointUrl.',
      });
    const { groupId, assetId, assetVersion, configurationData, audit } = read.data;
    if (!groupId || !assetId || !assetVersion)
      throw new KitRefused('NOT_SUPPORTED', {
        doing,
        kit,
        answer: 'it has no definition in Exchange, as those of Mule 3',
        todo: 'Register the kit as webhook or manual.',
      });
    const asset = [groupId, assetId, assetVersion].map(encodeURIComponent).join('/');
    return { asset, configuration: configurationData, changedAt: audit?.updated?.date };
  };

  return {
    read: async (): Promise<Policy> => {
      const doing = 'Reading the policy';
      return policyIn(doing, await send(doing, 'GET', urls.policy));
    },
    /** The fields that its definition has, without which nobody knows what is held back. Throws KitRefused when that does not tell. */
    fields: async ({ asset }: Policy): Promise<readonly PolicyField[]> => {
      const doing = 'Reading the definition of the policy';
      const read = definitionSchema.safeParse((await send(doing, 'GET', `${urls.templates}/${asset}`)).json);
      if (read.success)
        return read.data.configuration.map(({ propertyName, sensitive, configuration }) => ({
          name: propertyName,
          isSensitive: [sensitive, ...(configuration ?? []).map((inner) => inner.sensitive)].includes(true),
        }));
      throw new KitRefused('NOT_SUPPORTED', {
        doing,
        kit,
        answer:
          'it does not say which fields are sensitive, so that a write of all could destroy one that is not shown',
        todo: 'Register the kit as webhook or manual.',
      });
    },
    /** Replaces the whole configuration, and gives the policy as it is then. */
    write: async (configurationData: Policy['configuration']): Promise<Policy> => {
      const doing = 'Updating the policy';
      return policyIn(doing, await send(doing, 'PATCH', urls.policy, { configurationData }));
    },
  };
};

const meaningOf = (doing: string, kit: Kit, status: number): KitError | undefined => {
  const said = (todo: string) => ({ doing, kit, answer: `HTTP ${status}`, todo });
  if (status === 401)
    return new KitRefused(
      'ACCESS_DENIED',
      said('Check the connected app in the secret of accessSecret, and anypointUrl.'),
    );
  if (status === 403)
    return new KitRefused(
      'ACCESS_DENIED',
      said(
        'Give the connected app the scopes manage:api_policies, read:api_policies and read:exchange for this organization and environment.',
      ),
    );
  if (status === 404)
    return new KitMisconfigured(
      'NOT_FOUND',
      said(
        'Correct organizationId, environmentId, apiId and policyId, and let the connected app see the policy in Exchange.',
      ),
    );
  if (status === 409 || status === 412)
    return new KitUnreachable('CHANGED_MEANWHILE', said('It is read and tried again.'));
  return undefined;
};
