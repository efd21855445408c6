import { generateKeyPairSync, randomUUID, verify } from 'node:crypto';
import { z } from 'zod';
import type { Answered, Asked } from './loopback-server.ts';

const claimsSchema = z.object({
  iss: z.string(),
  scope: z.string(),
  aud: z.string(),
  iat: z.number().int(),
  exp: z.number().int(),
});
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export type GoogleToken = {
  /** The JSON key file of the one service account. */
  readonly keyFile: string;
  /** Answers a request to the token endpoint, which is at `tokenUrl`. */
  answer(asked: Asked, tokenUrl: string): Answered;
  /** The scopes of a token; `undefined` for one that is unknown or over. */
  scopesOf(authorization: string | undefined): readonly string[] | undefined;
  /** The key is taken away from the account. */
  deleteKey(): void;
};

/** The token endpoint of Google for one service account: takes assertions that this account signed for it, for an hour at most. */
export const googleToken = (nowMs: () => number): GoogleToken => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const account = { client_email: 'rotation@project.iam.gserviceaccount.com', private_key_id: randomUUID() };
  const tokens = new Map<string, { readonly scopes: readonly string[]; readonly expiresAtMs: number }>();
  let isKeyThere = true;

  const answer: GoogleToken['answer'] = ({ method, headers, body }, tokenUrl) => {
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded')
      return refused('invalid_request', 'Bad Request');
    const form = new URLSearchParams(body);
    if (form.get('grant_type') !== grantType) return refused('unsupported_grant_type', 'Invalid grant_type');
    const [header = '', payload = '', signature = '', ...more] = (form.get('assertion') ?? '').split('.');
    const claims = claimsSchema.safeParse(jsonOf(payload));
    if (!claims.success || more.length > 0) return refused('invalid_request', 'Bad Request');
    const { iss, aud, iat, exp, scope } = claims.data;
    const signed = Buffer.from(`${header}.${payload}`);
    if (
      !isKeyThere ||
      iss !== account.client_email ||
      z.object({ alg: z.literal('RS256') }).safeParse(jsonOf(header)).error ||
      !verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))
    )
      return refused('invalid_grant', 'Invalid JWT Signature.');
    const nowSeconds = nowMs() / 1000;
    if (aud !== tokenUrl || exp - iat > 3600 || exp < nowSeconds || iat > nowSeconds + 300)
      return refused('invalid_grant', 'Invalid JWT: Token must be a short-lived token and in a reasonable timeframe.');
    const token = `ya29.${randomUUID()}`;
    tokens.set(token, { scopes: scope.split(' '), expiresAtMs: nowMs() + 3_600_000 });
    return { status: 200, json: { access_token: token, expires_in: 3599, token_type: 'Bearer' } };
  };

  return {
    keyFile: JSON.stringify({
      type: 'service_account',
      ...account,
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: 'https://oauth2.googleapis.com/token',
    }),
    answer,
    scopesOf: (authorization) => {
      const found = tokens.get(authorization?.replace(/^Bearer /, '') ?? '');
      return found && found.expiresAtMs > nowMs() ? found.scopes : undefined;
    },
    deleteKey: () => {
      isKeyThere = false;
    },
  };
};

const refused = (error: string, error_description: string): Answered => ({
  status: 400,
  json: { error, error_description },
});

const jsonOf = (part: string): unknown => {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
};
