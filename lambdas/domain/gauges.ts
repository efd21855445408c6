import type { Gateway } from './gateway.ts';
import type { GaugeMetric } from './metric.ts';

/** What the records say of the rotations that run now; {@link GaugeMetric} says what each number means. */
export const gaugesOf = (
  gateways: readonly Gateway[],
  nowMs: number,
): Readonly<Record<Exclude<GaugeMetric, 'SchedulesOverdue' | 'SecretsInTrouble'>, number>> => {
  const rotations = gateways.flatMap(({ rotation }) => (rotation ? [rotation] : []));
  return {
    RotationsRunning: rotations.length,
    RotationsHeld: rotations.filter(({ held }) => held).length,
    RotationsOverdue: rotations.filter(({ deadlineAtMs }) => nowMs > deadlineAtMs).length,
    OwnKeysEnding: gateways
      .filter(({ retiredAtMs }) => retiredAtMs === undefined)
      .reduce((sum, { keysEnding = 0 }) => sum + keysEnding, 0),
    SuccessorsMissing: gateways.filter(lacksSuccessor).length,
    KitsLate: rotations
      .filter(({ escalationLevel }) => escalationLevel > 0)
      .map(({ kitSummary }) => kitSummary?.laggards ?? 0)
      .reduce((sum, laggards) => sum + laggards, 0),
  };
};

/** Whether nothing of a gateway stays accepted and an attempt has failed to make what should take its place. */
const lacksSuccessor = ({ rotation, live }: Gateway): boolean =>
  rotation !== undefined &&
  rotation.targetId === undefined &&
  rotation.failedAttempts > 0 &&
  live.every(({ compromised }) => compromised !== undefined) &&
  rotation.trigger === 'compromise';
