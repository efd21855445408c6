import { TemporarilyUnavailable } from '../domain/failure.ts';
import { recordCreated } from '../workflow/shared/record-created.ts';
import { type Needs, ownRotation, type RotationStep, runOf } from './rotation-step.ts';

/** The digest of what the pending version holds goes into the record: from now on the policy check knows it. */
export const setSecret = async (needs: Needs, step: RotationStep): Promise<void> => {
  ownRotation(step);
  const stored = await needs.secretVersions.readVersion(step.gateway.secretArn, step.versionId);
  if (!stored) throw new TemporarilyUnavailable('The pending version has no value that can be read yet.');
  await recordCreated(needs, runOf(step), stored);
};
