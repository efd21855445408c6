import type { Stored } from '../../aws/secret-versions.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { RotationId } from '../../domain/ids.ts';
import { type EvidenceSummary, kitSummaryOf } from '../../domain/may-revoke.ts';
import type { ClockAndLog, Dependencies } from '../../wiring/dependencies.ts';
import { targetOf } from '../create-credential.ts';
import { applyCommand } from './apply-command.ts';
import { armProbeNonce } from './probe-nonce.ts';
import type { StepInput } from './step.ts';

type Needs = Pick<Dependencies, 'gateways' | 'policyCheck' | 'uses'> & ClockAndLog;

/**
 * Sends one probe with the new credential through the real policy check and reads its recorded use back: lost use would
 * look like quiet. `summary` is what a pass has read of the kits; without it only the watching is proven.
 */
export const checkQuiet = async (
  { gateways, policyCheck, uses, log, now }: Needs,
  input: Pick<StepInput, 'gatewayId'> & { readonly rotationId: RotationId },
  gateway: Gateway,
  stored: Stored | undefined,
  summary?: EvidenceSummary,
): Promise<{ gateway: Gateway; recordingProven: boolean }> => {
  const { credentialId } = targetOf(gateway);
  const nonce = await armProbeNonce({ gateways }, input, credentialId);
  const recordingProven = await (async () =>
    stored !== undefined &&
    (await policyCheck.ask(gateway.gatewayId, stored.value, nonce)) === 'ACCEPTED' &&
    (await uses.sawProbe(gateway.gatewayId, credentialId, nonce.hash)))().catch((error: unknown) => {
    log('WARN', 'The recording of use could not be proven; the quiet window starts again.', {
      gatewayId: gateway.gatewayId,
      error: error instanceof Error ? error.message : '',
    });
    return false;
  });
  const checked = await applyCommand(gateways, input, {
    kind: 'quiet-checked',
    rotationId: input.rotationId,
    nonceHash: nonce.hash,
    recordingProven,
    ...(summary ? { kitSummary: kitSummaryOf(summary, now()) } : {}),
    ...(summary?.lastUseMs === undefined ? {} : { lastUseMs: summary.lastUseMs }),
  });
  return { gateway: checked, recordingProven };
};
