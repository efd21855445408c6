import type { PingOneAuthority } from '../../lambdas/domain/authority.ts';
import type { Decision } from '../../lambdas/domain/decision.ts';
import type { Gateway, LiveCredential, Rotation, RotationStage } from '../../lambdas/domain/gateway.ts';
import { credentialId, newWorld, rotationId } from './model.ts';

/** The time at which the gateways below are looked at. */
export const now = 2_000_000_000;
export const by = { actor: 'alice', reason: 'because' } as const;
export const a = credentialId('c-a');
export const b = credentialId('c-b');
export const r1 = rotationId('r1');
export const r2 = rotationId('r2');

/** PingOne as the authority; it shows a use at most two minutes late. */
export const atPingOne: PingOneAuthority = {
  kind: 'pingone',
  environmentId: '11111111-2222-4333-8444-555555555555',
  gatewayId: '66666666-7777-4888-8999-aaaaaaaaaaaa',
  workerSecret: 'pingone/worker',
  region: 'EU',
  lastUsedLagSeconds: 120,
  lateCommitSeconds: 900,
};

export const live = (id: string, changes: Partial<LiveCredential> = {}): LiveCredential => ({
  credentialId: credentialId(id),
  digest: `digest of ${id}`,
  stage: 'RETIRING',
  createdAtMs: 0,
  versionId: `v-${id}`,
  origin: { kind: 'minted', rotationId: rotationId('r0'), trigger: 'bootstrap' },
  ...changes,
});

/** A gateway that has used c-a so far. */
export const atRest = (changes: Partial<Gateway> = {}): Gateway => ({
  ...newWorld(0, false).gateway,
  live: [live('c-a', { stage: 'CURRENT' })],
  currentCredentialId: a,
  currentVersionId: 'v-c-a',
  generation: 1,
  ...changes,
});

const minted = { kind: 'minted', rotationId: r1, trigger: 'manual' } as const;

/** The same gateway in rotation r1 from c-a to c-b, at a stage; quiet for exactly the quiet window. */
export const inRotation = (
  stage: RotationStage,
  changes: Partial<Rotation> = {},
  gateway: Partial<Gateway> = {},
): Gateway => {
  const hasTarget = stage !== 'BEGUN';
  const isQuiet = stage === 'DISTRIBUTED' || stage === 'VERIFIED';
  return atRest({
    live: [live('c-a', { stage: 'CURRENT' }), ...(hasTarget ? [live('c-b', { origin: minted })] : [])],
    generation: 2,
    rotation: {
      rotationId: r1,
      trigger: 'manual',
      driver: 'workflow',
      stage,
      generation: 2,
      begun: { actor: 'alice', reason: 'because', atMs: now - 1_000_000 },
      deadlineAtMs: now + 1_000_000,
      escalationLevel: 0,
      attempt: 1,
      failedAttempts: 0,
      retireIds: [a],
      fromVersionId: 'v-c-a',
      fromCredentialId: a,
      ...(hasTarget ? { targetId: b } : {}),
      ...(isQuiet ? { distributedAtMs: now - 950_000, quietSinceMs: now - 900_000, watchedAtMs: now } : {}),
      ...changes,
    },
    ...gateway,
  });
};

/** What a decision comes to: the code of a refusal, or whether the record changed. */
export const outcome = (decision: Decision): string => (decision.kind === 'refused' ? decision.code : decision.kind);

/** The record after a command that must change it. */
export const recordAfter = (decision: Decision): Gateway => {
  if (decision.kind !== 'changed') throw new Error(`The command was ${outcome(decision)}.`);
  return decision.gateway;
};
