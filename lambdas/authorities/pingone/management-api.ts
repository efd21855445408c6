import type * as z from 'zod';
import type { PingOneAuthority } from '../../domain/authority.ts';
import { TemporarilyUnavailable } from '../../domain/failure.ts';
import type { ListedCredential } from '../../domain/pingone-mint.ts';
import type { CreateOutcome, ManagementApi } from '../../ports.ts';
import { credentialAnswer, credentialPage, gatewayAnswer, valueAnswer } from './answers.ts';
import { ask, askAgainWhenLimited, type Outcome, type PingOneAccess, type Question } from './ask.ts';
import { failureOf, isPingOneFailure, type Refusal, refusalIn } from './failures.ts';
import type { PingOneUrls } from './settings.ts';
import type { WorkerToken } from './token.ts';

export const managementApi = (
  access: PingOneAccess,
  { environmentId, gatewayId }: Pick<PingOneAuthority, 'environmentId' | 'gatewayId'>,
  { apiUrl }: Pick<PingOneUrls, 'apiUrl'>,
  token: WorkerToken,
): ManagementApi => {
  const gatewayUrl = `${apiUrl}/environments/${environmentId}/gateways/${gatewayId}`;
  const credentialsUrl = `${gatewayUrl}/credentials`;
  const of = `of PingOne gateway ${gatewayId}`;

  const send = async (asker: Asker, method: Question['method'], url: string): Promise<Outcome> => {
    const first = await token.current();
    const question = (bearer: string): Question => ({ method, url, headers: { authorization: `Bearer ${bearer}` } });
    const outcome = await asker(access, question(first));
    return isRefused(outcome, 'TOKEN') ? asker(access, question(await token.inPlaceOf(first))) : outcome;
  };
  const get = (url: string) => send(askAgainWhenLimited, 'GET', url);

  return {
    gateway: async () => valueIn(`Reading PingOne gateway ${gatewayId}`, await get(gatewayUrl), gatewayAnswer),
    list: async () => {
      const doing = `Listing the credentials ${of}`;
      const listed: ListedCredential[] = [];
      const seen = new Set<string>();
      let listedAtMs: number | undefined;
      for (let query: string | undefined = ''; query !== undefined; ) {
        if (seen.has(query)) throw new TemporarilyUnavailable(`${doing}: its pages do not end. It is tried again.`);
        seen.add(query);
        const outcome = await get(`${credentialsUrl}${query}`);
        const page: z.infer<typeof credentialPage> = valueIn(doing, outcome, credentialPage);
        listedAtMs ??= outcome.kind === 'ANSWERED' ? outcome.atMs : undefined;
        listed.push(...(page._embedded?.credentials ?? []));
        const next = page._links?.next?.href;
        query = next === undefined ? undefined : (URL.parse(next, apiUrl)?.search ?? ''); // our own host: the token goes along
      }
      if (listedAtMs !== undefined) return { listed, listedAtMs };
      throw new TemporarilyUnavailable(`${doing}: the answer has no Date, by which its times are judged.`);
    },
    read: async (credentialId) => {
      const outcome = await get(`${credentialsUrl}/${credentialId}`);
      if (isRefused(outcome, 'ABSENT')) return undefined;
      return valueIn(`Reading credential ${credentialId} ${of}`, outcome, credentialAnswer);
    },
    create: async (sendUntilMs) => {
      const doing = `Creating a credential ${of}`;
      const askInTime: Asker = (...asked) => {
        if (access.now() <= sendUntilMs) return ask(...asked);
        throw new TemporarilyUnavailable(`${doing}: it could not be sent in time. It is tried again.`);
      };
      try {
        return created(doing, await send(askInTime, 'POST', credentialsUrl));
      } catch (error) {
        if (isPingOneFailure(error)) return { kind: 'NOT_CREATED', error }; // not sent, or answered 401
        throw error;
      }
    },
    remove: async (credentialId) => {
      const outcome = await send(askAgainWhenLimited, 'DELETE', `${credentialsUrl}/${credentialId}`);
      if (outcome.kind === 'ANSWERED' && (outcome.status === 204 || outcome.status === 200)) return 'DELETED';
      if (isRefused(outcome, 'ABSENT')) return 'ALREADY_GONE';
      throw failureOf(`Revoking credential ${credentialId} ${of}`, outcome);
    },
  };
};

type Asker = typeof ask;

const isRefused = (outcome: Outcome, as: Refusal): boolean =>
  outcome.kind === 'ANSWERED' && outcome.status >= 300 && refusalIn(outcome.status, outcome.json) === as;

const valueIn = <T>(doing: string, outcome: Outcome, schema: z.ZodType<T>): T => {
  const read = outcome.kind === 'ANSWERED' && outcome.status === 200 ? schema.safeParse(outcome.json) : undefined;
  if (!read?.success) throw failureOf(doing, outcome);
  return read.data;
};

const created = (doing: string, outcome: Outcome): CreateOutcome => {
  const error = failureOf(doing, outcome);
  if (outcome.kind === 'NOT_SENT') return { kind: 'NOT_CREATED', error };
  if (outcome.kind === 'NO_ANSWER') return { kind: 'AMBIGUOUS', error };
  const { status, json } = outcome;
  if (status >= 200 && status < 300) {
    const credential = credentialAnswer.safeParse(json);
    const value = valueAnswer.safeParse(json);
    return credential.success && value.success
      ? { kind: 'CREATED', credential: credential.data, value: value.data.credential }
      : { kind: 'AMBIGUOUS', error };
  }
  const refusal = refusalIn(status, json);
  if (refusal === 'UNCLEAR') return { kind: 'AMBIGUOUS', error };
  return { kind: refusal === 'LIMITED' ? 'LIMITED' : 'NOT_CREATED', error };
};
