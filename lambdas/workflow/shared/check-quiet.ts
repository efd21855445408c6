import { authorityOf } from '../../authorities/authority-of.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { RotationId } from '../../domain/ids.ts';
import { type EvidenceSummary, kitSummaryOf } from '../../domain/may-revoke.ts';
import type { ClockAndLog, Dependencies, Stored } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import { targetOf } from './own-rotation.ts';
import { armProbeNonce } from './probe-nonce.ts';
import type { StepInput } from './step.ts';

type Needs = Pick<Dependencies, 'gateways' | 'policyCheck' | 'uses'> & ClockAndLog;

/**
 * Sends one probe with the new credential through the real policy check and reads its recorded use back: lost use would
 * look like quiet. `summary` is what a pass has read of the kits; without it only the watching is proven.
 */
export const checkQuiet = async (
  needs: Needs,
  input: Pick<StepInput, 'gatewayId'> & { readonly rotationId: RotationId },
  gateway: Gateway,
  stored: Stored | undefined,
  summary?: EvidenceSummary,
): Promise<{ gateway: Gateway; recordingProven: boolean }> => {
  const { gateways, uses, log, now } = needs;
  const { credentialId } = targetOf(gateway);
  const nonce = await armProbeNonce({ gateways }, input, credentialId);
  const recordingProven = await (async () =>
    stored !== undefined &&
    (await authorityOf(gateway).proveAccepted(needs, gateway, stored, nonce)) &&
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
