import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { homeOfArn } from '../domain/secret-home.ts';
import type { SecretUser } from '../domain/secret-tag.ts';
import type { KitSecrets, SecretsByRole } from '../ports.ts';
import { kitSecretsIn } from './kit-secrets.ts';
import type { AssumeRole, ByRole } from './owners-role.ts';

/** Secrets that kits use in the place of roles of their owners: each call in a session of its own, and by the tag as everywhere. */
export const kitSecretsByRole =
  ({ assume, open }: { readonly assume: AssumeRole; readonly open: (by: ByRole) => SecretsManagerClient }) =>
  (user: SecretUser): SecretsByRole =>
  (role, secretArn) => {
    const inSession = async <Answer>(
      change: { readonly actions: readonly string[]; readonly keyActions: readonly string[] },
      signal: AbortSignal,
      work: (secrets: KitSecrets) => Promise<Answer>,
    ): Promise<Answer> => {
      const actions = ['DescribeSecret', ...change.actions].map((action) => `secretsmanager:${action}`);
      const scope = { resource: secretArn, actions, keyActions: change.keyActions, contextKey: 'SecretARN' } as const;
      const credentials = await assume(user, role, scope, signal);
      const client = open({ region: homeOfArn(secretArn).region, credentials });
      try {
        return await work(kitSecretsIn(client)(user));
      } finally {
        client.destroy();
      }
    };
    return {
      read: (secretId, signal) =>
        inSession({ actions: ['GetSecretValue'], keyActions: ['kms:Decrypt'] }, signal, (secrets) =>
          secrets.read(secretId, signal),
        ),
      write: (secretId, versionId, text, signal) =>
        inSession(
          { actions: ['PutSecretValue'], keyActions: ['kms:Decrypt', 'kms:GenerateDataKey'] },
          signal,
          (secrets) => secrets.write(secretId, versionId, text, signal),
        ),
    };
  };
