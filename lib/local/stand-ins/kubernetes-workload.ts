/** The workloads of apps/v1 that can be rolled out. */
export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

export type WorkloadGiven = {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly replicas?: number;
  /** More of its spec, such as an update strategy. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** What each pod reads when it starts, and keeps. */
  readonly reads: () => string | undefined;
};

type Pod = { readonly revision: number; readonly value: string | undefined };

/** A workload whose pods are replaced when its template changes; `status` is what its controller says of them. */
export type RunningWorkload = {
  /** A change of the template; pods are replaced by `settle`. */
  changed(): void;
  /** The controller has seen the last change: it replaces so many pods, all of them without a number. */
  settle(pods?: number): void;
  /** It gives up, as a Deployment says by its conditions. */
  stall(): void;
  status(): Readonly<Record<string, unknown>>;
  /** What its pods read when they started. */
  values(): readonly (string | undefined)[];
};

/** Status fields as `kubectl rollout status` reads them (kubectl polymorphichelpers/rollout_status.go). */
export const runWorkload = (
  { kind, replicas = 2, reads }: WorkloadGiven,
  generation: () => number,
): RunningWorkload => {
  let revision = 1;
  let observed = 1;
  let isStalled = false;
  let pods: readonly Pod[] = Array.from({ length: replicas }, () => ({ revision, value: reads() }));
  const updated = () => pods.filter((pod) => pod.revision === revision).length;
  const stalled = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
  return {
    changed: () => {
      revision += 1;
      isStalled = false;
    },
    settle: (count = replicas) => {
      observed = generation();
      let left = count;
      pods = pods.map((pod) => {
        if (pod.revision === revision || left === 0) return pod;
        left -= 1;
        return { revision, value: reads() };
      });
    },
    stall: () => {
      observed = generation();
      isStalled = true;
    },
    status: () =>
      ({
        Deployment: {
          ...{ observedGeneration: observed, replicas, updatedReplicas: updated(), availableReplicas: replicas },
          conditions: isStalled ? [stalled] : [],
        },
        StatefulSet: {
          ...{ observedGeneration: observed, replicas, readyReplicas: replicas, updatedReplicas: updated() },
          currentRevision: updated() === replicas ? `r-${revision}` : `r-${revision - 1}`,
          updateRevision: `r-${revision}`,
        },
        DaemonSet: {
          ...{ observedGeneration: observed, desiredNumberScheduled: replicas },
          ...{ updatedNumberScheduled: updated(), numberAvailable: replicas },
        },
      })[kind],
    values: () => pods.map(({ value }) => value),
  };
};
