import { CreateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type KitNode, openKitNode } from '../../lib/local/stand-ins/kit-node.ts';
import { openKong } from '../../lib/local/stand-ins/kong.ts';
import { createSecretReader } from '../../lib/local/stand-ins/secret-reader.ts';
import { openWebhookReceiver } from '../../lib/local/stand-ins/webhook-receiver.ts';

const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Kits that outlive every kill of the system: two Kong nodes, a webhook receiver, a secret reader, all calling all the time. */
export const openKits = async (policyCheckUrl: string, secrets: SecretsManagerClient) => {
  const serviceUrl = (kitId: string): string => `${policyCheckUrl}/gateways/chaos/kits/${kitId}`;
  const kong = await openKong({ port: 0, workerUpdateMs: 200, nowMs: Date.now });
  const plugin = kong.addPlugin({ serviceUrl: serviceUrl('kong') });
  const receiver = await openWebhookReceiver({ port: 0, signingSecret, applyMs: 200, nowMs: Date.now });
  const reader = createSecretReader({ secrets, secretId: 'kits/reader', cacheMs: 300 });
  const read = (): string | undefined =>
    reader.currentCredential()?.startsWith('gwc_') ? reader.currentCredential() : undefined;
  const sources = [
    ['kong', '127.0.0.2', () => kong.currentCredential(plugin)],
    ['kong', '127.0.0.3', () => kong.currentCredential(plugin)],
    ['webhook', '127.0.0.4', receiver.currentCredential],
    ['reader', '127.0.0.5', read],
  ] as const;
  const nodes: KitNode[] = [];
  for (const [kitId, localAddress, currentCredential] of sources)
    nodes.push(await openKitNode({ policyCheckUrl: serviceUrl(kitId), localAddress, currentCredential }));
  const kit = (kitId: string, kind: string, settings: object) => ({
    kitId,
    kind,
    owner: 'chaos',
    lookBackSeconds: 600,
    settings,
  });
  return {
    registry: [
      kit('kong', 'kong', { adminUrl: kong.adminUrl, propagationSeconds: 1 }),
      kit('webhook', 'webhook', {
        url: `${receiver.url}`,
        readBackUrl: `${receiver.readBackUrl}`,
        signingSecret: 'kits/signing-key',
        propagationSeconds: 1,
      }),
      kit('reader', 'secrets-manager', { secretId: 'kits/reader', propagationSeconds: 1 }),
    ],
    /** Makes the secrets that the kits' settings name, once. */
    prepare: async (): Promise<void> => {
      const Tags = [{ Key: 'gateway-credential-rotation', Value: 'chaos' }];
      for (const [Name, SecretString] of [
        ['kits/signing-key', signingSecret],
        ['kits/reader', 'none yet'],
      ])
        await secrets.send(new CreateSecretCommand({ Name, SecretString, Tags })).catch((error: unknown) => {
          if (!(error instanceof Error && error.name === 'ResourceExistsException')) throw error;
        });
    },
    start: (): void => {
      reader.start();
      for (const node of nodes) node.start(10);
    },
    counts: () =>
      nodes
        .map((node) => node.counts())
        .reduce(
          (sum, one) => ({
            requests: sum.requests + one.requests,
            refused: sum.refused + one.refused,
            failed: sum.failed + one.failed,
          }),
          { requests: 0, refused: 0, failed: 0 },
        ),
    close: async (): Promise<void> => {
      await Promise.all(nodes.map((node) => node.stop()));
      await reader.stop();
      await receiver.close();
      await kong.close();
    },
  };
};
