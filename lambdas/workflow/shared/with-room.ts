import { SecretLimitMet, StepFailed } from '../../domain/failure.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { releaseLabels } from './release-labels.ts';

/** "Secrets Manager quotas": the labels of all versions of a secret together, its versions, and how long none is removed. */
const mostLabels = 20;
const mostVersions = 100;
const keptForMs = 24 * 3_600_000;

/**
 * Does what needs a label or a version of the gateway's secret. At Secrets Manager's limit, what nobody needs is released and
 * it is tried once more; then a StepFailed names the limit and when it ends.
 */
export const withRoom = async <Output>(
  needs: Pick<Dependencies, 'gateways' | 'secretVersions'> & Pick<ClockAndLog, 'now'>,
  gateway: Pick<Gateway, 'gatewayId' | 'secretArn'>,
  work: () => Promise<Output>,
): Promise<Output> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SecretLimitMet)) throw error;
  }
  await releaseLabels(needs, gateway);
  try {
    return await work();
  } catch (error) {
    throw error instanceof SecretLimitMet ? await limitOf(needs, gateway, error) : error;
  }
};

const limitOf = async (
  { secretVersions, now }: Pick<Dependencies, 'secretVersions'> & Pick<ClockAndLog, 'now'>,
  { gatewayId, secretArn }: Pick<Gateway, 'gatewayId' | 'secretArn'>,
  cause: SecretLimitMet,
): Promise<StepFailed> => {
  const held = [...(await secretVersions.describe(secretArn)).labels.values()].flat();
  const ofGateway = `The secret of gateway ${gatewayId}`;
  const text =
    held.length >= mostLabels
      ? `${ofGateway} has ${held.length} labels and Secrets Manager allows ${mostLabels}; all that this system may release are released. Take off labels of your own, or settle revoked credentials that were not seen refused (waive-proof).`
      : `${ofGateway} has reached Secrets Manager's limit of ${mostVersions} versions, of which none is removed within 24 hours. It ends by itself as they grow older, at the latest at ${new Date(now() + keptForMs).toISOString()}: until then no version can be made.`;
  return new StepFailed(text, { cause });
};
