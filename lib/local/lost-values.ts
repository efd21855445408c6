import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { liveLabel } from '../../lambdas/domain/secret-text.ts';
import type { Stores } from './snapshot.ts';

/** The labels in a secret; none when it is not there. */
const labelsOf = async (secrets: SecretsManagerClient, SecretId: string): Promise<ReadonlySet<string>> => {
  const { VersionIdsToStages = {} } = await secrets
    .send(new DescribeSecretCommand({ SecretId }))
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return { VersionIdsToStages: {} };
      throw error;
    });
  return new Set(Object.values(VersionIdsToStages).flat());
};

/**
 * A sentence for each gateway of which credentials are accepted whose values are kept nowhere here any more: somebody took
 * secrets.json away, or put an old one back. Otherwise it would look at rest, and fail at its next rotation.
 */
export const lostValues = async (
  { gateways }: Pick<Stores, 'gateways'>,
  secrets: SecretsManagerClient,
  gatewayIds: readonly GatewayId[],
): Promise<readonly string[]> => {
  const sentences: string[] = [];
  for (const gatewayId of gatewayIds) {
    const gateway = await gateways.read(gatewayId);
    if (!gateway || gateway.live.length === 0) continue;
    const labels = await labelsOf(secrets, gateway.secretArn);
    const lost = gateway.live.map(({ credentialId }) => credentialId).filter((id) => !labels.has(liveLabel(id)));
    if (lost.length > 0)
      sentences.push(
        `${gatewayId}: the values of ${lost.join(', ')} are gone from secrets.json. Kits that hold them are accepted as before, but no kit can be given them again` +
          `${labels.size === 0 ? ', and no rotation can begin' : ''}: stop this machine and put secrets.json.previous, or a backup, in the place of secrets.json.`,
      );
  }
  return sentences;
};
