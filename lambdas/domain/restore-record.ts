import { entryDigest, type Gap } from './audit-chain.ts';
import { type By, by, withEntry } from './decision.ts';
import {
  type EndedRotation,
  type Gateway,
  type LiveCredential,
  liveCredential,
  type Outcome,
  type Press,
  remembered,
  type Transition,
  type Trigger,
} from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';
import { allRevoked, doomOf, idsRefused, type PresentRecord } from './restore-refusals.ts';

/** A version of the gateway's secret that is kept for a credential; the digest is that of its value. */
export type KeptVersion = Pick<LiveCredential, 'credentialId' | 'digest' | 'versionId'>;

/** What is known of the time after the backup was taken. */
export type Since = {
  /** The audit of the gateway, in order; what the backup knows already is passed over. */
  readonly audit: readonly Transition[];
  /** The record that is there, as far as it can be read. */
  readonly present?: PresentRecord | undefined;
  readonly kept: readonly KeptVersion[];
  readonly currentVersionId: string;
  /** The highest revision that was ever used: it is never used again. */
  readonly revision: number;
  /** What the entries named here may say is not known; a named person goes on without them. */
  readonly mayBeMissing: readonly Gap[];
};

/**
 * A backup of a gateway record, brought up to what happened since. It refuses whatever the backup, the record that is there or
 * the audit refuses: what was revoked stays so, and what was doomed dies on its time. It accepts what was created and not
 * revoked (invariants 4, 7 and 8). No rotation runs afterwards: the next one retires every predecessor.
 */
export const restored = (backup: Gateway, since: Since, command: By, nowMs: number): Gateway => {
  const { present } = since;
  const later = since.audit.filter((one) => one.revision > backup.revision);
  const gone = idsRefused(backup, present, later);
  const created = createdIn(backup, later, since, command);
  const live = [...backup.live, ...created]
    .filter(({ credentialId }) => !gone.has(credentialId))
    .map((credential) => doomed(adopted(credential, later), present, later))
    .map((credential) => ({ ...credential, stage: stageOf(credential, since) }));
  const current = live.find(({ stage }) => stage === 'CURRENT');
  const { rotation, currentCredentialId: _, lastEntryDigest, ...rest } = backup;
  const last = later.at(-1);
  const head = present?.lastEntryDigest ?? (last ? entryDigest(last) : lastEntryDigest);
  const revision = Math.max(since.revision, backup.revision, ...later.map((one) => one.revision)) + 1;
  const gateway: Gateway = {
    ...rest,
    live,
    revoked: allRevoked(backup, present, later),
    revision,
    transitionRevision: revision,
    writtenAtMs: Math.max(nowMs, backup.writtenAtMs, ...since.audit.map((one) => one.atMs)),
    generation: backup.generation + later.length + 1,
    currentVersionId: since.currentVersionId,
    ...(current ? { currentCredentialId: current.credentialId } : {}),
    ended: endedSince(backup, present, [rotation, present?.rotation], later, nowMs),
    presses: latest([...backup.presses, ...pressesIn(later), ...(present?.presses ?? [])], remembered.presses),
    outbox: uncopied(backup, since),
    ...(head === undefined ? {} : { lastEntryDigest: head }),
  };
  return withEntry(gateway, {
    kind: 'restore',
    ...by(command),
    revision: gateway.revision,
    atMs: nowMs,
    credentialIds: live.map(({ credentialId }) => credentialId),
    detail: {
      backupRevision: backup.revision,
      refusedAgain: backup.live.map(({ credentialId }) => credentialId).filter((id) => gone.has(id)),
      acceptedAgain: created.map(({ credentialId }) => credentialId).filter((id) => !gone.has(id)),
      ...(since.mayBeMissing.length > 0 ? { mayBeMissing: since.mayBeMissing } : {}),
    },
  });
};

/** What either record had not copied to the audit yet, as the audit knows it: an entry is never written over another one. */
const uncopied = (backup: Gateway, { audit, present }: Since): readonly Transition[] => {
  const waiting = [...backup.outbox, ...(present?.outbox ?? [])];
  const known = new Map([...waiting, ...audit].map((one) => [one.revision, one]));
  const revisions = new Set(waiting.map(({ revision }) => revision));
  return [...known.values()]
    .filter(({ revision }) => revisions.has(revision))
    .toSorted((one, other) => one.revision - other.revision);
};

