import { limitExceeded } from './errors.ts';
import type { Secret, Version } from './state.ts';

export const CURRENT = 'AWSCURRENT';
export const PENDING = 'AWSPENDING';
const PREVIOUS = 'AWSPREVIOUS';

/** "Secrets Manager quotas": staging labels attached across all versions of a secret, and versions of a secret. */
const MAX_STAGES = 20;
const MAX_VERSIONS = 100;
const UNREMOVABLE_MS = 24 * 60 * 60_000;

/** The version that a label is attached to; a label is attached to one version at most. */
export const holderOf = (secret: Secret, stage: string): Version | undefined =>
  secret.versions.find(({ stages }) => stages.includes(stage));

export const findVersion = (secret: Secret, versionId: string): Version | undefined =>
  secret.versions.find((version) => version.versionId === versionId);

/**
 * Attaches a label to a version and takes it from the one that had it. When AWSCURRENT moves, AWSPREVIOUS follows to the version it left.
 * Throws `LimitExceededException` at the 21st label of a secret.
 */
export const attach = (secret: Secret, version: Version, stage: string): void => {
  const former = holderOf(secret, stage);
  if (former === version) return;
  if (former) detach(former, stage);
  version.stages = [...version.stages, stage].sort();
  if (stage === CURRENT) {
    const previous = holderOf(secret, PREVIOUS);
    if (former && previous) detach(previous, PREVIOUS);
    if (former) attach(secret, former, PREVIOUS);
  }
  if (secret.versions.reduce((count, { stages }) => count + stages.length, 0) > MAX_STAGES) {
    throw limitExceeded(`A secret has at most ${MAX_STAGES} staging labels attached to all its versions.`);
  }
};

export const detach = (version: Version, stage: string): void => {
  version.stages = version.stages.filter((attached) => attached !== stage);
};

/** Adds a version and removes deprecated ones beyond 100, the oldest first and none younger than a day. Throws `LimitExceededException` when that is not enough. */
export const addVersion = (secret: Secret, version: Version, nowMs: number): void => {
  secret.versions.push(version);
  const removable = secret.versions
    .filter(({ stages, createdAtMs }) => stages.length === 0 && createdAtMs < nowMs - UNREMOVABLE_MS)
    .sort((a, b) => a.createdAtMs - b.createdAtMs);
  const removed = new Set(removable.slice(0, Math.max(0, secret.versions.length - MAX_VERSIONS)));
  secret.versions = secret.versions.filter((kept) => !removed.has(kept));
  if (secret.versions.length > MAX_VERSIONS) {
    throw limitExceeded(`A secret has at most ${MAX_VERSIONS} versions, and none of the last 24 hours is removed.`);
  }
};
