import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { LruCache } from './lru-cache.ts';

/** A record as it was read; it is at least as new as everything acknowledged before `readAtMs`, when the read was sent. */
export type Copy = { readonly gateway: Gateway; readonly readAtMs: number };

/** What became of a write of use. */
export type Written = 'written' | 'full' | 'failed';

/** The last write of use under one name: when, and what becomes of it. */
export type Recording = { readonly atMs: number; readonly written: Promise<Written> };

/** Whether the registry knew a kit, and when that was asked. */
type Lookup = { readonly atMs: number; readonly isRegistered: Promise<boolean> };

/** What is remembered, for `forMs` and no longer; of a clock that was set back nothing is. */
export const recent = <Entry extends { readonly atMs: number }>(
  entry: Entry | undefined,
  nowMs: number,
  forMs: number,
): Entry | undefined => {
  const sinceMs = nowMs - (entry?.atMs ?? Number.NEGATIVE_INFINITY);
  return sinceMs >= 0 && sinceMs < forMs ? entry : undefined;
};

/** How much one instance remembers. Forgetting costs one more write of use, or a yes during an outage; never a wrong one. */
export type MemoryLimits = { readonly copies: number; readonly recordings: number; readonly kits: number };
export const memoryLimits: MemoryLimits = { copies: 200, recordings: 20_000, kits: 2_000 };

/** What one instance of the function remembers between requests; made once when the instance starts. */
export class InstanceMemory {
  readonly recordings: LruCache<string, Recording>;
  readonly kits: LruCache<string, Lookup>;
  readonly #copies: LruCache<GatewayId, Copy>;
  #latestMs = 0;

  constructor(limits: MemoryLimits) {
    this.recordings = new LruCache(limits.recordings);
    this.kits = new LruCache(limits.kits);
    this.#copies = new LruCache(limits.copies);
  }

  /** The latest time that this instance has seen, `nowMs` included: with a clock that is set back, no time limit that has passed is ever open again. */
  latestOf(nowMs: number): number {
    this.#latestMs = Math.max(this.#latestMs, nowMs);
    return this.#latestMs;
  }

  /** The last copy of a record; only for when DynamoDB cannot be read, and then the domain's `mayServeStale` has the word. */
  copyOf(gatewayId: GatewayId): Copy | undefined {
    return this.#copies.get(gatewayId);
  }

  /** Remembers what a read brought. Of reads that overlapped the one with the higher revision stays, so a copy never goes back. */
  remember(gatewayId: GatewayId, gateway: Gateway | undefined, readAtMs: number): void {
    const known = this.#copies.get(gatewayId);
    const isOlder =
      known !== undefined &&
      gateway !== undefined &&
      (gateway.revision < known.gateway.revision ||
        (gateway.revision === known.gateway.revision && readAtMs < known.readAtMs));
    if (isOlder) return;
    if (gateway === undefined) this.#copies.delete(gatewayId);
    else this.#copies.set(gatewayId, { gateway, readAtMs });
  }
}
