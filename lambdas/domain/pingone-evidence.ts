import type { CredentialId } from './ids.ts';
import type { ListedCredential } from './pingone-mint.ts';

/**
 * What `lastUsedAt` proves where kits call PingOne itself. It names no kit, shows a use only after a lag, and is moved by
 * our own probes too. All times are PingOne's own (its Date header), in epoch ms.
 */
export type UseSettings = {
  /** How late `lastUsedAt` may show a use, and how far it may lie beside it. */
  readonly lastUsedLagMs: number;
  readonly quietWindowMs: number;
  /** The longest pause between two polls inside one chain of watching. */
  readonly longestGapMs: number;
};

/** The Date header has whole seconds: the moment it names may be as much as this later. */
const dateResolutionMs = 1_000;

/**
 * The last use of a credential by somebody else than us; `undefined` when none is proven. Absent means never used. A time
 * not later than our last probe and the lag may be the probe itself, and is no evidence of anybody.
 */
export const lastUseByOthers = (
  { lastUsedAtMs }: Pick<ListedCredential, 'lastUsedAtMs'>,
  lastProbeAtMs: number | undefined,
  { lastUsedLagMs }: Pick<UseSettings, 'lastUsedLagMs'>,
): number | undefined => {
  if (lastUsedAtMs === undefined) return undefined;
  const ours =
    lastProbeAtMs === undefined ? Number.NEGATIVE_INFINITY : lastProbeAtMs + dateResolutionMs + lastUsedLagMs;
  return lastUsedAtMs > ours ? lastUsedAtMs : undefined;
};

/** One look at PingOne: its list, or that it could not be read. */
export type Poll =
  | { readonly kind: 'read'; readonly atMs: number; readonly listed: readonly ListedCredential[] }
  | { readonly kind: 'unreadable' };

/** An unbroken chain of polls; `lastUses` holds what the last one showed of each predecessor that was ever used. */
export type Watch = {
  readonly sinceMs: number;
  readonly lastPollAtMs: number;
  readonly lastUses: Readonly<Record<string, number>>;
};

/**
 * The watch after one more poll; `undefined` while nobody watches. A poll that could not read PingOne, a pause that was too
 * long, a clock or a `lastUsedAt` that went back: each begins the window again. A predecessor that is no longer listed is
 * revoked already and cannot be used.
 */
export const watchPredecessors = (
  watch: Watch | undefined,
  poll: Poll,
  predecessors: readonly CredentialId[],
  { longestGapMs }: Pick<UseSettings, 'longestGapMs'>,
): Watch | undefined => {
  if (poll.kind === 'unreadable') return undefined;
  const seen = poll.listed.filter(({ credentialId }) => predecessors.includes(credentialId));
  const lastUses = Object.fromEntries(
    seen.flatMap(({ credentialId, lastUsedAtMs }) =>
      lastUsedAtMs === undefined ? [] : [[credentialId, lastUsedAtMs] as const],
    ),
  );
  const wentBack = (before: Watch) =>
    seen.some(({ credentialId, lastUsedAtMs }) => {
      const earlier = before.lastUses[credentialId];
      return earlier !== undefined && (lastUsedAtMs ?? 0) < earlier;
    });
  const goesOn =
    watch !== undefined &&
    poll.atMs >= watch.lastPollAtMs &&
    poll.atMs - watch.lastPollAtMs <= longestGapMs &&
    !wentBack(watch);
  return { sinceMs: goesOn ? watch.sinceMs : poll.atMs, lastPollAtMs: poll.atMs, lastUses };
};

export type QuietVerdict =
  | { readonly kind: 'QUIET'; readonly sinceMs: number; readonly provenUntilMs: number }
  /** `quietAtMs`: when a poll can say yes at the earliest; absent while nobody watches. */
  | { readonly kind: 'NOT_QUIET'; readonly quietAtMs?: number };

/**
 * Whether the predecessors were quiet for the whole window. What happened less than the lag before the last poll is not
 * visible yet, so the proof ends there. Every use counts, ours too: predecessors are probed only after they were revoked.
 */
export const judgePredecessorsQuiet = (watch: Watch | undefined, settings: UseSettings): QuietVerdict => {
  if (watch === undefined) return { kind: 'NOT_QUIET' };
  const sinceMs = Math.max(watch.sinceMs, ...Object.values(watch.lastUses));
  const provenUntilMs = watch.lastPollAtMs - settings.lastUsedLagMs;
  return provenUntilMs - sinceMs >= settings.quietWindowMs
    ? { kind: 'QUIET', sinceMs, provenUntilMs }
    : { kind: 'NOT_QUIET', quietAtMs: sinceMs + settings.quietWindowMs + settings.lastUsedLagMs };
};
