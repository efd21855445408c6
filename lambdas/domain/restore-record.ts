import { type By, by } from './decision.ts';
import {
  type EndedRotation,
  type Gateway,
  type LiveCredential,
  type Outcome,
  type Press,
  type RevocationCause,
  type RevokedCredential,
  remembered,
  type Transition,
  type Trigger,
} from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';

/** A version of the gateway's secret that is kept for a credential; the digest is that of its value. */
export type KeptVersion = Pick<LiveCredential, 'credentialId' | 'digest' | 'versionId'>;

/** What is known of the time after the backup was taken. */
export type Since = {
  /** The audit of the gateway, in order; what the backup knows already is passed over. */
  readonly audit: readonly Transition[];
  readonly kept: readonly KeptVersion[];
  readonly currentVersionId: string;
  /** The highest revision that was ever used: it is never used again. */
  readonly revision: number;
};

/**
 * A backup of a gateway record, brought up to what happened since: whatever was revoked stays refused, whatever was doomed
 * dies on its time, and whatever was created and not revoked is accepted (invariants 4, 7 and 8). No rotation runs
 * afterwards: the next one retires every predecessor.
 */
export const restored = (backup: Gateway, since: Since, command: By, nowMs: number): Gateway => {
  const later = since.audit.filter((one) => one.revision > backup.revision);
  const gone = goneIn(later);
  const created = createdIn(backup, later, since);
  const live = [...backup.live, ...created]
    .filter(({ credentialId }) => !gone.has(credentialId))
    .map((credential) => doomed(adopted(credential, later), later))
    .map((credential) => ({ ...credential, stage: stageOf(credential, since) }));
  const current = live.find(({ stage }) => stage === 'CURRENT');
  const { rotation, currentCredentialId: _, ...rest } = backup;
  const revision = Math.max(since.revision, backup.revision, ...later.map((one) => one.revision)) + 1;
  const entry: Transition = {
    kind: 'restore',
    ...by(command),
    revision,
    atMs: nowMs,
    credentialIds: live.map(({ credentialId }) => credentialId),
    detail: {
      backupRevision: backup.revision,
      refusedAgain: backup.live.map(({ credentialId }) => credentialId).filter((id) => gone.has(id)),
      acceptedAgain: created.map(({ credentialId }) => credentialId).filter((id) => !gone.has(id)),
    },
  };
  return {
    ...rest,
    live,
    revoked: [...backup.revoked, ...revokedSince(backup, gone)].map((one) => ({
      ...one,
      ...confirmationIn(later, one),
    })),
    revision,
    transitionRevision: revision,
    writtenAtMs: Math.max(nowMs, backup.writtenAtMs, ...later.map((one) => one.atMs)),
    generation: backup.generation + later.length + 1,
    currentVersionId: since.currentVersionId,
    ...(current ? { currentCredentialId: current.credentialId } : {}),
    ended: [...backup.ended, ...endedIn(rotation ? [rotation.rotationId] : [], later, nowMs)].slice(-remembered.ended),
    presses: [...backup.presses, ...pressesIn(later)].slice(-remembered.presses),
    outbox: [...backup.outbox, entry],
  };
};

const of = (later: readonly Transition[], ...kinds: readonly string[]): readonly Transition[] =>
  later.filter(({ kind }) => kinds.includes(kind));
const names = ({ credentialIds = [] }: Transition, credentialId: CredentialId): boolean =>
  credentialIds.includes(credentialId);

type Gone = { readonly cause: RevocationCause; readonly atMs: number; readonly rotationId: RotationId };

/** What was revoked since, why and when. */
const goneIn = (later: readonly Transition[]): ReadonlyMap<CredentialId, Gone> =>
  new Map(
    later.flatMap(({ detail, atMs, rotationId }) =>
      Object.entries((detail?.causes ?? {}) as Readonly<Record<CredentialId, RevocationCause>>).flatMap(
        ([id, cause]) => (rotationId ? [[id as CredentialId, { cause, atMs, rotationId }] as const] : []),
      ),
    ),
  );

const revokedSince = (backup: Gateway, gone: ReadonlyMap<CredentialId, Gone>): readonly RevokedCredential[] =>
  backup.live.flatMap(({ credentialId, digest, versionId }) => {
    const { cause, atMs, rotationId } = gone.get(credentialId) ?? {};
    return cause && atMs !== undefined && rotationId
      ? [{ credentialId, digest, versionId, cause, rotationId, revokedAtMs: atMs }]
      : [];
  });

