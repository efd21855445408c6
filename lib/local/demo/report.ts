import type { Outcome, Transition } from '../../../lambdas/domain/gateway.ts';
import type { RotationId } from '../../../lambdas/domain/ids.ts';
import { writeUserFile } from '../../user-file.ts';
import type { Snapshot, Stores } from '../snapshot.ts';
import { type KitProblem, type TrafficCount, trafficText } from './traffic-count.ts';

/** One rotation as `--report` writes it; times are ISO 8601. */
export type RotationReport = {
  readonly rotationId: string;
  readonly gatewayId: string;
  readonly status: Outcome | 'RUNNING' | 'HELD';
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  readonly problems: readonly KitProblem[];
  readonly stages: readonly { readonly name: string; readonly startedAt: string; readonly endedAt: string }[];
  readonly kits: readonly { readonly kitId: string; readonly kind: string; readonly evidence: string }[];
  readonly revokedAt?: string;
  readonly oldRefusedAt?: string;
};

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** Which recorded transition begins and which ends each stage of the mission. */
const stageBounds = [
  ['create', 'begin', 'promoted'],
  ['distribute', 'promoted', 'distributed'],
  ['verify', 'distributed', 'verified'],
  ['revoke', 'verified', 'complete'],
] as const;

/** What the audit says of a rotation, with the kits' evidence and the traffic beside it. */
export const reportOf = async (
  stores: Stores,
  { gateway, kits }: Snapshot,
  rotationId: RotationId,
  traffic: TrafficCount,
): Promise<RotationReport> => {
  const last = new Map<string, Transition>();
  for await (const transition of stores.audit(gateway.gatewayId, 0))
    if (transition.rotationId === rotationId) last.set(transition.kind, transition);
  const stages = stageBounds.flatMap(([name, from, to]) => {
    const [start, end] = [last.get(from), last.get(to)];
    return start && end ? [{ name, startedAt: iso(start.atMs), endedAt: iso(end.atMs) }] : [];
  });
  const running = gateway.rotation?.rotationId === rotationId ? gateway.rotation : undefined;
  const ended = gateway.ended.find((one) => one.rotationId === rotationId);
  const revoked = last.get('revoke');
  const refusedAtMs = last.get('confirm')?.detail?.refusedAtMs;
  return {
    rotationId,
    gatewayId: gateway.gatewayId,
    status: ended?.outcome ?? (running?.held ? 'HELD' : 'RUNNING'),
    ...traffic,
    stages,
    kits: kits.map(({ kit, verdict }) => ({
      kitId: kit.kitId,
      kind: kit.kind,
      evidence: verdict.kind === 'UPDATED' ? verdict.evidence.kind : verdict.code,
    })),
    ...(revoked ? { revokedAt: iso(revoked.atMs) } : {}),
    ...(typeof refusedAtMs === 'number' ? { oldRefusedAt: iso(refusedAtMs) } : {}),
  };
};

/** Writes the report file. Throws NotWritten. */
export const writeReport = (path: string, rotations: readonly RotationReport[]): void =>
  writeUserFile(path, `${JSON.stringify({ rotations }, null, 2)}\n`);

/** Whether a rotation did what it promises: completed, nothing legitimate refused, and the old credential seen refused. A machine that was too busy to answer disproves nothing. */
export const isProven = (report: RotationReport): boolean =>
  report.status === 'COMPLETED' && report.refused === 0 && report.oldRefusedAt !== undefined;

/** What came of a rotation, in one sentence for a person. */
export const sentenceOf = (report: RotationReport): string => {
  const { gatewayId, status, revokedAt, oldRefusedAt } = report;
  const old = oldRefusedAt
    ? `the old credential was revoked at ${revokedAt} and seen refused at ${oldRefusedAt}`
    : 'the old credential was not seen refused';
  return isProven(report)
    ? `${gatewayId}: rotated. ${trafficText(report)}; ${old}.`
    : `${gatewayId}: NOT proven. Status ${status}; ${trafficText(report)}; ${old}.`;
};
