import { deciderOf } from '../domain/authority.ts';
import type { By } from '../domain/decision.ts';
import { StepFailed } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { Of } from '../domain/operator-commands.ts';
import type { Dependencies } from '../ports.ts';
import { type OperateResult, refused, resultOf } from './result.ts';

/**
 * Records, in a person's name, that nobody saw the policy check refuse a revoked credential. Refused while its value can be
 * read: then the policy check is asked, and nothing has to be given up.
 */
export const waiveProof = async (
  { gateways, secretVersions }: Pick<Dependencies, 'gateways' | 'secretVersions'>,
  gateway: Gateway,
  { credentialId }: Of<'waive-proof'>,
  by: By,
): Promise<OperateResult> => {
  const revoked = gateway.revoked.find((one) => one.credentialId === credentialId);
  const isLeft = revoked !== undefined && revoked.confirmedAtMs === undefined;
  if (isLeft && (await isReadable(secretVersions, gateway, revoked.versionId)))
    return refused(
      gateway,
      'NOT_CONFIRMED',
      `The value of ${credentialId} can be read, and ${deciderOf(gateway)} is asked about it every minute: there is a proof to wait for. If it is not refused, look why.`,
    );
  return resultOf(
    gateway.gatewayId,
    await gateways.apply(gateway.gatewayId, { kind: 'waive-proof', credentialId, ...by }),
  );
};

const isReadable = async (
  secretVersions: Pick<Dependencies['secretVersions'], 'readVersion'>,
  { secretArn }: Gateway,
  versionId: string | undefined,
): Promise<boolean> => {
  if (versionId === undefined) return false;
  try {
    return (await secretVersions.readVersion(secretArn, versionId)) !== undefined;
  } catch (error) {
    if (error instanceof StepFailed) return false; // its key is gone, or it holds something else by now
    throw error;
  }
};
