import { randomBytes } from 'node:crypto';
import type { CredentialValue } from '../domain/credential.ts';
import { digestOf } from '../domain/digest.ts';
import { TemporarilyUnavailable } from '../domain/failure.ts';
import type { GatewayId } from '../domain/ids.ts';
import { type Nonce, probeHeader } from '../domain/probe.ts';
import { refusalMark } from './api-gateway.ts';

/** A nonce that nobody has used before. */
export const newNonce = (): Nonce => {
  const value = randomBytes(32).toString('base64url');
  return { value, hash: digestOf(value) };
};

/**
 * The real policy check, asked as a kit asks it: whether it accepts the credential now. Every other answer, and none within
 * 10 s, throws {@link TemporarilyUnavailable}: ambiguous is not yes, and not no.
 */
export const policyCheckAt = (url: string) => ({
  ask: async (gatewayId: GatewayId, value: CredentialValue, nonce: Nonce): Promise<'ACCEPTED' | 'REFUSED'> => {
    const ambiguous = (what: string, cause?: unknown) =>
      new TemporarilyUnavailable(`The policy check of gateway ${gatewayId} ${what}; see whether ${url} answers.`, {
        cause,
      });
    const response = await fetch(`${url}/gateways/${gatewayId}/sideband/request`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'client-token': value, [probeHeader]: nonce.value },
      body: JSON.stringify({
        method: 'GET',
        url: 'https://probe.invalid/',
        http_version: '1.1',
        headers: [],
        source_ip: '127.0.0.1',
        source_port: 1,
      }),
      redirect: 'manual', // following one would hand the credential to whoever it names
      signal: AbortSignal.timeout(10_000),
    }).catch((cause: unknown) => {
      throw ambiguous('cannot be reached', cause);
    });
    const answer = (await response.json().catch(() => undefined)) as
      | { method?: unknown; response?: unknown; refusedBy?: unknown }
      | undefined;
    if (response.status === 200 && answer?.method === 'GET') return 'ACCEPTED';
    // Without the mark it was denied by something else, such as the resource policy of a private API.
    if (response.status === 401 && answer?.refusedBy === refusalMark.refusedBy) return 'REFUSED';
    throw ambiguous(`answered HTTP ${response.status}, which says neither yes nor no`);
  },
});
