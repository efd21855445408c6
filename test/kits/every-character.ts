import type { CredentialValue } from '../../lambdas/domain/credential.ts';
import { composeCredential } from '../../lambdas/domain/credential.ts';
import type { CredentialId } from '../../lambdas/domain/ids.ts';

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
const jti = 'dddddddd-1111-4222-8333-444455556666';
const claims = {
  jti,
  gatewayId: 'aaaaaaaa-1111-4222-8333-444455556666',
  environmentId: 'cccccccc-1111-4222-8333-444455556666',
};

/** Credentials of both authorities that have, together, every character which one can have. */
export const everyCharacter = [
  { form: 'our own, 0 to q', credential: composeCredential(Array.from({ length: 53 }, (_, index) => index)) },
  { form: 'our own, 9 to z', credential: composeCredential(Array.from({ length: 53 }, (_, index) => index + 9)) },
  {
    form: "PingOne's",
    credential: {
      credentialId: jti as CredentialId,
      value: `${part({ alg: 'RS256' })}.${part(claims)}.${base64url}` as CredentialValue,
    },
  },
];
