import type { Gateway } from './gateway.ts';
import type { KitFailure } from './kit.ts';
import { waitSeconds } from './next-stage.ts';

/** By when it is tried again by itself; not at all while the rotation is held or none runs. */
export const nextTryAtMs = (gateway: Gateway, { atMs }: Pick<KitFailure, 'atMs'>): number | undefined =>
  gateway.rotation && !gateway.rotation.held ? atMs + waitSeconds(gateway, atMs, undefined) * 1000 : undefined;

/** A failure in a sentence: code, message (which says what to do), how often it was tried, and what is next. */
export const failureSaid = (gateway: Gateway, failure: KitFailure): string => {
  const { code, message, attempts } = failure;
  const atMs = nextTryAtMs(gateway, failure);
  const next =
    atMs === undefined
      ? `it is not tried again ${gateway.rotation ? 'while the rotation is held' : 'before the next rotation'}`
      : `the next try is due at ${new Date(atMs).toISOString()}`;
  return `${code}: ${message} Tried ${attempts === 1 ? 'once' : `${attempts} times`}; ${next}.`;
};
