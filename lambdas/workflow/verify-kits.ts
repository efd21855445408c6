import type { Stored } from '../aws/secret-versions.ts';
import { leftToRevoke } from '../domain/decision.ts';
import { type Gateway, hasReached, type Rotation } from '../domain/gateway.ts';
import type { Tally } from '../domain/may-revoke.ts';
import { emptyTally, judgeRevocation, lookOf } from '../domain/may-revoke.ts';
import { nextStage, waitSeconds } from '../domain/next-stage.ts';
import type { Always, Equipment } from '../wiring/dependencies.ts';
import { targetOf } from './create-credential.ts';
import { applied, asWorkflow } from './shared/apply-command.ts';
import { lookAtKits } from './shared/collect-evidence.ts';
import { climbLadder } from './shared/escalate.ts';
import { armedNonce } from './shared/probe-nonce.ts';
import { readAgain } from './shared/recheck.ts';
import { ours, rotationOf, type StepInput, type StepOutput, stepOutput } from './shared/step.ts';

type Needs = Pick<
  Equipment,
  'gateways' | 'kits' | 'uses' | 'proofs' | 'vault' | 'policyCheck' | 'secretsManager' | 'notifyOwner'
> &
  Always;

/** One look may take so long; a larger fleet goes on where it ended, at the same revision. */
const lookForMs = 240_000;

/**
 * One poll: proves that recording works, reads every kit and every use, and says yes, or why not and when to look again.
 * What it finds restarts the quiet window; kits that lack the credential are sent back to distribution.
 */
export const verifyKits = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateway, rotation } = await ours(needs.gateways, input);
  if (!hasReached(rotation, 'PROMOTED') || nextStage(gateway, needs.now()) === 'RotationHeld')
    return stepOutput(gateway, input, needs.now());
  const stored = await needs.vault.readVersion(gateway.secretArn, targetOf(gateway).versionId);
  const from =
    input.cursor?.revision === gateway.revision
      ? { tally: { ...emptyTally, ...input.cursor.tally }, nextShard: input.cursor.shard, done: false }
      : undefined;
  const look = await lookAtKits(needs, gateway, rotation, {
    ...(stored ? { refresh: readAgain(needs, gateway, rotation, stored) } : {}),
    from,
    untilMs: needs.now() + lookForMs,
  });
  if (!look.done)
    return stepOutput(gateway, input, needs.now(), {
      next: 'VerifyKits',
      cursor: { shard: look.nextShard, tally: look.tally, revision: gateway.revision },
    });
  return judge(needs, input, gateway, look.tally, stored);
};

const judge = async (
  needs: Needs,
  input: StepInput,
  seen: Gateway,
  tally: Tally,
  stored: Stored | undefined,
): Promise<StepOutput> => {
  const { gateways, now } = needs;
  const wasDistributed = hasReached(rotationOf(seen, input), 'DISTRIBUTED');
  if (!wasDistributed && tally.undistributed > 0) {
    const turned = await climbLadder(needs, input, seen, tally);
    const goesOn = turned === undefined || nextStage(turned, now()) === nextStage(seen, now());
    return goesOn ? redo(turned ?? seen, input, tally, now()) : stepOutput(turned, input, now());
  }
  const distributed = wasDistributed ? seen : await recordDistribution(needs, input, seen, tally);
  const polled = await poll(needs, input, distributed, tally, stored);
  const climbed = await climbLadder(needs, input, polled.gateway, tally);
  const after = climbed ?? polled.gateway;
  const nothingElseHappened = after.revision === seen.revision + (wasDistributed ? 2 : 3); // distributed, armed, polled
  const verdict = judgeRevocation(after, tally, now());
  if (verdict.mayRevoke && polled.recordingProven && nothingElseHappened && nextStage(after, now()) === 'VerifyKits') {
    if (leftToRevoke(after, rotationOf(after, input)).length === 0)
      await lookAtKits(needs, after, rotationOf(after, input), {
        keep: (proof) => needs.proofs.keep(input.gatewayId, input.rotationId, proof), // no revocation follows that would keep it
      });
    const { kits, observed, readBack, acknowledged } = tally;
    const verified = await applied(gateways, input, {
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
    laggards: tally.named.slice(0, 5),
  });
  if (tally.redoShards.length > 0) return redo(after, input, tally, now());
  return stepOutput(after, input, now(), {
    next: 'WaitForKits',
    waitSeconds: waitSeconds(after, now(), verdict.earliestAtMs),
  });
};

/** Back to distribution, after a pause that grows with the rotation's age: a kit that refuses is not asked in a tight loop. */
const redo = (gateway: Gateway, input: StepInput, tally: Tally, nowMs: number): StepOutput =>
  stepOutput(gateway, input, nowMs, {
    next: 'WaitToDistribute',
    shards: tally.redoShards,
    waitSeconds: waitSeconds(gateway, nowMs, undefined),
  });

/** Every kit was tried once: what failed is a laggard now and is found by every later look. */
const recordDistribution = async (
  { gateways }: Needs,
  input: StepInput,
  gateway: Gateway,
  tally: Tally,
): Promise<Gateway> => {
  const rotation: Rotation = rotationOf(gateway, input);
  return applied(gateways, input, {
    kind: 'distributed',
    rotationId: input.rotationId,
    generation: rotation.generation,
    kits: tally.kits,
    failed: tally.failed,
    ...asWorkflow('every kit was given the credential'),
  });
};

/** Sends one probe with the new credential through the real policy check and reads its recorded use back: lost use would look like quiet. */
const poll = async (
  { gateways, policyCheck, uses, log, now }: Needs,
  input: StepInput,
  gateway: Gateway,
  tally: Tally,
  stored: Stored | undefined,
): Promise<{ gateway: Gateway; recordingProven: boolean }> => {
  const { credentialId } = targetOf(gateway);
  const nonce = await armedNonce({ gateways }, input, credentialId);
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
  const polled = await applied(gateways, input, {
    kind: 'polled',
    rotationId: input.rotationId,
    nonceHash: nonce.hash,
    recordingProven,
    look: lookOf(tally, now()),
    ...(tally.lastUseMs === undefined ? {} : { lastUseMs: tally.lastUseMs }),
  });
  return { gateway: polled, recordingProven };
};
