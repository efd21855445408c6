import * as z from 'zod';
import { InputRefused } from '../../domain/failure.ts';
import type { Gateway } from '../../domain/gateway.ts';
import { inWords, problemsText } from '../../domain/in-words.ts';
import { type EvidenceSummary, emptySummary } from '../../domain/may-revoke.ts';
import { type NextStage, nextStage } from '../../domain/next-stage.ts';
import { allShards, type ShardsOfCall } from '../../domain/shards.ts';
import type { Collected, Settled } from './collect-evidence.ts';
import { gatewayId, rotationId } from './fields.ts';
import { rotationOf } from './own-rotation.ts';

const shardNumber = z.int().min(0);
/** What one call of DistributeShard takes on. */
const shardsOfCall: z.ZodType<ShardsOfCall> = z.union([shardNumber, z.array(shardNumber).min(1)]);

/** What every state of the workflow is given and passes on: names and numbers, never a list of kits and never a value. */
export const stepInput = z.object({
  gatewayId,
  rotationId,
  attempt: z.int().min(1),
  /** An estimate of the execution's history, see {@link handOnAfterEvents}. */
  historyEvents: z.int().min(0).default(0),
  shards: z.array(shardsOfCall).optional(),
  cursor: z
    .object({
      pass: z.enum(['look', 'confirm', 'revoke']).default('look'),
      shard: z.int(),
      summary: z.custom<EvidenceSummary>(),
      revision: z.int(),
      /** Of a pass that decides: every kit is read back since then. */
      sinceMs: z.number().optional(),
    })
    .optional(),
  /** What need not be read again yet, as it was at that revision. */
  settled: z.object({ revision: z.int(), sinceMs: z.number(), shards: z.custom<Settled['shards']>() }).optional(),
});
export type StepInput = z.infer<typeof stepInput>;

/** Where the workflow goes; beside the domain's stages the waits and the ends of `rotation.asl.json`. */
export type Next =
  | NextStage
  | 'WaitToCreate'
  | 'WaitToDistribute'
  | 'WaitForKits'
  | 'WaitForPropagation'
  | 'RotationCompleted'
  | 'RotationRolledBack'
  | 'RotationFailed'
  | 'AttemptHandedOn'
  | 'PlanReady';

export type StepOutput = Pick<StepInput, 'gatewayId' | 'rotationId' | 'attempt' | 'historyEvents'> & {
  readonly next: Next;
  readonly waitSeconds: number;
  readonly shards: readonly ShardsOfCall[];
  readonly cursor?: StepInput['cursor'];
  readonly settled?: StepInput['settled'];
};

/** Standard workflows end at 25,000 history events; an execution hands on well before. */
export const handOnAfterEvents = 15_000;
/**
 * History events of one turn, with a retry (3) in each task: a task (5), the choice (2), a wait (2), and for each call of a
 * distribution 7. Until it hands on, an execution has room for three retries in every turn and every call.
 */
const eventsOf = (input: StepInput): number => 13 + 10 * (input.shards?.length ?? 0);

const shardStepInput = stepInput.extend({ shard: shardsOfCall });

const parsedBy = <Input>(schema: z.ZodType<Input>, event: unknown): Input => {
  const parsed = schema.safeParse(event, inWords);
  if (!parsed.success) throw new InputRefused(`A state of the workflow was given ${problemsText(parsed.error)}`);
  return parsed.data;
};

/** Reads what a state was given; anything else is a defect of the definition, and says so. */
export const parseStep = (event: unknown): StepInput => parsedBy(stepInput, event);

/** The same for one shard of the Map. */
export const parseShardStep = (event: unknown): StepInput & { readonly shard: ShardsOfCall } =>
  parsedBy(shardStepInput, event);

/** How a rotation that is not running any more ended, for an attempt that comes late. */
const ends = {
  COMPLETED: 'RotationCompleted',
  COMPLETED_BY_FORCE: 'RotationCompleted',
  ROLLED_BACK: 'RotationRolledBack',
  FAILED: 'RotationFailed',
} as const;

/** How far the same pass has come that did not fit into one function's time; not when a transition came between. */
export const cursorOf = (
  { cursor }: StepInput,
  pass: NonNullable<StepInput['cursor']>['pass'],
  { transitionRevision }: Gateway,
): (Omit<Collected, 'settled'> & { readonly sinceMs?: number | undefined }) | undefined =>
  cursor?.pass === pass && cursor.revision === transitionRevision
    ? {
        summary: { ...emptySummary, ...cursor.summary },
        nextShard: cursor.shard,
        done: false,
        ...(cursor.sinceMs === undefined ? {} : { sinceMs: cursor.sinceMs }),
      }
    : undefined;

/** However quiet it is, everything is read once in so long. */
const settledForMs = 3_600_000;

/** What looks at the kits before have settled, as long as no transition came between. Where kits call PingOne the evidence changes by itself. */
export const settledBefore = ({ settled }: StepInput, gateway: Gateway, nowMs: number): Settled => {
  const isOfNow = settled?.revision === gateway.transitionRevision && nowMs < settled.sinceMs + settledForMs;
  return isOfNow && !gateway.authority ? settled : { sinceMs: nowMs, shards: {} };
};

/** The output of a state: where the record says the rotation goes, unless `turn` says something more exact. */
export const stepOutput = (
  gateway: Gateway,
  input: StepInput,
  nowMs: number,
  turn: Partial<Pick<StepOutput, 'next' | 'waitSeconds' | 'shards' | 'cursor' | 'settled'>> = {},
): StepOutput => {
  const historyEvents = input.historyEvents + eventsOf(input);
  const ended =
    gateway.rotation?.rotationId === input.rotationId
      ? undefined
      : gateway.ended.find((one) => one.rotationId === input.rotationId);
  const base = {
    gatewayId: input.gatewayId,
    rotationId: input.rotationId,
    attempt: input.attempt,
    historyEvents,
    waitSeconds: 0,
    shards: [],
  };
  if (ended && ended.outcome !== 'PREEMPTED') return { ...base, next: ends[ended.outcome] };
  rotationOf(gateway, input);
  if (historyEvents >= handOnAfterEvents) return { ...base, next: 'AttemptHandedOn' };
  const next = nextStage(gateway, nowMs) ?? 'RotationFailed';
  return { ...base, next, shards: next === 'DistributeCredential' ? allShards(gateway) : [], ...turn };
};
