import type { Gateway } from '../domain/gateway.ts';
import type { CredentialId, KitId } from '../domain/ids.ts';
import type { Seen } from '../domain/kit.ts';
import { shardOf } from '../domain/shards.ts';
import { withinMs } from '../runtime/time-limit.ts';
import type { InstanceMemory } from './instance-memory.ts';
import type { Ports } from './ports.ts';

/** How long a request waits for its use to be written. */
const recordingLimitMs = 500;

type Recorder = Pick<Ports, 'recordUse' | 'count'>;

/** One write; a failed one is counted and fails nothing: false. */
const write = async (ports: Recorder, seen: Seen, nowMs: number): Promise<boolean> => {
  try {
    await withinMs(recordingLimitMs, (signal) => ports.recordUse(seen, nowMs, signal));
    return true;
  } catch {
    ports.count('UseRecordingFailed', seen.gatewayId);
    return false;
  }
};

/**
 * Records that a source used a credential: the first time at once, then at most once every `useRecordingSeconds`. Requests
 * that arrive while the write is under way wait for the same one. After a failed write the next request tries again. What was
 * refused is recorded in the same way, and apart.
 */
export const recordSource = async (
  ports: Recorder,
  memory: InstanceMemory,
  gateway: Gateway,
  use: {
    readonly credentialId: CredentialId;
    readonly kitId?: KitId;
    readonly node?: string;
    readonly address: string;
    /** It was revoked, and refused. */
    readonly isRefused?: true;
  },
  nowMs: number,
): Promise<void> => {
  const { gatewayId, shardCount, policy } = gateway;
  const key = `${use.isRefused ? '!' : ''}${gatewayId} ${use.credentialId} ${use.kitId ?? ''} ${use.node === undefined ? use.address : `/${use.node}`}`;
  const last = memory.recordings.get(key);
  const sinceMs = nowMs - (last?.atMs ?? Number.NEGATIVE_INFINITY);
  if (last && sinceMs >= 0 && sinceMs < policy.useRecordingSeconds * 1000) {
    await last.underWay;
    return;
  }
  const { credentialId, kitId, node, address, isRefused } = use;
  const source = { ...(kitId === undefined ? {} : { kitId }), ...(node === undefined ? {} : { node }), address };
  const seen = {
    gatewayId,
    credentialId,
    shard: isRefused ? 0 : shardOf(kitId ?? '', shardCount),
    ...(isRefused ? { isRefused } : {}),
    source,
  };
  const underWay = write(ports, seen, nowMs);
  const recording = { atMs: nowMs, underWay };
  memory.recordings.set(key, recording);
  const isWritten = await underWay;
  if (memory.recordings.get(key) !== recording) return; // a later request has begun its own
  if (isWritten) memory.recordings.set(key, { atMs: nowMs });
  else memory.recordings.delete(key);
};

/** Records that our own probe came through, where the rotation looks for it: in shard 0. */
export const recordProbe = async (
  ports: Recorder,
  gateway: Gateway,
  credentialId: CredentialId,
  nonceHash: string,
  nowMs: number,
): Promise<void> => {
  await write(ports, { gatewayId: gateway.gatewayId, credentialId, shard: 0, source: { probe: nonceHash } }, nowMs);
};
