import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretPost,
  customFetch,
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
} from 'oauth4webapi';
import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { type Answer, ask, type Question } from './http-request.ts';
import { isKitError, type KitError, KitRefused, KitUnreachable } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

/** One request to a token endpoint (RFC 6749, 3.2); `todo` is what a person checks when it refuses. */
export type TokenRequest = {
  readonly doing: string;
  readonly tokenUrl: string;
  readonly grantType: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Goes in the body; without it nothing but the grant says who asks. */
  readonly client?: { readonly id: string; readonly secret: string };
  readonly todo: string;
};

/**
 * A fresh access token; nothing is kept. oauth4webapi writes the request and reads the answer, and asks by the kit's own
 * requests: so the allowed hosts and the time of the kit hold, and every failure is a kit error that repeats nothing.
 */
export const accessTokenOf = async (kit: Kit, request: TokenRequest, access: KitAccess): Promise<string> => {
  const { doing, tokenUrl, grantType, parameters, client, todo } = request;
  const server = { issuer: tokenUrl, token_endpoint: tokenUrl };
  const clientOf = { client_id: client?.id ?? 'none' };
  try {
    const response = await genericTokenEndpointRequest(
      server,
      clientOf,
      client ? ClientSecretPost(client.secret) : nobody,
      grantType,
      { ...parameters },
      {
        [customFetch]: async (url, { body }) => {
          const question: Question = {
            doing,
            kit,
            method: 'POST',
            url,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: String(body),
            meaningOf: (status, json) => meaningOfRefusal({ doing, kit, todo }, status, json),
          };
          return responseOf(await ask(access, question));
        },
        [allowInsecureRequests]: true, // settings take http on loopback only
      },
    );
    const { access_token: token } = await processGenericTokenEndpointResponse(server, clientOf, response);
    if (/^[\x21-\x7e]+$/.test(token)) return token;
  } catch (error) {
    if (isKitError(error)) throw error; // any other quotes the answer
  }
  throw new KitUnreachable('UNREADABLE_ANSWER', {
    doing,
    kit,
    answer: 'HTTP 200 without an access token',
    todo: 'Check that the URL for tokens is that of a token endpoint.',
  });
};

const nobody: ClientAuth = () => undefined;

/** What the library reads of an answer that was read to its end. */
const responseOf = ({ json }: Answer): Response => Response.json(json ?? {});

/** RFC 6749 5.2; of the answer only whether it is one of these is read. */
const oauthError = z.object({
  error: z.enum([
    'invalid_client',
    'invalid_grant',
    'invalid_scope',
    'invalid_request',
    'unauthorized_client',
    'temporarily_unavailable',
  ]),
});

const meaningOfRefusal = (
  { doing, kit, todo }: { readonly doing: string; readonly kit: Kit; readonly todo: string },
  status: number,
  json: unknown,
): KitError | undefined => {
  if (status !== 400 && status !== 401 && status !== 403) return undefined;
  const code = oauthError.safeParse(json).data?.error;
  const answer = `HTTP ${status}${code ? ` (${code})` : ''}`;
  if (code === 'temporarily_unavailable')
    return new KitUnreachable('SERVER_ERROR', { doing, kit, answer, todo: 'It is tried again.' });
  return new KitRefused('ACCESS_DENIED', { doing, kit, answer, todo });
};
