import { isDoneWith } from '../../domain/credential-status.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { Dependencies } from '../../ports.ts';

/**
 * Releases the `live-` labels of what is neither live, nor still to be seen refused, nor the running rotation's own. The
 * record is read after the labels were, so that what was made in between is never taken for forgotten.
 */
export const releaseLabels = (
  { gateways, secretVersions }: Pick<Dependencies, 'gateways' | 'secretVersions'>,
  { gatewayId, secretArn }: Pick<Gateway, 'gatewayId' | 'secretArn'>,
): Promise<void> =>
  secretVersions.release(secretArn, async () => {
    const gateway = await gateways.read(gatewayId);
    return (credentialId, versionId) => gateway !== undefined && isDoneWith(gateway, credentialId, versionId);
  });
