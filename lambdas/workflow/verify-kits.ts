import { leftToRevoke } from '../domain/decision.ts';
import { type Gateway, hasReached } from '../domain/gateway.ts';
import type { EvidenceSummary } from '../domain/may-revoke.ts';
import { judgeRevocation } from '../domain/may-revoke.ts';
import { nextStage, waitSeconds } from '../domain/next-stage.ts';
import { distributedSaid, provenSaid } from '../domain/said.ts';
import { shardsByCall } from '../domain/shards.ts';
import { isInWaves } from '../domain/waves.ts';
import type { ClockAndLog, Dependencies, Stored } from '../ports.ts';
import { applyCommand, asWorkflow, failureOf } from './shared/apply-command.ts';
import { checkQuiet } from './shared/check-quiet.ts';
import { collectEvidence, passMs } from './shared/collect-evidence.ts';
import { readCurrentVersion } from './shared/current-version.ts';
import { escalateLaggards } from './shared/escalate.ts';
import { readOwnRotation, rotationOf, targetOf } from './shared/own-rotation.ts';
import { recheck, recheckAll } from './shared/recheck.ts';
import { withUseIfReadable } from './shared/seen-use.ts';
import { cursorOf, type StepInput, type StepOutput, settledBefore, stepOutput } from './shared/step.ts';
import { verifyWave } from './shared/verify-wave.ts';

type Needs = Pick<
  Dependencies,
  | 'gateways'
  | 'kits'
  | 'uses'
  | 'proofs'
  | 'secretVersions'
  | 'policyCheck'
  | 'pingOne'
  | 'kitSecrets'
  | 'kitReach'
  | 'notifyOwner'
> &
  ClockAndLog;

/**
 * One pass: proves that recording works, reads every kit and every use, and says yes, or why not and when to look again.
 * What it finds restarts the quiet window; kits that lack the credential are sent back to distribution.
 */
export const verifyKits = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateway, rotation } = await readOwnRotation(needs.gateways, input);
  if (!hasReached(rotation, 'PROMOTED') || nextStage(gateway, needs.now()) === 'RotationHeld')
    return stepOutput(gateway, input, needs.now());
  if (isInWaves(rotation)) return verifyWave(needs, input, gateway, rotation);
  const stored = await needs.secretVersions.readVersion(gateway.secretArn, targetOf(gateway).versionId);
  if (cursorOf(input, 'confirm', gateway)) return confirmEvidence(needs, input, gateway, stored);
  const seen = await withUseIfReadable(needs, gateway);
  const settled = settledBefore(input, gateway, needs.now());
  const collected = await collectEvidence(needs, seen, rotation, {
    ...(stored ? { refresh: recheck(needs, seen, rotation, stored) } : {}),
    from: cursorOf(input, 'look', gateway),
    settled,
    untilMs: needs.now() + passMs,
  });
  const kept = { revision: gateway.transitionRevision, sinceMs: settled.sinceMs, shards: collected.settled };
  if (!collected.done) {
    const { nextShard: shard, summary } = collected;
    const cursor = { pass: 'look', shard, summary, revision: gateway.transitionRevision } as const;
    return stepOutput(gateway, input, needs.now(), { next: 'VerifyKits', cursor, settled: kept });
  }
  const summary = {
    ...collected.summary,
    ...(await readCurrentVersion(needs, gateway)),
  };
  return { settled: kept, ...(await judge(needs, input, gateway, summary, stored)) };
};

const judge = async (
  needs: Needs,
  input: StepInput,
  seen: Gateway,
  summary: EvidenceSummary,
  stored: Stored | undefined,
): Promise<StepOutput> => {
  const { now } = needs;
  const wasDistributed = hasReached(rotationOf(seen, input), 'DISTRIBUTED');
  if (!wasDistributed && summary.undistributed > 0) {
    const turned = await escalateLaggards(needs, input, seen, summary);
    const goesOn = turned === undefined || nextStage(turned, now()) === nextStage(seen, now());
    return goesOn ? redo(turned ?? seen, input, summary, now()) : stepOutput(turned, input, now());
  }
  const distributed = wasDistributed ? seen : await recordDistribution(needs, input, seen, summary);
  if (!distributed) return waitForKits(needs, input, (await readOwnRotation(needs.gateways, input)).gateway, summary);
  const quiet = await checkQuiet(needs, input, distributed, stored, summary);
  const isUndisturbed = quiet.gateway.transitionRevision === distributed.transitionRevision;
  const verdict = judgeRevocation(quiet.gateway, summary, now());
  if (verdict.mayRevoke && quiet.recordingProven && isUndisturbed && nextStage(quiet.gateway, now()) === 'VerifyKits')
    return confirmEvidence(needs, input, quiet.gateway, stored);
  const after = (await escalateLaggards(needs, input, quiet.gateway, summary)) ?? quiet.gateway;
  if (nextStage(after, now()) !== 'VerifyKits') return stepOutput(after, input, now());
  return waitForKits(needs, input, after, summary);
};

