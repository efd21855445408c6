import { type By, by, type Decision, isRefusal, note, record, refuse, running, unchanged } from './decision.ts';
import type { Gateway } from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';
import type { MintIntent } from './pingone-mint.ts';

/** What the intent is from now on, written before anything is sent; without `mint`, nothing can come of it any more. */
export type NoteMint = {
  readonly kind: 'note-mint';
  /** The rotation that mints; absent when the reconciler looks after what an earlier one left. */
  readonly rotationId?: RotationId;
  readonly mint?: MintIntent;
};
export const noteMint = (gateway: Gateway, { rotationId, mint }: NoteMint, nowMs: number): Decision => {
  const refusal = refuseMinting(gateway, rotationId);
  if (refusal) return refusal;
  const { mint: before, ...rest } = gateway;
  if (JSON.stringify(before) === JSON.stringify(mint)) return unchanged;
  return note(mint ? { ...rest, mint } : rest, {}, nowMs);
};

/** A credential that an interrupted attempt left behind, and whose value nobody has, is about to be revoked. */
export type DiscardCredential = By & {
  readonly kind: 'discard-credential';
  readonly rotationId?: RotationId;
  readonly credentialId: CredentialId;
};
export const discardCredential = (gateway: Gateway, command: DiscardCredential, nowMs: number): Decision => {
  const { rotationId, credentialId } = command;
  const refusal = refuseMinting(gateway, rotationId);
  if (refusal) return refusal;
  const { mint } = gateway;
  if (!mint || gateway.live.some((one) => one.credentialId === credentialId) || mint.knownIds.includes(credentialId))
    return refuse('NOT_OURS', `Credential ${credentialId} is none that an attempt to make one has left behind.`);
  if (mint.discarding === credentialId) return unchanged;
  return record(gateway, { mint: { ...mint, discarding: credentialId } }, nowMs, {
    kind: 'discard-credential',
    ...by(command),
    ...(rotationId ? { rotationId } : {}),
    credentialIds: [credentialId],
  });
};

/** Whether a rotation has begun and has no successor yet: what an earlier attempt left behind is its own affair. */
export const isAboutToMint = ({ rotation }: Pick<Gateway, 'rotation'>): boolean =>
  rotation?.stage === 'BEGUN' && rotation.targetId === undefined;

/** Why a credential that an interrupted attempt made is revoked, as the history says it. */
export const leftBehind = 'an interrupted create left it behind, and nobody has its value';

/** Only the rotation that mints writes the intent; the reconciler does when none is about to. */
const refuseMinting = (gateway: Gateway, rotationId: RotationId | undefined) => {
  if (!gateway.authority)
    return refuse('OTHER_AUTHORITY', 'The builtin authority makes credentials without asking anybody.');
  if (rotationId !== undefined) {
    const rotation = running(gateway, rotationId);
    if (isRefusal(rotation)) return rotation;
    return isAboutToMint(gateway)
      ? undefined
      : refuse('WRONG_STAGE', `Rotation ${rotationId} is at ${rotation.stage}: it does not mint any more.`);
  }
  const { rotation } = gateway;
  return rotation && isAboutToMint(gateway)
    ? refuse(
        'ROTATION_RUNNING',
        `Rotation ${rotation.rotationId} is about to mint: what was left behind is its own affair.`,
      )
    : undefined;
};
