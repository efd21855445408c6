import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import type { OwnerMessage } from '../../../lambdas/domain/kit.ts';
import { delayed } from './delayed.ts';

/** The fields of a notification that the owner goes by. */
type Told = Pick<OwnerMessage, 'text' | 'kitId' | 'gatewayId' | 'credentialId'>;

export type OwnerOptions = {
  readonly secrets: SecretsManagerClient;
  /** Called after the kit has the credential. */
  readonly acknowledge: (installed: Omit<Told, 'text'>) => Promise<void>;
  /** How long after the owner put the credential in the kit uses it. */
  readonly applyMs: number;
  readonly nowMs: () => number;
  /** What his kit held when it last ran. */
  readonly initial?: { readonly credential: string };
};

/** The person behind a manual kit: does what the message says, and nothing that it does not say. */
export type Owner = {
  /** Fetches, installs, acknowledges. Throws when the text names no secret, or the secret holds another credential. */
  deliver(message: Told): Promise<void>;
  currentCredential(): string | undefined;
};

const secretText = z.object({ credentialId: z.string(), credential: z.string() });

export const createOwner = ({ secrets, acknowledge, applyMs, nowMs, initial }: OwnerOptions): Owner => {
  const inUse = delayed<string>(initial?.credential, applyMs, nowMs);
  return {
    deliver: async ({ text, kitId, gatewayId, credentialId }) => {
      const secretId = /--secret-id '([^']+)'/.exec(text)?.[1];
      if (!secretId || !kitId) throw new Error('The message does not say where the credential is, and for which kit.');
      const found = await secrets.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: 'AWSCURRENT' }));
      const held = secretText.safeParse(JSON.parse(found.SecretString ?? 'null'));
      if (!held.success || held.data.credentialId !== credentialId)
        throw new Error(`The secret does not hold credential ${credentialId} now.`);
      inUse.set(held.data.credential);
      await acknowledge({ kitId, gatewayId, credentialId });
    },
    currentCredential: inUse.current,
  };
};
