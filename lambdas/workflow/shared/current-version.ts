import type { Gateway } from '../../domain/gateway.ts';
import type { CredentialId } from '../../domain/ids.ts';
import type { Dependencies } from '../../ports.ts';

/** What AWSCURRENT names now, as a part of the proof: a credential that it names is not revoked. */
export const readCurrentVersion = async (
  { secretVersions }: Pick<Dependencies, 'secretVersions'>,
  { secretArn }: Pick<Gateway, 'secretArn'>,
): Promise<{ readonly currentVersionId?: string }> => {
  const { labels } = await secretVersions.describe(secretArn);
  const currentVersionId = [...labels].find(([, held]) => held.includes('AWSCURRENT'))?.[0];
  return currentVersionId === undefined ? {} : { currentVersionId };
};

/** The credential that AWSCURRENT names; `undefined` when it names none. Throws StepFailed and TemporarilyUnavailable. */
export const currentCredentialIn = async (
  needs: Pick<Dependencies, 'secretVersions'>,
  secretArn: string,
): Promise<CredentialId | undefined> => {
  const { currentVersionId } = await readCurrentVersion(needs, { secretArn });
  if (currentVersionId === undefined) return undefined;
  return (await needs.secretVersions.readVersion(secretArn, currentVersionId))?.credentialId;
};
