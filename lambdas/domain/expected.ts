import type { Gateway } from './gateway.ts';
import type { CredentialId } from './ids.ts';
import type { Expected } from './kit-verdict.ts';
import { sharedUseIn } from './shown-use.ts';

/** The credential that kits shall hold. */
export const expectedCredential = ({ rotation, currentCredentialId }: Gateway): CredentialId | undefined =>
  rotation?.targetId ?? currentCredentialId;

/** What kits are judged by, from the record; `undefined` while there is no credential that they shall hold. */
export const expectedIn = (gateway: Gateway, isOnlyKit: boolean): Expected | undefined => {
  const targetId = expectedCredential(gateway);
  if (targetId === undefined) return undefined;
  const sharedUse = sharedUseIn(gateway, isOnlyKit);
  return {
    targetId,
    generation: gateway.rotation?.generation ?? gateway.generation,
    useRecordingSeconds: gateway.policy.useRecordingSeconds,
    longestWaitSeconds: gateway.policy.longestWaitSeconds,
    ...(sharedUse ? { sharedUse } : {}),
  };
};
