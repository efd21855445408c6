import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId, KitId } from '../domain/ids.ts';
import type { RefusedSource } from '../domain/kit.ts';
import type { RefusedValue } from '../domain/refused-use.ts';
import { shardOf } from '../domain/shards.ts';
import { useNameOf } from '../domain/use-places.ts';
import { isInWaves } from '../domain/waves.ts';
import { withinMs } from '../runtime/time-limit.ts';
import { type InstanceMemory, recent, type Written } from './instance-memory.ts';
import type { Ports } from './ports.ts';
import { readRecord } from './record-reading.ts';
import { isRegistered, recordingLimitMs } from './use-recording.ts';

/*
 * Refusals as evidence against a wave. They are written only while a wave is open, only for a registered kit, and only into
 * the place of a source that has used a good credential under that kit: so whoever has no credential can write nothing,
 * and cannot make a wave look bad. An instance tries a source once in ten seconds, or as often as it records use, whatever
 * became of it.
 */

type Refused = {
  readonly gatewayId: GatewayId;
  readonly kitId?: KitId | undefined;
  readonly node?: string | undefined;
  readonly address: string;
};

const everyMs = 10_000;
/** A wave proves itself for at least two of these: what goes on is recorded in time. */
const againAfterMs = ({ policy }: Gateway): number => Math.min(everyMs, policy.useRecordingSeconds * 1000);

/** Of a value that was refused after the record was read. It changes nothing for the request, which is refused. */
export const noteRefusal = async (
  ports: Ports,
  memory: InstanceMemory,
  gateway: Gateway,
  { kitId, node, address }: Refused,
  code: RefusedValue,
): Promise<void> => {
  const { gatewayId, rotation, shardCount } = gateway;
  if (kitId === undefined || !isInWaves(rotation) || rotation.waves.phase !== 'OPEN') return;
  const source = { kitId, ...(node === undefined ? {} : { node }), address };
  const nowMs = ports.nowMs();
  const key = `?${gatewayId} ${useNameOf(source, 'source')} ${address}`;
  const last = recent(memory.recordings.get(key), nowMs, againAfterMs(gateway));
  if (last) return void (await last.written);
  const write = async (): Promise<Written> => {
    const kit = { gatewayId, shardCount, kitId };
    if (!(await isRegistered(ports, memory, kit, nowMs, gateway.policy.useRecordingSeconds * 1000))) return 'full';
    for (const { credentialId } of gateway.live)
      for (const scope of ['source', 'kit-source'] as const) {
        const refused = { gatewayId, credentialId, shard: shardOf(kitId, shardCount), scope, source, code };
        const written = await writeOnce(ports, refused, nowMs);
        if (written !== 'full') return written;
      }
    return 'full'; // nobody whom we know
  };
  const recording = { atMs: nowMs, written: write() };
  memory.recordings.set(key, recording);
  if ((await recording.written) === 'failed' && memory.recordings.get(key) === recording) memory.recordings.delete(key);
};

const writeOnce = async (ports: Ports, refused: RefusedSource, nowMs: number): Promise<Written> => {
  try {
    const isKnown = await withinMs(recordingLimitMs, (signal) => ports.recordRefusal(refused, nowMs, signal));
    return isKnown ? 'written' : 'full';
  } catch {
    ports.count('UseRecordingFailed', refused.gatewayId);
    return 'failed';
  }
};

/**
 * Of a value that was refused without a read: the record is read only when this instance remembers that the gateway has
 * waves, and at most once in ten seconds.
 */
export const noteUnread = async (
  ports: Ports,
  memory: InstanceMemory,
  refused: Refused,
  code: RefusedValue,
): Promise<void> => {
  const copy = memory.copyOf(refused.gatewayId);
  if (refused.kitId === undefined || !copy?.gateway.policy.waves) return;
  const ageMs = ports.nowMs() - copy.readAtMs;
  const gateway = ageMs >= 0 && ageMs < everyMs ? copy.gateway : await readAgain(ports, memory, refused.gatewayId);
  if (gateway) await noteRefusal(ports, memory, gateway, refused, code);
};

const readAgain = async (ports: Ports, memory: InstanceMemory, gatewayId: GatewayId): Promise<Gateway | undefined> => {
  try {
    const { gateway, readAtMs } = await readRecord(ports, gatewayId);
    memory.remember(gatewayId, gateway, readAtMs);
    return gateway;
  } catch {
    ports.count('GatewayRecordUnreadable', gatewayId);
    return undefined;
  }
};