/** The policy check was seen to refuse it after the backup. */
const confirmationIn = (
  later: readonly Transition[],
  { credentialId }: RevokedCredential,
): Pick<RevokedCredential, 'confirmedAtMs'> => {
  const at = of(later, 'confirm').find((one) => names(one, credentialId))?.detail?.refusedAtMs;
  return typeof at === 'number' ? { confirmedAtMs: at } : {};
};

/** What was made or given to us since and is kept in the secret; its value is where it was. */
const createdIn = (backup: Gateway, later: readonly Transition[], { kept }: Since): readonly LiveCredential[] =>
  kept.flatMap((version) => {
    const made = of(later, 'created', 'adopt').find((one) => names(one, version.credentialId));
    if (!made || backup.live.some(({ credentialId }) => credentialId === version.credentialId)) return [];
    const { atMs, rotationId, actor, reason } = made;
    const origin =
      made.kind === 'created' && rotationId
        ? ({ kind: 'minted', rotationId, trigger: triggerOf(backup, later, rotationId) } as const)
        : ({ kind: 'adopted', actor, reason } as const);
    return [{ ...version, stage: 'RETIRING' as const, createdAtMs: atMs, origin }];
  });

const triggerOf = (backup: Gateway, later: readonly Transition[], rotationId: RotationId): Trigger => {
  if (backup.rotation?.rotationId === rotationId) return backup.rotation.trigger;
  const begun = of(later, 'begin', 'compromise').find((one) => one.rotationId === rotationId);
  return begun?.kind === 'begin' ? ((begun.detail?.trigger as Trigger | undefined) ?? 'manual') : 'compromise';
};

/** A foreign credential that a person has given to us since. */
const adopted = (credential: LiveCredential, later: readonly Transition[]): LiveCredential => {
  const given = of(later, 'adopt').find((one) => names(one, credential.credentialId));
  return given && credential.origin.kind === 'foreign'
    ? { ...credential, origin: { kind: 'adopted', ...by(given) } }
    : credential;
};

/** The earliest end that a press has set; nothing gives more time (invariant 7). */
const doomed = (credential: LiveCredential, later: readonly Transition[]): LiveCredential => {
  const presses = of(later, 'compromise').filter((one) => names(one, credential.credentialId));
  const [first] = presses;
  if (!first) return credential;
  const ends = presses.map(({ detail, atMs }) => Number(detail?.rejectAfterMs ?? atMs));
  const { atMs, rejectAfterMs } = credential.compromised ?? {
    atMs: first.atMs,
    rejectAfterMs: Number.POSITIVE_INFINITY,
  };
  return { ...credential, compromised: { atMs, rejectAfterMs: Math.min(rejectAfterMs, ...ends) } };
};

const stageOf = ({ versionId }: LiveCredential, since: Since): LiveCredential['stage'] =>
  versionId === since.currentVersionId ? 'CURRENT' : 'RETIRING';

/** Every rotation that ran since, so that a late command of one finds that it has ended. */
const endedIn = (
  running: readonly RotationId[],
  later: readonly Transition[],
  nowMs: number,
): readonly EndedRotation[] => {
  const ids = new Set([...running, ...later.flatMap(({ rotationId }) => (rotationId ? [rotationId] : []))]);
  return [...ids].map((rotationId) => {
    const completed = of(later, 'complete').find((one) => one.rotationId === rotationId);
    const isPreempted = of(later, 'compromise').some(({ detail }) => detail?.preempted === rotationId);
    const outcome = (completed?.detail?.outcome as Outcome | undefined) ?? (isPreempted ? 'PREEMPTED' : 'FAILED');
    return { rotationId, outcome, endedAtMs: completed?.atMs ?? nowMs };
  });
};

/** A press that is delivered once more finds its answer. */
const pressesIn = (later: readonly Transition[]): readonly Press[] =>
  of(later, 'compromise').flatMap(({ rotationId, credentialIds = [], atMs, detail }) =>
    rotationId && typeof detail?.requestId === 'string'
      ? [{ requestId: detail.requestId, rotationId, credentialIds, atMs, rejectAfterMs: Number(detail.rejectAfterMs) }]
      : [],
  );
