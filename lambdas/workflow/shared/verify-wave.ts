import type { Gateway } from '../../domain/gateway.ts';
import type { EvidenceSummary } from '../../domain/may-revoke.ts';
import { nextStage, waitSeconds } from '../../domain/next-stage.ts';
import { type FailingKit, noLook, type WaveLook, withFailing } from '../../domain/wave-look.ts';
import { judgeWave, type WaveVerdict } from '../../domain/wave-verdict.ts';
import { type InWaves, waveSaid } from '../../domain/waves.ts';
import { badWave } from '../../notifications/wave-messages.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { applyCommand, asWorkflow } from './apply-command.ts';
import { checkQuiet } from './check-quiet.ts';
import { type CollectOptions, collectEvidence, passMs } from './collect-evidence.ts';
import { escalateLaggards } from './escalate.ts';
import { openNextWave } from './open-next-wave.ts';
import { rotationOf, targetOf } from './own-rotation.ts';
import { recheckAll } from './recheck.ts';
import { cursorOf, type StepInput, type StepOutput, stepOutput } from './step.ts';
import { tell } from './tell.ts';
import { lookingAt, type Values, valuesOf, withValue } from './wave-values.ts';

type Needs = Pick<
  Dependencies,
  | 'gateways'
  | 'kits'
  | 'uses'
  | 'secretVersions'
  | 'policyCheck'
  | 'pingOne'
  | 'kitSecrets'
  | 'kitReach'
  | 'notifyOwner'
> &
  ClockAndLog;

/** A wave is looked at so often while it bakes: what is bad is found soon, and a fleet is not read each second. */
const looksInBake = 20;

/**
 * One look at a rotation in waves: opens the next wave on the evidence of the one before it, or sends a bad one back, or says
 * what it waits for. Kits of waves that have not come are left alone.
 */
export const verifyWave = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  rotation: InWaves,
): Promise<StepOutput> => {
  const { now } = needs;
  if (rotation.waves.phase === 'TO_OPEN')
    return stepOutput(await openNextWave(needs, input, gateway, rotation), input, now());
  const values = await valuesOf(needs, gateway, rotation);
  const failing: FailingKit[] = [];
  const collected = await collectEvidence(needs, gateway, rotation, {
    byWaves: true,
    refresh: lookingAt(needs, gateway, rotation, values, failing),
    from: cursorOf(input, 'look', gateway),
    untilMs: now() + passMs,
  });
  const wave = collected.summary.wave ?? noLook(rotation.waves.number);
  const summary = { ...collected.summary, wave: withFailing(wave, failing) };
  if (!collected.done)
    return stepOutput(gateway, input, now(), {
      next: 'VerifyKits',
      cursor: { pass: 'look', shard: collected.nextShard, summary, revision: gateway.transitionRevision },
    });
  return rotation.waves.phase === 'GOING_BACK'
    ? lookBack(needs, input, gateway, rotation, values, summary)
    : lookForward(needs, input, gateway, rotation, values, summary);
};

const lookForward = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  rotation: InWaves,
  values: Values,
  summary: EvidenceSummary & { readonly wave: WaveLook },
): Promise<StepOutput> => {
  const { now } = needs;
  const look = summary.wave;
  const quiet = await checkQuiet(needs, input, gateway, values.get(targetOf(gateway).credentialId), summary);
  const verdict = judgeWave(quiet.gateway, look, now());
  const isUndisturbed = quiet.gateway.transitionRevision === gateway.transitionRevision;
  if (isUndisturbed && verdict.kind === 'BAD')
    return sendBack(needs, input, quiet.gateway, rotation, look, verdict.why);
  const mayOpen = (verdict.kind === 'READY' && quiet.recordingProven) || look.kits === 0;
  if (isUndisturbed && mayOpen)
    return stepOutput(await openNextWave(needs, input, quiet.gateway, rotation, look), input, now());
  return goOn(needs, input, quiet.gateway, summary, verdict);
};

