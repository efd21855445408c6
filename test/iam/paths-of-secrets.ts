import {
  DeleteSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import { composeCredential, randomDigits } from '../../lambdas/domain/credential.ts';
import type { RotationId } from '../../lambdas/domain/ids.ts';
import { mintIn } from '../aws/emulated.ts';
import { manualKit, type System } from '../support/system.ts';
import { begin, distributed, operate, orders, press, reconciled, scheduled } from './playing.ts';

/** Secrets Manager rotates, asks for the last step twice, and loses its schedule. */
export const secretsManagerRotates = async (system: System): Promise<void> => {
  await scheduled(system);
  const { secretArn } = await system.gateway();
  await system.deployment.secretsManager.send(new RotateSecretCommand({ SecretId: secretArn }));
  await distributed(system);
  const { currentVersionId: ClientRequestToken } = await system.gateway();
  await system.call('rotate-secret', { Step: 'finishSecret', SecretId: secretArn, ClientRequestToken });
  await system.finish();
  await system.applyGateways([orders()]);
};

/** What Secrets Manager left: a value under AWSPENDING that nobody promotes. */
export const strandedBySecretsManager = async (system: System): Promise<void> => {
  await scheduled(system);
  const { secretArn: SecretId } = await system.gateway();
  const ClientRequestToken = '55555555-5555-4555-8555-555555555555';
  const { secretsManager } = system.deployment;
  const SecretString = '{"state":"bootstrap"}';
  const VersionStages = ['AWSPENDING'];
  await secretsManager.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString, VersionStages }));
  await operate(system, 'repair');
};

const adopt = async (system: System, digit: number): Promise<void> => {
  const { secretArn: SecretId } = await system.gateway();
  const { credentialId, value } = composeCredential(Array.from({ length: randomDigits }, () => digit));
  const versionId = `${digit}3333333-3333-4333-8333-333333333333`;
  await system.deployment.secretsManager.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken: versionId,
      SecretString: JSON.stringify({ credentialId, credential: value }),
      VersionStages: [`by-hand-${digit}`],
    }),
  );
  await operate(system, 'adopt', { credentialId, versionId });
};

/** A credential that somebody put into the secret is adopted, and retired by the next rotation. */
export const rotatedAfterAdoption = async (system: System): Promise<void> => {
  await adopt(system, 7);
  await begin(system);
  await distributed(system);
};

/** A secret that is being deleted is taken back, and one that was deleted for good is made anew. */
export const recoveredTwice = async (system: System): Promise<void> => {
  const { secretsManager } = system.deployment;
  for (const how of [{ RecoveryWindowInDays: 7 }, { ForceDeleteWithoutRecovery: true }]) {
    const { secretArn: SecretId } = await system.gateway();
    await secretsManager.send(new DeleteSecretCommand({ SecretId, ...how }));
    await operate(system, 'recover');
  }
};

/** Secrets Manager asks for the first two steps, and for no other: what they made is given up, and seen refused. */
export const notHandedOver = async (system: System): Promise<void> => {
  await scheduled(system);
  const { secretArn } = await system.gateway();
  const ClientRequestToken = '55555555-5555-4555-8555-555555555555' as RotationId;
  const secretVersions = secretVersionsIn(system.deployment.secretsManager);
  await mintIn(secretVersions, secretArn, ClientRequestToken, { rotationToken: undefined });
  for (const Step of ['createSecret', 'setSecret'])
    await system.call('rotate-secret', { Step, SecretId: secretArn, ClientRequestToken });
  await reconciled(system, 2 * 86_400_000);
  await reconciled(system, 60_000);
};

/** Somebody put a value by hand: the attempt fails, and the reconciler starts the next when it was put right. */
export const failedOnce = async (system: System): Promise<void> => {
  const { secretsManager } = system.deployment;
  const { secretArn: SecretId, currentVersionId } = await system.gateway();
  const byHand = '33333333-3333-4333-8333-333333333333';
  const SecretString = '{"by":"hand"}';
  await secretsManager.send(new PutSecretValueCommand({ SecretId, ClientRequestToken: byHand, SecretString }));
  await begin(system);
  await system.timers.advance(10_000);
  const move = { MoveToVersionId: currentVersionId, RemoveFromVersionId: byHand };
  await secretsManager.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', ...move }));
  await reconciled(system, 60_000);
};

/** Five live credentials leave no room for a successor, so that the one unused longest goes first. */
export const compromisedAtFive = async (system: System): Promise<void> => {
  for (const digit of [1, 2, 3]) await adopt(system, digit);
  await begin(system);
  await distributed(system);
  const { live } = await system.gateway();
  if (live.length !== 5) throw new Error(`There are ${live.length} live credentials.`);
  await press(system);
};

/** A kit is registered while a rotation runs: verification sees it, and has it given the credential. */
export const registeredMeanwhile = async (system: System): Promise<void> => {
  await begin(system);
  await distributed(system);
  await system.applyGateways([orders({ kits: [manualKit('one'), manualKit('two')] })]);
  await system.timers.advance(10_000);
  await system.acknowledge('two');
};

/** The gateway's secret was deleted and is taken back; a kit comes and goes. */
export const appliedAgain = async (system: System): Promise<void> => {
  const kits = [manualKit('one'), manualKit('two')];
  const { secretArn: SecretId } = await system.gateway();
  const { secretsManager } = system.deployment;
  await secretsManager.send(new DeleteSecretCommand({ SecretId }));
  await system.applyGateways([orders({ kits })]);
  await system.applyGateways([orders()]);
};