const of = (later: readonly Transition[], ...kinds: readonly string[]): readonly Transition[] =>
  later.filter(({ kind }) => kinds.includes(kind));
const names = ({ credentialIds = [] }: Transition, credentialId: CredentialId): boolean =>
  credentialIds.includes(credentialId);

/**
 * What was made or given to us since and is kept in the secret; its value is where it was. Where entries may be missing, what the
 * record that is there accepts is believed too, if its value is kept: the person who goes on without them adopts it.
 */
const createdIn = (
  backup: Gateway,
  later: readonly Transition[],
  { kept, present, mayBeMissing }: Since,
  command: By,
): readonly LiveCredential[] =>
  kept.flatMap((version) => {
    if (liveCredential(backup, version.credentialId)) return [];
    const made = of(later, 'created', 'adopt').find((one) => names(one, version.credentialId));
    const isKnown = present?.live.some(
      (one) => one.credentialId === version.credentialId && one.digest === version.digest,
    );
    if (!made && !(isKnown && mayBeMissing.length > 0)) return [];
    const { atMs = later.at(-1)?.atMs ?? 0, rotationId } = made ?? {};
    const origin =
      made?.kind === 'created' && rotationId
        ? ({ kind: 'minted', rotationId, trigger: triggerOf(backup, later, rotationId) } as const)
        : ({ kind: 'adopted', ...by(made ?? command) } as const);
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

const doomed = (
  credential: LiveCredential,
  present: PresentRecord | undefined,
  later: readonly Transition[],
): LiveCredential => {
  const compromised = doomOf(credential.credentialId, credential.compromised, present, later);
  return compromised ? { ...credential, compromised } : credential;
};

const stageOf = ({ versionId }: LiveCredential, since: Since): LiveCredential['stage'] =>
  versionId === since.currentVersionId ? 'CURRENT' : 'RETIRING';

/** Every rotation that ran since, so that a late command of one finds that it has ended. */
const endedSince = (
  backup: Gateway,
  present: PresentRecord | undefined,
  running: readonly ({ readonly rotationId: RotationId } | undefined)[],
  later: readonly Transition[],
  nowMs: number,
): readonly EndedRotation[] => {
  const known = new Map([...backup.ended, ...(present?.ended ?? [])].map((one) => [one.rotationId, one]));
  for (const { rotationId } of [...running.filter((one) => one !== undefined), ...later])
    if (rotationId && !known.has(rotationId)) known.set(rotationId, endIn(later, rotationId, nowMs));
  return latest(
    [...known.values()].toSorted((one, other) => one.endedAtMs - other.endedAtMs),
    remembered.ended,
  );
};

const endIn = (later: readonly Transition[], rotationId: RotationId, nowMs: number): EndedRotation => {
  const completed = of(later, 'complete').find((one) => one.rotationId === rotationId);
  const isPreempted = of(later, 'compromise').some(({ detail }) => detail?.preempted === rotationId);
  const outcome = (completed?.detail?.outcome as Outcome | undefined) ?? (isPreempted ? 'PREEMPTED' : 'FAILED');
  const behind = completed?.detail?.kitsBehind;
  return {
    ...{ rotationId, outcome, endedAtMs: completed?.atMs ?? nowMs },
    ...(typeof behind === 'number' ? { kitsBehind: behind } : {}),
  };
};

/** A press that is delivered once more finds its answer. */
const pressesIn = (later: readonly Transition[]): readonly Press[] =>
  of(later, 'compromise').flatMap(({ rotationId, credentialIds = [], atMs, detail }) =>
    rotationId && typeof detail?.requestId === 'string'
      ? [{ requestId: detail.requestId, rotationId, credentialIds, atMs, rejectAfterMs: Number(detail.rejectAfterMs) }]
      : [],
  );

/** The last of a list, each request or rotation once. */
const latest = <One extends Press | EndedRotation>(all: readonly One[], count: number): readonly One[] => {
  const found = new Map(all.map((one) => ['requestId' in one ? one.requestId : one.rotationId, one] as const));
  return [...found.values()].slice(-count);
};
