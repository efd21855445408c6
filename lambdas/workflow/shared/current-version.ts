import type { Gateway } from '../../domain/gateway.ts';
import type { Dependencies } from '../../ports.ts';

/** What AWSCURRENT names now, as a part of the proof: a credential that it names is not revoked. */
export const readCurrentVersion = async (
  { secretVersions }: Pick<Dependencies, 'secretVersions'>,
  { secretArn }: Gateway,
): Promise<{ readonly currentVersionId?: string }> => {
  const { labels } = await secretVersions.describe(secretArn);
  const currentVersionId = [...labels].find(([, held]) => held.includes('AWSCURRENT'))?.[0];
  return currentVersionId === undefined ? {} : { currentVersionId };
};
