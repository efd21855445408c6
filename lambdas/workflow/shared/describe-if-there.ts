import { SecretGone } from '../../domain/failure.ts';
import type { Dependencies, SecretDescription } from '../../ports.ts';

/** The gateway's secret as it is described; `undefined` when it is gone. */
export const describeIfThere = async (
  { describe }: Pick<Dependencies['secretVersions'], 'describe'>,
  secretArn: string,
): Promise<SecretDescription | undefined> => {
  try {
    return await describe(secretArn);
  } catch (error) {
    if (error instanceof SecretGone) return undefined;
    throw error;
  }
};
