import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { credentialIn } from '../../../lambdas/kits/held-credential.ts';
import { openWebhookReceiver } from '../../../lib/local/stand-ins/webhook-receiver.ts';
import { accessTo, signingSecret, startAtMs } from '../installation.ts';
import type { KindUnderContract } from './world.ts';

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const held = (credential: string) => ({ credentialId: credentialIn(credential)?.credentialId ?? '', credential });

export const webhooks: readonly KindUnderContract[] = [
  {
    name: 'webhook',
    kind: 'webhook',
    shows: 'value',
    open: async (value) => {
      const receiver = await openWebhookReceiver({
        port: 0,
        signingSecret,
        applyMs: 0,
        nowMs: () => startAtMs,
        initial: held(value),
      });
      return {
        settings: { url: receiver.url, readBackUrl: receiver.readBackUrl, signingSecret: 'signing-key' },
        access: accessTo(secrets).access,
        held: async () => receiver.currentCredential(),
        set: async (one) => receiver.set(held(one)),
        secrets: [signingSecret.slice(6)],
        close: receiver.close,
      };
    },
  },
];
