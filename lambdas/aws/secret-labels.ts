import {
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { CurrentMovedElsewhere, StepFailed } from '../domain/failure.ts';
import { keptFor, liveLabel } from '../domain/secret-text.ts';
import type { SecretVersions } from '../ports.ts';
import { callAws, ifPresent, services } from './sdk-errors.ts';

type Moves = Pick<SecretVersions, 'stripPending' | 'promote' | 'keep' | 'release'>;

/** The moves of labels between the versions of a secret: each is a compare-and-swap of one label, taken from where it was just read. */
export const labelMovesIn = (secretsManager: SecretsManagerClient, describe: SecretVersions['describe']): Moves => {
  /** Which version each label is on. */
  const labels = async (secretArn: string): Promise<ReadonlyMap<string, string>> =>
    new Map(
      [...(await describe(secretArn)).labels].flatMap(([versionId, held]) =>
        held.map((label) => [label, versionId] as const),
      ),
    );

  /** False when there is no such secret or version. */
  const move = async (what: string, input: UpdateSecretVersionStageCommandInput): Promise<boolean> => {
    const send = secretsManager.send(new UpdateSecretVersionStageCommand(input));
    return (await ifPresent(callAws(services.secretLabels, what, send))) !== undefined;
  };

  const takePendingOff = (SecretId: string, RemoveFromVersionId: string): Promise<boolean> =>
    move('Taking AWSPENDING off', { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId });

  return {
    stripPending: async (secretArn, versionId) => {
      const held = await labels(secretArn);
      const pending = held.get('AWSPENDING');
      if (
        pending === undefined ||
        pending === held.get('AWSCURRENT') ||
        (versionId !== undefined && pending !== versionId)
      )
        return false;
      await takePendingOff(secretArn, pending);
      return true;
    },
    promote: async (secretArn, versionId, fromVersionIds) => {
      const held = await labels(secretArn);
      const current = held.get('AWSCURRENT');
      if (current === versionId) return;
      if (fromVersionIds && !(current && fromVersionIds.includes(current)))
        throw new CurrentMovedElsewhere(
          `AWSCURRENT is on version ${current ?? 'none'}, and the record names ${[...new Set(fromVersionIds)].join(', ')}: somebody put a value by hand; move AWSCURRENT back to one of these.`,
        );
      if (current && held.get('AWSPENDING') === current) await takePendingOff(secretArn, current);
      const isMoved = await move('Moving AWSCURRENT', {
        SecretId: secretArn,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: versionId,
        ...(current ? { RemoveFromVersionId: current } : {}),
      });
      if (!isMoved) throw new StepFailed(`Version ${versionId} of the gateway secret does not exist.`);
    },
    keep: async (secretArn, credentialId, versionId) => {
      const label = liveLabel(credentialId);
      const holder = (await labels(secretArn)).get(label);
      if (holder === versionId) return;
      await move('Keeping a version of the gateway secret', {
        SecretId: secretArn,
        VersionStage: label,
        MoveToVersionId: versionId,
        ...(holder ? { RemoveFromVersionId: holder } : {}),
      });
    },
    release: async (secretArn, readIsDone) => {
      const held = await labels(secretArn);
      const inUse = [held.get('AWSCURRENT'), held.get('AWSPENDING')];
      const isDone = await readIsDone();
      for (const [label, versionId] of held) {
        const credentialId = keptFor(label);
        if (credentialId === undefined || inUse.includes(versionId) || !isDone(credentialId, versionId)) continue;
        await move('Releasing a label', { SecretId: secretArn, VersionStage: label, RemoveFromVersionId: versionId });
      }
    },
  };
};
