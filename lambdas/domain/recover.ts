import { type By, by, type Decision, record, unchanged } from './decision.ts';
import type { Gateway } from './gateway.ts';
import type { CredentialId } from './ids.ts';
import { liveLabel } from './secret-text.ts';

/** The secret of a gateway was made usable again: which one it is now, and what in it is AWSCURRENT. */
export type Recover = By & {
  readonly kind: 'recover';
  readonly secretArn: string;
  readonly currentVersionId: string;
  readonly lostIds: readonly CredentialId[];
};

/** The live credentials of ours whose values are kept in no version of the secret any more; those that a rotation with its new one out retires are no loss. */
export const lostIn = (
  { live, rotation }: Pick<Gateway, 'live' | 'rotation'>,
  labels: ReadonlyMap<string, readonly string[]>,
): readonly CredentialId[] => {
  const held = new Set([...labels.values()].flat());
  const isKept = (id: CredentialId): boolean => held.has(liveLabel(id));
  const hasSuccessor = rotation?.targetId !== undefined && isKept(rotation.targetId);
  return live
    .filter(
      ({ credentialId, versionId, origin }) =>
        origin.kind !== 'foreign' && !isKept(credentialId) && !labels.has(versionId),
    )
    .map(({ credentialId }) => credentialId)
    .filter((id) => !(hasSuccessor && rotation.retireIds.includes(id)));
};

/**
 * The record follows its secret. What is lost stays live, since kits hold it, but is nothing that a kit could be given or that
 * anything could go back to: without its value there is no current credential, and the next rotation retires it like any other.
 */
export const recover = (gateway: Gateway, command: Recover, nowMs: number): Decision => {
  const { secretArn, currentVersionId, lostIds } = command;
  const { currentCredentialId, ...rest } = gateway;
  const isLost = currentCredentialId !== undefined && lostIds.includes(currentCredentialId);
  if (gateway.secretArn === secretArn && gateway.currentVersionId === currentVersionId && !isLost) return unchanged;
  const live = gateway.live.map((one) =>
    lostIds.includes(one.credentialId) && one.stage === 'CURRENT' ? ({ ...one, stage: 'RETIRING' } as const) : one,
  );
  return record(isLost ? rest : gateway, { secretArn, currentVersionId, live }, nowMs, {
    ...by(command),
    kind: 'recover',
    ...(lostIds.length > 0 ? { credentialIds: lostIds } : {}),
  });
};
