import * as z from 'zod';
import { claimed } from '../domain/claimed.ts';
import { InputRefused, RotationRefused } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { KitId } from '../domain/ids.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import type { Plan } from '../domain/plan.ts';
import { shardOf } from '../domain/shards.ts';
import { longestText } from '../domain/text.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { rotationIdOf } from './shared/derived-id.ts';
import { actor, gatewayId, kitId, reason, rotationId } from './shared/fields.ts';
import { planRotation } from './shared/plan-rotation.ts';
import { accessFor } from './shared/reach-kit.ts';
import { type StepOutput, stepInput, stepOutput } from './shared/step.ts';
import { type KitTest, testKit } from './shared/test-kit.ts';

/** What a person may start an execution with. */
const manualInput = z.strictObject({
  gatewayId,
  reason,
  /** Who says so; recorded as claimed, beside the execution. */
  actor: actor.optional(),
  /** Only says what would happen, and writes nothing. */
  plan: z.boolean().default(false),
  /** With `plan`: only asks this one kit what it shows. */
  kitId: kitId.optional(),
});
/** What this system starts an attempt with. */
const attemptStart = z.strictObject({
  gatewayId,
  rotationId,
  attempt: stepInput.shape.attempt,
});

const allowed = `Allowed is {"gatewayId": "<id of a registered gateway>", "reason": "<1 to ${longestText.reason} characters>"}, "actor": "<who says so>", and "plan": true to only see what would happen; with it "kitId", to only ask one kit.`;

/** What the workflow ends with after a plan: nothing was begun. */
export type PlanOutput = { readonly next: 'PlanReady' } & ({ readonly plan: Plan } | { readonly test: KitTest });

type Needs = Pick<
  Dependencies,
  'gateways' | 'kits' | 'uses' | 'secretVersions' | 'kitSecrets' | 'kitReach' | 'pingOne'
> &
  ClockAndLog;

/**
 * Begins the rotation that an execution is about, or joins the one that the record names already; a plan only reads. Throws
 * {@link InputRefused} for any other input and {@link RotationRefused} for every reason that a plan calls an obstacle.
 */
export const beginRotation = async (
  needs: Needs,
  { executionArn, input }: { readonly executionArn: string; readonly input: unknown },
): Promise<StepOutput | PlanOutput> => {
  const { gateways, now } = needs;
  const attempt = attemptStart.safeParse(input);
  if (attempt.success) {
    const step = { ...attempt.data, historyEvents: 0 };
    const gateway = await gateways.read(step.gatewayId);
    const known = gateway && [gateway.rotation, ...gateway.ended].some((one) => one?.rotationId === step.rotationId);
    if (!known)
      throw new InputRefused(
        `Gateway ${step.gatewayId} has no rotation ${step.rotationId}: an execution with a rotationId is started by this system only. ${allowed}`,
      );
    return stepOutput(gateway, step, now());
  }
  const manual = manualInput.safeParse(input, inWords);
  if (!manual.success) throw new InputRefused(`The input was refused: ${problemsText(manual.error)} ${allowed}`);
  const { gatewayId, reason, kitId } = manual.data;
  const gateway = await gateways.read(gatewayId);
  if (!gateway) throw new InputRefused(`Gateway ${gatewayId} is not registered. ${allowed}`);
  if (kitId !== undefined) {
    if (!manual.data.plan) throw new InputRefused(`A kit is only asked with "plan": true. ${allowed}`);
    return { next: 'PlanReady', test: await testOneKit(needs, gateway, kitId) };
  }
  const rotationId = rotationIdOf(executionArn);
  const isBegun = [gateway.rotation, ...gateway.ended].some((one) => one?.rotationId === rotationId);
  if (manual.data.plan || !isBegun) {
    const plan = await planRotation(needs, gateway, rotationId, { readsAll: manual.data.plan });
    if (manual.data.plan) return { next: 'PlanReady', plan };
    const [first] = plan.obstacles;
    if (first) throw new RotationRefused(`${first.code}: ${plan.obstacles.map(({ message }) => message).join(' ')}`);
  }
  const begun = await gateways.apply(gatewayId, {
    kind: 'begin',
    rotationId,
    trigger: 'manual',
    executionArn,
    actor: manual.data.actor === undefined ? executionArn : claimed(manual.data.actor, executionArn),
    reason,
  });
  if (begun.kind === 'refused') throw new RotationRefused(`${begun.code}: ${begun.message}`);
  return stepOutput(begun.gateway, { gatewayId, rotationId, attempt: 1, historyEvents: 0 }, now());
};

/**
 * What a plan says, of an input that asks for one and nothing else: for whoever may look and not begin a rotation. Throws
 * {@link InputRefused} for any other input, a start among them.
 */
export const onlyPlan = async (needs: Needs, input: unknown, requestId: string): Promise<StepOutput | PlanOutput> => {
  if (manualInput.safeParse(input).data?.plan !== true)
    throw new InputRefused(`By its alias plan this function only plans: give "plan": true. ${allowed}`);
  return beginRotation(needs, { executionArn: requestId, input });
};

/** With the rights and the network of this function, which are those that a rotation has. */
const testOneKit = async (
  needs: Needs,
  { gatewayId, shardCount, secretArn, policy }: Gateway,
  kitId: KitId,
): Promise<KitTest> => {
  for await (const kit of needs.kits.ofShard(gatewayId, shardOf(kitId, shardCount), shardCount))
    if (kit.kitId === kitId)
      return testKit(kit, { secretArn, policy }, accessFor({ ...needs, notifyOwner: async () => undefined }, kit));
  throw new InputRefused(`Gateway ${gatewayId} has no kit ${kitId} that is registered: see kits list.`);
};
