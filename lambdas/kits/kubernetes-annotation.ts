import type { CredentialId } from '../domain/ids.ts';

/** The annotation of a secret, and of the template of the pods that were restarted for what was written into it. */
export const annotation = 'gateway-credential-rotation/installation';

/** Names one write into a secret, by the credential and the version that it replaced: no two writes have the same. */
export const markOf = (credentialId: CredentialId, replaced: string): string => `${credentialId} ${replaced}`;

/** Whether the last write was of this credential. */
export const isMarkOf = (mark: string | undefined, credentialId: CredentialId): boolean =>
  mark?.startsWith(`${credentialId} `) === true;
