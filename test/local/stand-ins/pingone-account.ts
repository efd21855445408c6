import type { Persistence } from '../../../lib/emulator/wire/persistence.ts';
import { openPingOne } from '../../../lib/local/stand-ins/pingone/open-pingone.ts';
import type { PingOneOptions } from '../../../lib/local/stand-ins/pingone/pingone.ts';
import { emptyState, type PingOneState } from '../../../lib/local/stand-ins/pingone/state.ts';

export const startAtMs = Date.parse('2026-11-02T08:00:00.250Z');
export const environmentId = '0b4c1d2e-1111-4222-8333-444455556666';
export const gatewayId = '6d0f5a3e-1111-4222-8333-444455556666';
export const directoryId = '7e0f5a3e-1111-4222-8333-444455556666';
export const basicWorker = {
  clientId: '11111111-1111-4222-8333-444455556666',
  clientSecret: 'secret-of-the-basic-worker~+/=',
  tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
  roles: ['Environment Admin'],
} as const;
export const postWorker = {
  clientId: '22222222-1111-4222-8333-444455556666',
  clientSecret: 'secret-of-the-post-worker',
  tokenEndpointAuthMethod: 'CLIENT_SECRET_POST',
  roles: ['Environment Admin'],
} as const;

/** PingOne's clock in a test; a slow answer takes its time from it. */
export type Clock = { nowMs: number };

/** One environment with an API gateway and a directory gateway, and two workers. */
export const account = (clock: Clock, persistence?: Persistence<PingOneState>): PingOneOptions => ({
  timers: {
    now: () => clock.nowMs,
    sleep: async (ms) => {
      clock.nowMs += ms;
    },
  },
  environment: {
    id: environmentId,
    name: 'Payments',
    region: 'EU',
    organizationId: '33333333-1111-4222-8333-444455556666',
    organizationName: 'Example',
  },
  gateways: [
    { id: gatewayId, name: 'payments', type: 'API_GATEWAY_INTEGRATION', enabled: true },
    { id: directoryId, name: 'directory', type: 'LDAP', enabled: true },
  ],
  workers: [basicWorker, postWorker],
  persistence: persistence ?? { load: emptyState, save: () => undefined },
});

/** The account on loopback, with what a client of the documented API does. */
export const openAccount = async (clock: Clock, persistence?: Persistence<PingOneState>) => {
  const pingOne = await openPingOne({ ...account(clock, persistence), port: 0 });
  const token = async (): Promise<string> => {
    const pair = `${basicWorker.clientId}:${encodeURIComponent(basicWorker.clientSecret)}`;
    const response = await fetch(pingOne.tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const gatewaysUrl = `${pingOne.apiUrl}/environments/${environmentId}/gateways`;
  return {
    ...pingOne,
    token,
    gatewaysUrl,
    credentialsUrl: `${gatewaysUrl}/${gatewayId}/credentials`,
    /** One request to the management API with a good token. */
    manage: async (url: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${await token()}`, ...init.headers };
      const response = await fetch(url, { ...init, headers });
      const text = await response.text();
      return { status: response.status, headers: response.headers, json: text === '' ? undefined : JSON.parse(text) };
    },
    /** One request leg of a kit. */
    sideband: async (credential: string | undefined, more: object = {}, leg = 'request') => {
      const response = await fetch(`${pingOne.serviceUrl}/sideband/${leg}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(credential === undefined ? {} : { 'CLIENT-TOKEN': credential }),
        },
        body: JSON.stringify({ ...kitRequest, ...more }),
      });
      return { status: response.status, headers: response.headers, json: JSON.parse(await response.text()) };
    },
  };
};
export type Account = Awaited<ReturnType<typeof openAccount>>;

/** As Kong's ping-auth sends it: the port as text, header names in lower case. */
export const kitRequest = {
  source_ip: '203.0.113.5',
  source_port: '5001',
  method: 'GET',
  url: 'https://api.example.com:443/orders?page=1',
  http_version: '1.1',
  headers: [{ host: 'api.example.com' }, { authorization: 'Bearer eyJ.client.token' }],
  body: '',
};
