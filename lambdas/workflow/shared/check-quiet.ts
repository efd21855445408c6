import type { Listed } from '../../authorities/authority.ts';
import { authorityOf } from '../../authorities/authority-of.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { RotationId } from '../../domain/ids.ts';
import { type EvidenceSummary, kitSummaryOf } from '../../domain/may-revoke.ts';
import { lastUseIn, latest } from '../../domain/shown-use.ts';
import type { ClockAndLog, Dependencies, Stored } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import { targetOf } from './own-rotation.ts';
import { armProbeNonce } from './probe-nonce.ts';
import type { StepInput } from './step.ts';

type Needs = Pick<Dependencies, 'gateways' | 'policyCheck' | 'uses' | 'pingOne'> & ClockAndLog;

/**
 * Proves that use of the old credentials would be seen now, or that it is not known: then the quiet window begins again.
 * `summary` is what a pass has read of the kits; without it only the watching is proven.
 */
export const checkQuiet = async (
  needs: Needs,
  input: Pick<StepInput, 'gatewayId'> & { readonly rotationId: RotationId },
  gateway: Gateway,
  stored: Stored | undefined,
  summary?: EvidenceSummary,
): Promise<{ gateway: Gateway; recordingProven: boolean }> => {
  const { gateways, now } = needs;
  const { rotationId } = input;
  // PingOne shows use itself, and a probe of ours would be taken for one.
  const nonce = gateway.authority ? undefined : await armProbeNonce(needs, input, targetOf(gateway).credentialId);
  const { isProven, listed } = await authorityOf(gateway)
    .watch(needs, gateway, stored, nonce)
    .catch((error: unknown) => unproven(needs, gateway, error));
  const lastUseMs = latest([summary?.lastUseMs, lastUseIn(listed ?? [], gateway.rotation?.retireIds ?? [])]);
  const checked = await applyCommand(gateways, input, {
    kind: 'quiet-checked',
    rotationId,
    recordingProven: isProven,
    ...(nonce ? { nonceHash: nonce.hash } : {}),
    ...(summary ? { kitSummary: kitSummaryOf(summary, now()) } : {}),
    ...(summary?.wave ? { wave: summary.wave } : {}),
    ...(lastUseMs === undefined ? {} : { lastUseMs }),
    ...(listed ? { shown: listed } : {}),
  });
  return { gateway: checked, recordingProven: isProven };
};

const unproven = (
  { log }: Needs,
  { gatewayId }: Gateway,
  error: unknown,
): { readonly isProven: false; readonly listed?: readonly Listed[] } => {
  const why = error instanceof Error ? error.message : '';
  log('WARN', 'Nobody knows whether use would be seen now; the quiet window starts again.', { gatewayId, error: why });
  return { isProven: false };
};
