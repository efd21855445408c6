import { chained, entryDigest } from './audit-chain.ts';
import type { Gateway, LiveCredential, Outcome, RevocationCause, Rotation, Transition } from './gateway.ts';
import { isSettled, liveCredential, maxLiveCredentials, remembered } from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';
import type { RefusalCode } from './refusals.ts';

export type { RefusalCode };

/** A refusal the domain expects: a value, not an error. `message` says what was given and what is allowed. */
export type Refusal = { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string };

/** What a command does to a gateway: a new record to save, nothing because it is already so, or a refusal. */
export type Decision =
  | { readonly kind: 'changed'; readonly gateway: Gateway }
  | { readonly kind: 'unchanged' }
  | Refusal;

export const refuse = (code: RefusalCode, message: string): Refusal => ({ kind: 'refused', code, message });

/** No room for one more live credential: what is live, and the command that makes room. */
export const tooManyLive = ({ gatewayId, live, currentCredentialId }: Gateway, room: number): Refusal =>
  refuse(
    'TOO_MANY_LIVE',
    `Gateway ${gatewayId} has ${live.length} live credentials and ${maxLiveCredentials} are allowed${room > 0 ? `, of which ${room} is kept for a successor` : ''}. Have one retired that is not needed: retire-credential ${gatewayId} --credential with one of ${live
      .filter(({ credentialId, origin }) => credentialId !== currentCredentialId && origin.kind !== 'foreign')
      .map(({ credentialId }) => credentialId)
      .join(', ')}.`,
  );

export const unchanged: Decision = { kind: 'unchanged' };

/** Who gives the command and why; the times of a transition are always the caller's clock. */
export type By = { readonly actor: string; readonly reason: string };

/** The part of a command that every record of it carries. */
export const by = ({ actor, reason }: By): By => ({ actor, reason });

/**
 * The next revision of a record, with its transition appended to the outbox in the same write (invariant 11). What the
 * transition revokes stands in its `detail.causes`, and what it makes the rotation retire in `detail.retires`, whatever
 * else it does: so the audit alone tells both.
 */
export const record = (
  before: Gateway,
  changes: Partial<Gateway>,
  nowMs: number,
  transition: By & { kind: string } & Pick<Transition, 'credentialIds' | 'detail' | 'rotationId'>,
): Decision => {
  const revision = before.revision + 1;
  const rotationId = transition.rotationId ?? before.rotation?.rotationId;
  const detail = { ...causesIn(before, changes), ...retiresIn(before, changes), ...transition.detail };
  const entry: Transition = {
    ...transition,
    revision,
    atMs: nowMs,
    ...(rotationId ? { rotationId } : {}),
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
  };
  return {
    kind: 'changed',
    gateway: withEntry({ ...before, ...changes, revision, transitionRevision: revision, writtenAtMs: nowMs }, entry),
  };
};

const causesIn = (
  before: Gateway,
  { revoked = [] }: Partial<Gateway>,
): { causes?: Record<string, RevocationCause> } => {
  const gone = revoked.filter((one) => !before.revoked.some(({ credentialId }) => credentialId === one.credentialId));
  return gone.length > 0
    ? { causes: Object.fromEntries(gone.map(({ credentialId, cause }) => [credentialId, cause])) }
    : {};
};

const retiresIn = (
  { rotation: before }: Gateway,
  { rotation }: Partial<Gateway>,
): { retires?: readonly CredentialId[] } =>
  rotation && (rotation.rotationId !== before?.rotationId || rotation.retireIds.join() !== before.retireIds.join())
    ? { retires: rotation.retireIds }
    : {};

/** The record with one more entry at the end of its chain. */
export const withEntry = (gateway: Gateway, entry: Transition): Gateway => {
  const last = chained(entry, gateway.lastEntryDigest);
  return { ...gateway, outbox: [...gateway.outbox, last], lastEntryDigest: entryDigest(last) };
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
  outcome: Outcome,
  nowMs: number,
  more: { readonly kitsBehind?: number } = {},
): Pick<Gateway, 'ended'> => ({
  ended: gateway.rotation
    ? [...gateway.ended, { rotationId: gateway.rotation.rotationId, outcome, endedAtMs: nowMs, ...more }].slice(
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
  gateway.revoked.filter((one) => !isSettled(one)).map((one) => one.credentialId);
