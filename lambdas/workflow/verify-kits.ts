import { authorityOf } from '../authorities/authority-of.ts';
import { leftToRevoke } from '../domain/decision.ts';
import { type Gateway, hasReached, type Rotation } from '../domain/gateway.ts';
import type { EvidenceSummary } from '../domain/may-revoke.ts';
import { emptySummary, judgeRevocation, kitSummaryOf } from '../domain/may-revoke.ts';
import { nextStage, waitSeconds } from '../domain/next-stage.ts';
import type { ClockAndLog, Dependencies, Stored } from '../ports.ts';
import { applyCommand, asWorkflow } from './shared/apply-command.ts';
import { collectEvidence } from './shared/collect-evidence.ts';
import { escalateLaggards } from './shared/escalate.ts';
import { readOwnRotation, rotationOf, targetOf } from './shared/own-rotation.ts';
import { armProbeNonce } from './shared/probe-nonce.ts';
import { recheck } from './shared/recheck.ts';
import { type StepInput, type StepOutput, stepOutput } from './shared/step.ts';

type Needs = Pick<
  Dependencies,
  'gateways' | 'kits' | 'uses' | 'proofs' | 'secretVersions' | 'policyCheck' | 'kitSecrets' | 'notifyOwner'
> &
  ClockAndLog;

/** One pass may take so long; a larger fleet goes on where it ended, at the same revision. */
const lookForMs = 240_000;

/**
 * One pass: proves that recording works, reads every kit and every use, and says yes, or why not and when to look again.
 * What it finds restarts the quiet window; kits that lack the credential are sent back to distribution.
 */
export const verifyKits = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateway, rotation } = await readOwnRotation(needs.gateways, input);
  if (!hasReached(rotation, 'PROMOTED') || nextStage(gateway, needs.now()) === 'RotationHeld')
    return stepOutput(gateway, input, needs.now());
  const stored = await needs.secretVersions.readVersion(gateway.secretArn, targetOf(gateway).versionId);
  const from =
    input.cursor?.revision === gateway.revision
      ? { summary: { ...emptySummary, ...input.cursor.summary }, nextShard: input.cursor.shard, done: false }
      : undefined;
  const collected = await collectEvidence(needs, gateway, rotation, {
    ...(stored ? { refresh: recheck(needs, gateway, rotation, stored) } : {}),
    from,
    untilMs: needs.now() + lookForMs,
  });
  if (!collected.done)
    return stepOutput(gateway, input, needs.now(), {
      next: 'VerifyKits',
      cursor: { shard: collected.nextShard, summary: collected.summary, revision: gateway.revision },
    });
  return judge(needs, input, gateway, collected.summary, stored);
};

const judge = async (
  needs: Needs,
  input: StepInput,
  seen: Gateway,
  summary: EvidenceSummary,
  stored: Stored | undefined,
): Promise<StepOutput> => {
  const { gateways, now } = needs;
  const wasDistributed = hasReached(rotationOf(seen, input), 'DISTRIBUTED');
  if (!wasDistributed && summary.undistributed > 0) {
    const turned = await escalateLaggards(needs, input, seen, summary);
    const goesOn = turned === undefined || nextStage(turned, now()) === nextStage(seen, now());
    return goesOn ? redo(turned ?? seen, input, summary, now()) : stepOutput(turned, input, now());
  }
  const distributed = wasDistributed ? seen : await recordDistribution(needs, input, seen, summary);
  const quiet = await checkQuiet(needs, input, distributed, summary, stored);
  const escalated = await escalateLaggards(needs, input, quiet.gateway, summary);
  const after = escalated ?? quiet.gateway;
  const nothingElseHappened = after.revision === seen.revision + (wasDistributed ? 2 : 3); // distributed, armed, quiet checked
  const verdict = judgeRevocation(after, summary, now());
  if (verdict.mayRevoke && quiet.recordingProven && nothingElseHappened && nextStage(after, now()) === 'VerifyKits') {
    if (leftToRevoke(after, rotationOf(after, input)).length === 0)
      await collectEvidence(needs, after, rotationOf(after, input), {
        keep: (proof) => needs.proofs.keep(input.gatewayId, input.rotationId, proof), // no revocation follows that would keep it
      });
    const { kits, observed, readBack, acknowledged } = summary;
    const verified = await applyCommand(gateways, input, {
      kind: 'verified',
      rotationId: input.rotationId,
      revision: after.revision,
      detail: { kits, observed, readBack, acknowledged, quietSinceMs: rotationOf(after, input).quietSinceMs },
      ...asWorkflow('every kit has evidence and the predecessors are quiet'),
    });
    return stepOutput(verified, input, now());
  }
  if (nextStage(after, now()) !== 'VerifyKits') return stepOutput(after, input, now());
  needs.log('INFO', 'The rotation waits.', {
    gatewayId: input.gatewayId,
    rotationId: input.rotationId,
    blockers: verdict.blockers,
    laggards: summary.named.slice(0, 5),
  });
  if (summary.redoShards.length > 0) return redo(after, input, summary, now());
  return stepOutput(after, input, now(), {
    next: 'WaitForKits',
    waitSeconds: waitSeconds(after, now(), verdict.earliestAtMs),
  });
};

/** Back to distribution, after a pause that grows with the rotation's age: a kit that refuses is not asked in a tight loop. */
const redo = (gateway: Gateway, input: StepInput, summary: EvidenceSummary, nowMs: number): StepOutput =>
  stepOutput(gateway, input, nowMs, {
    next: 'WaitToDistribute',
    shards: summary.redoShards,
    waitSeconds: waitSeconds(gateway, nowMs, undefined),
  });

/** Every kit was tried once: what failed is a laggard now and is found by every later pass. */
const recordDistribution = async (
  { gateways }: Needs,
  input: StepInput,
  gateway: Gateway,
  summary: EvidenceSummary,
): Promise<Gateway> => {
  const rotation: Rotation = rotationOf(gateway, input);
  return applyCommand(gateways, input, {
    kind: 'distributed',
    rotationId: input.rotationId,
    generation: rotation.generation,
    kits: summary.kits,
    failed: summary.failed,
    ...asWorkflow('every kit was given the credential'),
  });
};

/** Sends one probe with the new credential through the real policy check and reads its recorded use back: lost use would look like quiet. */
const checkQuiet = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  summary: EvidenceSummary,
  stored: Stored | undefined,
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
    kitSummary: kitSummaryOf(summary, now()),
    ...(summary.lastUseMs === undefined ? {} : { lastUseMs: summary.lastUseMs }),
  });
  return { gateway: checked, recordingProven };
};
