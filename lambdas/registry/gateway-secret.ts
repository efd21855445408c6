import { StepFailed } from '../domain/failure.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { SecretState } from '../domain/registry-changes.ts';
import { secretNameOf } from '../domain/secret-name.ts';
import { placeholder } from '../domain/secret-text.ts';
import type { Dependencies } from '../ports.ts';

type Needs = Pick<Dependencies, 'gatewaySecrets' | 'secretPrefix'>;

/** How the secret stands. `secretId` is its name, or the ARN that the record has. */
export const secretStateOf = async ({ gatewaySecrets }: Needs, secretId: string): Promise<SecretState> => {
  const found = await gatewaySecrets.find(secretId);
  if (!found) return 'ABSENT';
  return found.isBeingDeleted ? 'DELETING' : 'PRESENT';
};

/**
 * The secret of a new gateway and the version that is current in it. An existing one is used as it is, whether an interrupted
 * run left it or an earlier registration: its value is no credential of the new record. Throws StepFailed for one without a value.
 */
export const ensureSecret = async (
  { gatewaySecrets, secretPrefix }: Needs,
  gatewayId: GatewayId,
): Promise<{ readonly secretArn: string; readonly versionId: string }> => {
  const name = secretNameOf(secretPrefix, gatewayId);
  const { arn, currentVersionId } = (await gatewaySecrets.find(name)) ?? (await gatewaySecrets.create(name, gatewayId));
  if (!arn || !currentVersionId)
    throw new StepFailed(
      `The secret ${name} exists and holds no value. Delete it, or put the value ${placeholder} into it; then apply gateways.json again.`,
    );
  return { secretArn: arn, versionId: currentVersionId };
};
