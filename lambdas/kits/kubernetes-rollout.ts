import * as z from 'zod';
import { annotation } from './kubernetes-annotation.ts';
import type { WorkloadKind } from './kubernetes-secret-settings.ts';

const count = z.number().default(0);

/** A workload of apps/v1, as far as its roll-out goes. */
export const workloadSchema = z.object({
  metadata: z.object({ generation: count }),
  spec: z.object({
    replicas: z.number().default(1),
    paused: z.boolean().default(false),
    updateStrategy: z
      .object({
        type: z.string().default('RollingUpdate'),
        rollingUpdate: z.object({ partition: count }).nullish(),
      })
      .optional(),
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
    }),
  }),
  status: z
    .object({
      observedGeneration: count,
      ...{ replicas: count, updatedReplicas: count, readyReplicas: count, availableReplicas: count },
      terminatingReplicas: count,
      ...{ currentRevision: z.string().default(''), updateRevision: z.string().default('') },
      ...{ desiredNumberScheduled: count, updatedNumberScheduled: count, numberAvailable: count },
      conditions: z.array(z.object({ type: z.string(), reason: z.string().optional() })).nullish(),
    })
    .prefault({}),
});
export type Workload = z.infer<typeof workloadSchema>;

/** `COMPLETE`: every pod was made of the last template, after it was changed, and none that was made before counts any more. */
export type Rollout = 'COMPLETE' | 'UNDER_WAY' | 'STALLED';

/** Where the roll-out of a workload stands, by the rules of `kubectl rollout status` (polymorphichelpers/rollout_status.go). */
export const rolloutOf = (kind: WorkloadKind, { metadata, spec, status }: Workload): Rollout => {
  if (status.observedGeneration < metadata.generation) return 'UNDER_WAY';
  if (status.conditions?.some(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded'))
    return 'STALLED';
  const isComplete = {
    Deployment:
      status.updatedReplicas >= spec.replicas &&
      status.replicas <= status.updatedReplicas &&
      status.availableReplicas >= status.updatedReplicas &&
      status.terminatingReplicas === 0,
    StatefulSet:
      status.updatedReplicas >= spec.replicas &&
      status.readyReplicas >= spec.replicas &&
      status.currentRevision === status.updateRevision,
    DaemonSet:
      status.updatedNumberScheduled >= status.desiredNumberScheduled &&
      status.numberAvailable >= status.desiredNumberScheduled,
  }[kind];
  return isComplete ? 'COMPLETE' : 'UNDER_WAY';
};

/** Why a change of its template would not replace every pod, as the rest of a sentence; `undefined` when it would. */
export const whyNotRolledOut = ({ spec }: Workload): string | undefined => {
  if (spec.paused) return 'its roll-outs are paused';
  if (spec.updateStrategy?.type === 'OnDelete')
    return 'its update strategy is OnDelete, so that no pod is replaced by itself';
  if ((spec.updateStrategy?.rollingUpdate?.partition ?? 0) > 0)
    return 'its update strategy has a partition, so that some pods are not replaced';
  return undefined;
};

/** Which installation its pods were last restarted for. */
export const restartedFor = ({ spec }: Workload): string | undefined =>
  spec.template.metadata?.annotations?.[annotation];
