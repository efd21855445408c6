import * as z from 'zod';
import type { CredentialValue } from '../../domain/credential.ts';
import { TemporarilyUnavailable } from '../../domain/failure.ts';
import type { ProbeAnswer } from '../../ports.ts';
import { ask, type PingOneAccess } from './ask.ts';
import type { PingOneUrls } from './settings.ts';

/**
 * A request that no policy can mistake for one of a client. It never holds `access_token`: PingOne is reported to call the
 * real backend then.
 */
export const probeBody = {
  source_ip: '127.0.0.1',
  source_port: 65_535,
  method: 'GET',
  url: 'https://gateway-credential-probe.invalid/',
  http_version: '1.1',
  headers: [{ host: 'gateway-credential-probe.invalid' }],
} as const;

const decision = z.union([
  z.object({ response: z.object({ response_code: z.union([z.string(), z.number()]) }) }),
  z.object({ method: z.string(), url: z.string() }),
]);

/**
 * Presents a credential as a kit does. A decision of any kind (HTTP 200) says that it was let in; 401 or 403 of the HTTP
 * answer itself that it was not, unless a page in between says so. All else is inconclusive and throws
 * TemporarilyUnavailable.
 * Moves the credential's `lastUsedAt` when it is accepted.
 */
export const probeSideband = async (
  access: PingOneAccess,
  { serviceUrl }: Pick<PingOneUrls, 'serviceUrl'>,
  value: CredentialValue,
): Promise<ProbeAnswer> => {
  const outcome = await ask(access, {
    method: 'POST',
    url: `${serviceUrl}/sideband/request`,
    headers: { 'content-type': 'application/json', 'client-token': value },
    body: JSON.stringify(probeBody),
  });
  if (outcome.kind === 'ANSWERED') {
    const { status, json, isEmpty } = outcome;
    const atMs = outcome.atMs ?? access.now();
    if (status === 200 && decision.safeParse(json).success) return { kind: 'ACCEPTED', atMs };
    if ((status === 401 || status === 403) && (isEmpty || json !== undefined)) return { kind: 'REFUSED', atMs };
  }
  const answer = outcome.kind === 'ANSWERED' ? `HTTP ${outcome.status}` : 'no answer';
  throw new TemporarilyUnavailable(
    `Presenting a credential to PingOne's HTTP Access Policy service: ${answer}, which says neither yes nor no. It is tried again; check serviceUrl if this stays.`,
  );
};
