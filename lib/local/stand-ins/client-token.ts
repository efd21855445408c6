import { randomUUID } from 'node:crypto';
import type { Answered, Asked } from './loopback-server.ts';

export type ClientToken = {
  /** What the secret of a kit has to hold. */
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  /** Answers a request to the token endpoint. */
  answer(asked: Asked): Answered;
  /** What a token is for; `undefined` for one that is unknown or over. */
  scopeOf(authorization: string | undefined): string | undefined;
  /** The secret of the client has expired. */
  expireSecret(): void;
};

/**
 * A token endpoint for one client (RFC 6749, 4.4): the form has to be one, with the client in its body, and the scope one of
 * these, if there are any. Errors quote what was sent.
 */
export const clientToken = (nowMs: () => number, scopes: readonly string[] = []): ClientToken => {
  const client = { clientId: randomUUID(), clientSecret: `marked~${randomUUID()}` };
  const tokens = new Map<string, { readonly scope: string; readonly expiresAtMs: number }>();
  let isValid = true;

  const answer: ClientToken['answer'] = ({ method, headers, body }) => {
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded')
      return refused(400, 'invalid_request', body);
    const form = new URLSearchParams(body);
    if (form.get('grant_type') !== 'client_credentials') return refused(400, 'unsupported_grant_type', body);
    const isClient = form.get('client_id') === client.clientId && form.get('client_secret') === client.clientSecret;
    if (!isClient || !isValid) return refused(401, 'invalid_client', body);
    const scope = form.get('scope') ?? '';
    if (scopes.length > 0 && !scopes.includes(scope)) return refused(400, 'invalid_scope', body);
    const token = `marked-token-${randomUUID()}`;
    tokens.set(token, { scope, expiresAtMs: nowMs() + 3_600_000 });
    return { status: 200, json: { token_type: 'Bearer', expires_in: 3599, access_token: token } };
  };

  return {
    client,
    answer,
    scopeOf: (authorization) => {
      const found = tokens.get(authorization?.replace(/^Bearer /, '') ?? '');
      return found && found.expiresAtMs > nowMs() ? found.scope : undefined;
    },
    expireSecret: () => {
      isValid = false;
    },
  };
};

const refused = (status: number, error: string, body: string): Answered => ({
  status,
  json: { error, error_description: `no: ${body}` },
});
