import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { lostIn } from '../../lambdas/domain/recover.ts';
import { describeIfThere } from '../../lambdas/workflow/shared/describe-if-there.ts';
import type { Stores } from './snapshot.ts';

/**
 * A sentence for each gateway of which credentials are accepted whose values are kept nowhere here any more: somebody took
 * secrets.json away, or put an old one back. Status says it too, but not that a backup of the file may heal it.
 */
export const lostValues = async (
  { gateways }: Pick<Stores, 'gateways'>,
  secrets: SecretsManagerClient,
  gatewayIds: readonly GatewayId[],
): Promise<readonly string[]> => {
  const sentences: string[] = [];
  for (const gatewayId of gatewayIds) {
    const gateway = await gateways.read(gatewayId);
    if (!gateway) continue;
    const secret = await describeIfThere(secretVersionsIn(secrets), gateway.secretArn);
    const lost = lostIn(gateway, secret?.labels ?? new Map());
    if (lost.length > 0)
      sentences.push(
        `${gatewayId}: the values of ${lost.join(', ')} are gone from secrets.json. Kits that hold them are accepted as before, but no kit can be given them again` +
          `${secret ? '' : ', and no rotation can begin'}: stop this machine and put secrets.json.previous, or a backup, in the place of secrets.json. ` +
          `Is there none: "recover ${gatewayId}", and then either put a value that a kit still holds into the secret and adopt it, or rotate.`,
      );
  }
  return sentences;
};
