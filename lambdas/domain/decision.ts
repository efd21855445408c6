import type { Gateway, LiveCredential, Rotation, Transition } from './gateway.ts';
import { liveCredential, remembered } from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';

/** Every reason for which a command is refused; each names what the caller may do about it. */
const refusalCodes = [
  'ROTATION_RUNNING',
  'NOT_RUNNING',
  'SUPERSEDED',
  'WRONG_STAGE',
  'HELD',
  'NOT_HELD',
  'TOO_MANY_LIVE',
  'ALREADY_CREATED',
  'UNKNOWN_CREDENTIAL',
  'NOT_OURS',
  'NOT_RETIRING',
  'COMPROMISED',
  'NO_PROOF',
  'NOT_QUIET',
  'REVOKE_BEGUN',
  'NOTHING_TO_ROLL_BACK_TO',
  'STILL_PROPAGATING',
  'STILL_LIVE',
  'NOT_CONFIRMED',
  'DEADLINE_NOT_LATER',
  'TOO_MANY_ATTEMPTS',
  'CONFIRMATION_MISMATCH',
  'GATEWAY_RETIRED',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** A refusal the domain expects: a value, not an error. `message` says what was given and what is allowed. */
export type Refusal = { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string };

/** What a command does to a gateway: a new record to save, nothing because it is already so, or a refusal. */
export type Decision =
  | { readonly kind: 'changed'; readonly gateway: Gateway }
  | { readonly kind: 'unchanged' }
  | Refusal;

export const refuse = (code: RefusalCode, message: string): Refusal => ({ kind: 'refused', code, message });

export const unchanged: Decision = { kind: 'unchanged' };

/** Who gives the command and why; the times of a transition are always the caller's clock. */
export type By = { readonly actor: string; readonly reason: string };

/** The part of a command that every record of it carries. */
export const by = ({ actor, reason }: By): By => ({ actor, reason });

/**
 * The next revision of a record, with its transition appended to the outbox in the same write (invariant 11). What the
 * transition revokes stands in its `detail.causes`, whatever else it does: so the audit alone tells what is revoked.
 */
export const record = (
  before: Gateway,
  changes: Partial<Gateway>,
  nowMs: number,
  transition: By & { kind: string } & Pick<Transition, 'credentialIds' | 'detail' | 'rotationId'>,
): Decision => {
  const revision = before.revision + 1;
  const rotationId = transition.rotationId ?? before.rotation?.rotationId;
  const gone = (changes.revoked ?? []).filter(
    (one) => !before.revoked.some(({ credentialId }) => credentialId === one.credentialId),
  );
  const causes = Object.fromEntries(gone.map(({ credentialId, cause }) => [credentialId, cause]));
  const entry: Transition = {
    ...transition,
    revision,
    atMs: nowMs,
    ...(rotationId ? { rotationId } : {}),
    ...(gone.length > 0 ? { detail: { causes, ...transition.detail } } : {}),
  };
  const written = { revision, transitionRevision: revision, writtenAtMs: nowMs, outbox: [...before.outbox, entry] };
  return { kind: 'changed', gateway: { ...before, ...changes, ...written } };
};

/** A change that is an observation and no transition: it raises the revision and leaves no entry. */
export const note = (before: Gateway, changes: Partial<Gateway>, nowMs: number): Decision => ({
  kind: 'changed',
  gateway: { ...before, ...changes, revision: before.revision + 1, writtenAtMs: nowMs },
});

/** The running rotation when it is the named one; else the refusal that ends a pre-empted run's late command. */
export const running = (gateway: Gateway, rotationId: RotationId): Rotation | Refusal => {
  if (gateway.rotation?.rotationId === rotationId) return gateway.rotation;
  const ended = gateway.ended.find((one) => one.rotationId === rotationId);
  return ended
    ? refuse('SUPERSEDED', `Rotation ${rotationId} ended as ${ended.outcome}.`)
    : refuse('NOT_RUNNING', `Rotation ${rotationId} does not run on gateway ${gateway.gatewayId}.`);
};

/** Type guard for the results of look-ups that answer a refusal. */
export const isRefusal = (value: { kind?: unknown } | object): value is Refusal =>
  'kind' in value && value.kind === 'refused';

/** The live list with one credential changed. */
export const withCredential = (
  gateway: Gateway,
  credentialId: CredentialId,
  changes: Partial<LiveCredential>,
): readonly LiveCredential[] =>
  gateway.live.map((credential) =>
    credential.credentialId === credentialId ? { ...credential, ...changes } : credential,
  );

/** Ends the running rotation with an outcome; the record remembers the last few. */
export const endRotation = (
  gateway: Gateway,
  outcome: 'COMPLETED' | 'ROLLED_BACK' | 'FAILED' | 'PREEMPTED',
  nowMs: number,
): Pick<Gateway, 'ended'> => ({
  ended: gateway.rotation
    ? [...gateway.ended, { rotationId: gateway.rotation.rotationId, outcome, endedAtMs: nowMs }].slice(
        -remembered.ended,
      )
    : gateway.ended,
});

/** Retiring credentials that the authority still accepts, and revoked ones that were not yet seen refused. */
export const leftToRetire = (gateway: Gateway, rotation: Rotation): readonly CredentialId[] =>
  rotation.retireIds.filter((id) => liveCredential(gateway, id) !== undefined);
/** Those of them that are ours: a foreign credential is never revoked by us (invariant 10). */
export const leftToRevoke = (gateway: Gateway, rotation: Rotation): readonly CredentialId[] =>
  leftToRetire(gateway, rotation).filter((id) => liveCredential(gateway, id)?.origin.kind !== 'foreign');
export const leftToConfirm = (gateway: Gateway): readonly CredentialId[] =>
  gateway.revoked.filter((one) => one.confirmedAtMs === undefined).map((one) => one.credentialId);
