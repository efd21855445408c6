import type { Gateway } from '../domain/gateway.ts';
import type { CredentialId, GatewayId } from '../domain/ids.ts';
import type { Seen } from '../domain/kit.ts';
import { shardOf } from '../domain/shards.ts';
import { isOfKits, type UseScope, type UseSource, useNameOf, useScopes } from '../domain/use-places.ts';
import { withinMs } from '../runtime/time-limit.ts';
import { type InstanceMemory, recent, type Written } from './instance-memory.ts';
import type { Ports } from './ports.ts';

/** How long a request waits for its use to be written. */
export const recordingLimitMs = 500;

type Recorder = Pick<Ports, 'recordUse' | 'isRegistered' | 'count'>;

/** One write; a failed one is counted and fails nothing. */
const write = async (ports: Recorder, seen: Seen, nowMs: number): Promise<Written> => {
  try {
    const isWritten = await withinMs(recordingLimitMs, (signal) => ports.recordUse(seen, nowMs, signal));
    return isWritten ? 'written' : 'full';
  } catch {
    ports.count('UseRecordingFailed', seen.gatewayId);
    return 'failed';
  }
};

/** A source's use of a credential; `isRefused` says that it was revoked. */
type SourceUse = UseSource & { readonly credentialId: CredentialId; readonly isRefused?: true };

/**
 * What is remembered of it keeps it from being written again for `forMs`; requests that arrive meanwhile wait for the same
 * write. So it is with nearly every request, and nothing is made for it.
 */
const writeOnce = async (
  ports: Recorder,
  { recordings }: InstanceMemory,
  at: { readonly gatewayId: GatewayId; readonly shard: number; readonly nowMs: number; readonly forMs: number },
  use: SourceUse,
  scope: UseScope,
): Promise<{ readonly written: Written; readonly isNew: boolean }> => {
  const { gatewayId, shard, nowMs, forMs } = at;
  const key = `${use.isRefused ? '!' : ''}${gatewayId} ${use.credentialId} ${shard} ${scope} ${useNameOf(use, scope)}`;
  const last = recent(recordings.get(key), nowMs, forMs);
  if (last) return { written: await last.written, isNew: false };
  const { credentialId, kitId, node, address, isRefused } = use;
  const source = { ...(kitId === undefined ? {} : { kitId }), ...(node === undefined ? {} : { node }), address };
  const seen = { gatewayId, credentialId, shard, ...(isRefused ? { isRefused } : {}), source, scope };
  const recording = { atMs: nowMs, written: write(ports, seen, nowMs) };
  recordings.set(key, recording);
  const written = await recording.written;
  if (written === 'failed' && recordings.get(key) === recording) recordings.delete(key); // no later request has begun its own
  return { written, isNew: true };
};

/**
 * Records that a source used a credential: the first time at once, then at most once every `useRecordingSeconds`. Requests
 * that arrive while the write is under way wait for the same one. After a failed write the next request tries again. Who is
 * one too many is recorded as his kit, with his network, or with the rest. What was refused is recorded in the same way, and apart.
 * Whether it was this request that wrote.
 */
export const recordSource = async (
  ports: Recorder,
  memory: InstanceMemory,
  { gatewayId, shardCount, policy }: Gateway,
  use: SourceUse,
  nowMs: number,
): Promise<boolean> => {
  const { kitId } = use;
  const forMs = policy.useRecordingSeconds * 1000;
  const at = { gatewayId, shard: shardOf(kitId ?? '', shardCount), nowMs, forMs };
  const asSource = await writeOnce(ports, memory, at, use, 'source');
  if (asSource.written !== 'full') return asSource.isNew;
  const isKit =
    kitId !== undefined && (await isRegistered(ports, memory, { gatewayId, shardCount, kitId }, nowMs, forMs));
  for (const scope of useScopes.filter((one) => one !== 'source' && isOfKits(one) === isKit)) {
    const { written, isNew } = await writeOnce(ports, memory, at, use, scope);
    if (written !== 'full') return isNew;
  }
  return false;
};

/**
 * Whether the registry knows the kit; asked only for a source that found its place full, and remembered for `forMs`. What
 * cannot be read is no registered kit: its use is recorded all the same, without its name.
 */
export const isRegistered = (
  ports: Pick<Recorder, 'isRegistered' | 'count'>,
  { kits }: InstanceMemory,
  kit: { readonly gatewayId: GatewayId; readonly shardCount: number; readonly kitId: string },
  nowMs: number,
  forMs: number,
): Promise<boolean> => {
  const key = `${kit.gatewayId} ${kit.kitId}`;
  const known = recent(kits.get(key), nowMs, forMs);
  if (known) return known.isRegistered;
  const asked = withinMs(recordingLimitMs, (signal) =>
    ports.isRegistered(kit.gatewayId, kit.kitId, kit.shardCount, signal),
  );
  const lookup = {
    atMs: nowMs,
    isRegistered: asked.catch(() => {
      ports.count('UseRecordingFailed', kit.gatewayId);
      if (kits.get(key) === lookup) kits.delete(key);
      return false;
    }),
  };
  kits.set(key, lookup);
  return lookup.isRegistered;
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
