import { hash } from 'node:crypto';
import type { MintFor } from '../authority.ts';

/**
 * The version of the gateway's secret for the value of an attempt, counted from 1: a version is written once. Secrets
 * Manager knows of one version of its rotation, so all attempts share that.
 */
export const versionOfAttempt = (
  { versionId, rotation }: Pick<MintFor, 'versionId' | 'rotation'>,
  attempt: number,
): string => (rotation || attempt <= 1 ? versionId : hash('sha256', `${versionId} ${attempt}`, 'hex'));