/** Says why, and goes back to distribution where that may help; else looks again later. */
const waitForKits = (needs: Needs, input: StepInput, gateway: Gateway, summary: EvidenceSummary): StepOutput => {
  const nowMs = needs.now();
  const verdict = judgeRevocation(gateway, summary, nowMs);
  needs.log('INFO', 'The rotation waits.', {
    gatewayId: input.gatewayId,
    rotationId: input.rotationId,
    blockers: verdict.blockers,
    laggards: summary.named.slice(0, 5),
  });
  if (summary.redoShards.length > 0) return redo(gateway, input, summary, nowMs);
  return stepOutput(gateway, input, nowMs, {
    next: 'WaitForKits',
    waitSeconds: waitSeconds(gateway, nowMs, verdict.earliestAtMs),
  });
};

/** A kit that had evidence is late after all: all of them are looked at again. */
const nothingSettled = { revision: 0, sinceMs: 0, shards: {} } as const;

/**
 * The last pass before `verified`: reads every kit back once more, observed or not, since another tool may have set one
 * back; and keeps what was read when no revocation follows that would keep it. It ends with the first kits that are late.
 */
const confirmEvidence = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  stored: Stored | undefined,
): Promise<StepOutput> => {
  const { now } = needs;
  const rotation = rotationOf(gateway, input);
  const isEnd = leftToRevoke(gateway, rotation).length === 0;
  const from = cursorOf(input, 'confirm', gateway);
  const sinceMs = from?.sinceMs ?? now();
  const { summary, nextShard, done } = await collectEvidence(needs, gateway, rotation, {
    ...(stored ? { refresh: recheckAll(needs, gateway, rotation, stored) } : {}),
    ...(isEnd ? { keep: (proof) => needs.proofs.keep(input.gatewayId, input.rotationId, proof) } : {}),
    readBackSinceMs: sinceMs,
    endsAtLaggard: true,
    from,
    untilMs: now() + passMs,
  });
  if (!done) {
    const cursor = {
      pass: 'confirm',
      shard: nextShard,
      summary,
      revision: gateway.transitionRevision,
      sinceMs,
    } as const;
    return stepOutput(gateway, input, now(), { next: 'VerifyKits', cursor });
  }
  if (summary.laggards > 0) return { ...waitForKits(needs, input, gateway, summary), settled: nothingSettled };
  const { kits, observed, readBack, acknowledged, shared } = summary;
  const verified = await applyCommand(needs.gateways, input, {
    kind: 'verified',
    rotationId: input.rotationId,
    readAt: gateway.transitionRevision,
    detail: {
      ...{ kits, observed, readBack, acknowledged, ...shared, quietSinceMs: rotation.quietSinceMs },
      ...(gateway.authority ? { lacks: ['observed'], quietBy: 'lastUsedAt' } : {}),
    },
    ...asWorkflow(provenSaid(gateway, summary)),
  });
  return stepOutput(verified, input, now());
};

/** Back to distribution, after a pause that grows with the rotation's age: a kit that refuses is not asked in a tight loop. */
const redo = (gateway: Gateway, input: StepInput, summary: EvidenceSummary, nowMs: number): StepOutput =>
  stepOutput(gateway, input, nowMs, {
    next: 'WaitToDistribute',
    shards: shardsByCall(summary.redoShards, summary.redoKits),
    waitSeconds: waitSeconds(gateway, nowMs, undefined),
  });

/** Every kit was tried once: what failed is a laggard now and is found by every later pass. `undefined` when the record has changed since the kits were read. */
const recordDistribution = async (
  { gateways }: Needs,
  input: StepInput,
  gateway: Gateway,
  summary: EvidenceSummary,
): Promise<Gateway | undefined> => {
  const command = {
    kind: 'distributed',
    rotationId: input.rotationId,
    readAt: gateway.transitionRevision,
    generation: rotationOf(gateway, input).generation,
    kits: summary.kits,
    failed: summary.failed,
    ...asWorkflow(distributedSaid(summary)),
  } as const;
  const result = await gateways.apply(input.gatewayId, command);
  if (result.kind === 'applied') return result.gateway;
  if (result.code === 'NO_PROOF') return undefined;
  throw failureOf(command, result);
};
