import { type Gateway, hasReached, liveCredential, type Rotation } from './gateway.ts';
import type { CredentialId } from './ids.ts';
import type { Kit } from './kit.ts';
import type { Waves } from './wave.ts';

const isWavesTrigger = ({ trigger }: Rotation): boolean => trigger === 'scheduled' || trigger === 'manual';

/** The credential that a bad wave goes back to: live, not compromised, and its value in the secret. */
export const wayBack = (gateway: Gateway, { fromCredentialId }: Rotation) => {
  const from = liveCredential(gateway, fromCredentialId);
  return from && !from.compromised && from.versionId !== undefined
    ? { credentialId: from.credentialId, versionId: from.versionId }
    : undefined;
};

/**
 * The rotation as it is after promotion: in waves where the policy says so and there is something to go back to. A
 * compromise, a first credential and a roll-back know no waves: they give the credential to everybody at once.
 */
export const withWaves = (gateway: Gateway, rotation: Rotation): Rotation => {
  const { waves: plan } = gateway.policy;
  const goes = plan && isWavesTrigger(rotation) && !rotation.rolledBack && !gateway.authority;
  return goes && wayBack(gateway, rotation) ? { ...rotation, waves: { plan, number: 1, phase: 'TO_OPEN' } } : rotation;
};

/** A rotation in which not every kit may have the credential yet. */
export type InWaves = Rotation & { readonly waves: Waves };

/** Whether a wave before the last one has the word: not every kit may have the credential yet. */
export const isInWaves = (rotation: Rotation | undefined): rotation is InWaves =>
  rotation?.waves !== undefined &&
  !hasReached(rotation, 'DISTRIBUTED') &&
  !(rotation.waves.phase === 'OPEN' && rotation.waves.number === rotation.waves.plan.length);

/** The number of the wave that a kit was chosen for in this rotation, if any. */
export const chosenWave = ({ rotationId }: Pick<Rotation, 'rotationId'>, { wave }: Pick<Kit, 'wave'>) =>
  wave?.rotationId === rotationId ? wave.number : undefined;

/** Whether a kit is one of the wave that is open or goes back. */
export const isOfWave = (rotation: Rotation, kit: Pick<Kit, 'wave'>): boolean =>
  chosenWave(rotation, kit) === rotation.waves?.number;

/** The credential that a kit shall hold by now; `undefined` while its wave has not come. */
export const dueCredential = (rotation: Rotation, kit: Pick<Kit, 'wave'>): CredentialId | undefined => {
  if (!isInWaves(rotation)) return rotation.targetId;
  const { number, phase } = rotation.waves;
  const chosen = chosenWave(rotation, kit);
  if (chosen === undefined || chosen > number) return undefined;
  if (chosen < number || phase === 'OPEN') return rotation.targetId;
  return phase === 'GOING_BACK' ? rotation.fromCredentialId : undefined;
};

/** `wave 1 of 3` */
export const waveSaid = ({ number, plan }: Pick<Waves, 'number' | 'plan'>): string =>
  `wave ${number} of ${plan.length}`;
