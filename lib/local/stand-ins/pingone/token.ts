import { randomBytes } from 'node:crypto';
import type { Answered, Asked } from '../loopback-server.ts';
import type { PingOneControl } from './control.ts';
import { digestOf } from './credential-value.ts';
import type { Worker } from './state.ts';

/** Issues and checks access tokens; they are forgotten at a stop, so that a client meets a 401 and fetches a new one. */
export type Tokens = {
  /** `POST /{environmentId}/as/token` with `grant_type=client_credentials`. */
  issue(asked: Asked): Answered;
  /** The worker whose unexpired token the request bears. */
  bearer(asked: Asked): Worker | undefined;
  /** Ends every token before its time. */
  forget(): void;
};

type Given = { readonly method: Worker['tokenEndpointAuthMethod']; readonly id: string; readonly secret: string };

export const tokensOf = (workers: readonly Worker[], control: PingOneControl, nowMs: () => number): Tokens => {
  const issued = new Map<string, { readonly worker: Worker; readonly expiresAtMs: number }>();
  return {
    issue: (asked) => {
      if (!/^application\/x-www-form-urlencoded\b/i.test(asked.headers['content-type'] ?? ''))
        return refused(400, 'invalid_request', 'The content type must be application/x-www-form-urlencoded.');
      const form = new URLSearchParams(asked.body);
      const given = [basic(asked), posted(form)].filter((one) => one !== undefined);
      const [client, another] = given;
      if (client === undefined) return refused(401, 'invalid_client', 'Client authentication is missing.');
      if (another) return refused(400, 'invalid_request', 'More than one client authentication method was used.');
      const worker = workers.find(({ clientId }) => clientId === client.id);
      if (!worker) return refused(401, 'invalid_client', 'Invalid client credentials.');
      if (worker.tokenEndpointAuthMethod !== client.method)
        return refused(401, 'invalid_client', 'Unsupported authentication method');
      if (digestOf(client.secret) !== digestOf(worker.clientSecret))
        return refused(401, 'invalid_client', 'Invalid client credentials.');
      if (form.get('grant_type') !== 'client_credentials')
        return refused(400, 'unsupported_grant_type', 'Only client_credentials is supported for a worker.');
      const token = randomBytes(32).toString('base64url');
      issued.set(token, { worker, expiresAtMs: nowMs() + control.tokenSeconds * 1000 });
      return { status: 200, json: { access_token: token, token_type: 'Bearer', expires_in: control.tokenSeconds } };
    },
    bearer: ({ headers }) => {
      const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
      const found = issued.get(token);
      if (found && found.expiresAtMs > nowMs()) return found.worker;
      issued.delete(token);
      return undefined;
    },
    forget: () => issued.clear(),
  };
};

/** RFC 6749 5.2: the error body of a token endpoint, which is not that of the management API. */
const refused = (status: number, error: string, description: string): Answered => ({
  status,
  json: { error, error_description: description },
  headers: status === 401 ? { 'www-authenticate': 'Basic realm="PingOne"' } : {},
});

/** RFC 6749 2.3.1: both parts are form-encoded before they are joined. */
const basic = ({ headers }: Asked): Given | undefined => {
  const text = /^Basic (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (text === undefined) return undefined;
  const [id = '', secret = ''] = Buffer.from(text, 'base64').toString('utf8').split(':').map(decoded);
  return { method: 'CLIENT_SECRET_BASIC', id, secret };
};

const posted = (form: URLSearchParams): Given | undefined => {
  const id = form.get('client_id');
  const secret = form.get('client_secret');
  return id === null || secret === null ? undefined : { method: 'CLIENT_SECRET_POST', id, secret };
};

const decoded = (text: string): string => new URLSearchParams(`text=${text}`).get('text') ?? '';
