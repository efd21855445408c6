import type { IncomingHttpHeaders } from 'node:http';
import { answerLimitMs, type PingOneAccess } from '../../../lambdas/authorities/pingone/ask.ts';
import { managementApi } from '../../../lambdas/authorities/pingone/management-api.ts';
import { pingOneSettings, urlsOf } from '../../../lambdas/authorities/pingone/settings.ts';
import { workerToken } from '../../../lambdas/authorities/pingone/token.ts';
import { type PingOne, pingOneOf } from '../../../lib/local/stand-ins/pingone/pingone.ts';
import { account, basicWorker, type Clock, environmentId, gatewayId } from '../../local/stand-ins/pingone-account.ts';

export const origin = 'http://127.0.0.1:8443';
export const settings = pingOneSettings.parse({
  kind: 'pingone',
  environmentId,
  gatewayId,
  workerSecret: 'pingone-worker',
  apiUrl: `${origin}/v1`,
  tokenUrl: `${origin}/${environmentId}/as/token`,
  serviceUrl: `${origin}/v1/environments/${environmentId}`,
});
export const urls = urlsOf(settings);
export const workerSecret = JSON.stringify({ clientId: basicWorker.clientId, clientSecret: basicWorker.clientSecret });

/** What went over the wire; `body` is what was sent. */
type Sent = { readonly method: string; readonly url: string; readonly body: string };

/** The client on the stand-in without a network: no answer takes as long as the limit allows, on the clock of both. */
const accessTo = (pingOne: PingOne, clock: Clock, sent: Sent[] = []): PingOneAccess => {
  let limit = new AbortController();
  const timeOut = (): never => {
    limit.abort();
    throw limit.signal.reason;
  };
  return {
    fetch: async (given, init = {}) => {
      const startedAtMs = clock.nowMs;
      const url = new URL(String(given));
      const body = typeof init.body === 'string' ? init.body : '';
      const method = init.method ?? 'GET';
      sent.push({ method, url: url.href, body });
      const headers: IncomingHttpHeaders = { ...Object.fromEntries(new Headers(init.headers)), host: url.host };
      const answered = await pingOne.answer({ method, url, headers, body });
      if (answered === 'reset') throw new TypeError('fetch failed', { cause: systemError('ECONNRESET') });
      if (answered === 'hang') clock.nowMs += answerLimitMs;
      if (answered === 'hang' || clock.nowMs - startedAtMs >= answerLimitMs) return timeOut();
      const { status, json, text = '', headers: answeredHeaders } = answered;
      const content = status === 204 ? null : json === undefined ? text : JSON.stringify(json);
      return new Response(content, { status, headers: answeredHeaders ?? {} });
    },
    now: () => clock.nowMs,
    pause: async (ms) => {
      clock.nowMs += ms;
    },
    timeLimit: () => {
      limit = new AbortController();
      return limit.signal;
    },
  };
};

export const systemError = (code: string): Error => Object.assign(new Error('failed'), { code });

/** A stand-in and the client of it. */
export const clientOf = (clock: Clock) => {
  const pingOne = pingOneOf(account(clock));
  const sent: Sent[] = [];
  const access = accessTo(pingOne, clock, sent);
  const token = workerToken(access, { ...urls, workerSecret: settings.workerSecret }, async () => workerSecret);
  return { pingOne, access, sent, token, api: managementApi(access, settings, urls, token) };
};

/** A kit presents the value to the sideband; answers the status. */
export const useOf = async (access: PingOneAccess, value: string): Promise<number> => {
  const body = JSON.stringify({
    source_ip: '::1',
    source_port: 1,
    method: 'GET',
    url: 'https://a.example/',
    http_version: '1.1',
    headers: [],
  });
  const headers = { 'client-token': value };
  return (await access.fetch(`${urls.serviceUrl}/sideband/request`, { method: 'POST', headers, body })).status;
};

/** What a promise was rejected with. */
export const errorOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
