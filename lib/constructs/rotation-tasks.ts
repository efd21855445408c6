import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { RotationFunction } from './rotation-function.ts';

export type RotationTasksProps = {
  readonly logRetentionDays: RetentionDays;
  /** At most so many instances of each of the two that reach kits: they wait for slow kits, and would take the concurrency that the authorizer needs. */
  readonly kitWorkersAtOnce: number | undefined;
};

/** The tasks of the workflow, by the names that its definition has for them; each ends before its state's TimeoutSeconds, so that a retry never runs beside it. */
export const rotationTasks = (scope: Construct, { logRetentionDays, kitWorkersAtOnce }: RotationTasksProps) => {
  const task = (name: string, timeoutSeconds: number, description: string, atOnce?: number): RotationFunction =>
    new RotationFunction(scope, name, {
      description,
      timeoutSeconds,
      traced: true,
      reservedConcurrency: atOnce,
      logRetentionDays,
    });
  return {
    BeginRotation: task('BeginRotation', 55, 'Begins a rotation, or joins the one that runs.'),
    CreateCredential: task('CreateCredential', 110, 'Creates the new credential, proves it and makes it current.'),
    DistributeShard: task(
      'DistributeShard',
      890,
      'Puts the new credential into the kits of one shard.',
      kitWorkersAtOnce,
    ),
    VerifyKits: task('VerifyKits', 890, 'Collects the evidence that kits use the new credential.', kitWorkersAtOnce),
    RevokeCredential: task('RevokeCredential', 890, 'Revokes the predecessors, on proof.'),
    ConfirmRevoked: task('ConfirmRevoked', 110, 'Confirms that the policy check refuses what was revoked.'),
  };
};