/** Owners hear of it whatever becomes of the message; the record and its event say it in any case. */
const sendBack = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  { rotationId, waves }: InWaves,
  look: WaveLook,
  why: string,
): Promise<StepOutput> => {
  const goesBack = waves.wentBack === undefined;
  await tell(needs, badWave(gateway, waves, look, { why, goesBack }));
  const bad = await applyCommand(needs.gateways, input, {
    kind: 'wave-bad',
    rotationId,
    readAt: gateway.transitionRevision,
    look,
    ...asWorkflow(`${waveSaid(waves)} is bad: ${why}${goesBack ? '' : '; it went back once before'}`),
  });
  return stepOutput(bad, input, needs.now());
};

/** The rotation is held once every kit of the wave has evidence for the old credential, those that can be read back just now. */
const lookBack = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  rotation: InWaves,
  values: Values,
  summary: EvidenceSummary & { readonly wave: WaveLook },
): Promise<StepOutput> => {
  const { now } = needs;
  const isBack = ({ wave: { kits, updated } }: typeof summary): boolean => updated === kits;
  if (!isBack(summary)) return goOn(needs, input, gateway, summary, { kind: 'WAIT', why: 'its kits go back' });
  const options: CollectOptions = {
    byWaves: true,
    refresh: withValue(values, rotation, (stored) => recheckAll(needs, gateway, rotation, stored)),
    readBackSinceMs: now(),
  };
  const confirmed = await collectEvidence(needs, gateway, rotation, options);
  const last = { ...confirmed.summary, wave: confirmed.summary.wave ?? noLook(rotation.waves.number) };
  if (!isBack(last)) return goOn(needs, input, gateway, last, { kind: 'WAIT', why: 'its kits go back' });
  const { rotationId, generation, waves } = rotation;
  const { kits } = last.wave;
  const said = `${waveSaid(waves)} went back: ${kits} of ${kits} ${kits === 1 ? 'kit has' : 'kits have'} evidence for ${rotation.fromCredentialId}; ${waves.wentBack?.why}`;
  const returned = await applyCommand(needs.gateways, input, {
    kind: 'wave-returned',
    rotationId,
    readAt: gateway.transitionRevision,
    ...{ number: waves.number, generation, kits },
    ...asWorkflow(said),
  });
  return stepOutput(returned, input, now());
};

/** Does what the escalation says, then gives kits what they lack, or looks again later. */
const goOn = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  summary: EvidenceSummary,
  verdict: WaveVerdict,
): Promise<StepOutput> => {
  const { now, log } = needs;
  const after = (await escalateLaggards(needs, input, gateway, summary)) ?? gateway;
  const { waves } = rotationOf(after, input);
  if (!waves || nextStage(after, now()) !== 'VerifyKits') return stepOutput(after, input, now());
  log('INFO', 'The wave waits.', {
    ...{ gatewayId: input.gatewayId, rotationId: input.rotationId, wave: waves.number, verdict },
    laggards: summary.named.slice(0, 5),
  });
  const bakeMs = (waves.plan[waves.number - 1]?.bakeSeconds ?? 0) * 1000;
  const lookMs = bakeMs / looksInBake;
  const dueMs = verdict.kind === 'WAIT' ? verdict.untilMs : undefined;
  const isBaking = waves.bakingSinceMs !== undefined;
  const atMs = dueMs ?? (isBaking ? now() + Math.max(1_000, lookMs) : undefined);
  const wait = Math.max(1, Math.min(waitSeconds(after, now(), atMs), Math.ceil(lookMs / 1000)));
  const lacks = summary.redoShards.length > 0;
  return stepOutput(after, input, now(), {
    next: lacks ? 'WaitToDistribute' : 'WaitForKits',
    waitSeconds: wait,
    ...(lacks ? { shards: summary.redoShards } : {}),
  });
};
