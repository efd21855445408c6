import { digestOf } from '../../domain/digest.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { Dependencies, Stored } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import type { Run } from './own-rotation.ts';

/** The digest of what the secret holds goes into the record: from now on the policy check knows it. */
export const recordCreated = (
  { gateways }: Pick<Dependencies, 'gateways'>,
  run: Run,
  { credentialId, versionId, value }: Stored,
): Promise<Gateway> =>
  applyCommand(gateways, run, {
    kind: 'created',
    rotationId: run.rotationId,
    credentialId,
    versionId,
    digest: digestOf(value),
    ...run.as('minted, and read back from the secret'),
  });
