import * as z from 'zod';
import { InputRefused, StepFailed } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import { isRotationId, versionIdPattern, versionIdRule } from '../domain/ids.ts';
import { gatewayIdOfSecret } from '../domain/secret-name.ts';
import type { SecretDescription } from '../ports.ts';
import { rotationIdFrom } from '../workflow/shared/derived-id.ts';
import { createSecret } from './create-secret.ts';
import { finishSecret } from './finish-secret.ts';
import type { Needs } from './rotation-step.ts';
import { setSecret } from './set-secret.ts';
import { testSecret } from './test-secret.ts';

const take = { createSecret, setSecret, testSecret, finishSecret } as const;

/** AWS's samples and events say `createSecret`; one page of its user guide prints `create_secret`. */
const steps = {
  createSecret: 'createSecret',
  setSecret: 'setSecret',
  testSecret: 'testSecret',
  finishSecret: 'finishSecret',
  create_secret: 'createSecret',
  set_secret: 'setSecret',
  test_secret: 'testSecret',
  finish_secret: 'finishSecret',
} as const;

const rotationEvent = z.object({
  Step: z.enum(Object.keys(steps) as [keyof typeof steps]).transform((step) => steps[step]),
  SecretId: z.string().min(1),
  ClientRequestToken: z.string().regex(versionIdPattern, versionIdRule),
  RotationToken: z.string().optional(),
});

/**
 * One step of a Secrets Manager rotation (AWS: "Rotation by Lambda function"). Every step may run twice and asks first
 * whether it is done. Throws {@link RotationInOverlap} when another rotation runs, and StepFailed when the guard refuses.
 */
export const rotateSecret = async (needs: Needs, event: unknown): Promise<void> => {
  const parsed = rotationEvent.safeParse(event);
  if (!parsed.success)
    throw new InputRefused(
      `The rotation event was refused: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}. Allowed are the steps ${Object.keys(steps).slice(0, 4).join(', ')} with SecretId and ClientRequestToken (${versionIdRule}).`,
    );
  const { Step, SecretId, ClientRequestToken: token, RotationToken: rotationToken } = parsed.data;
  const secret = await needs.secretVersions.describe(SecretId);
  const labels = labelsOf(secret, token);
  const gateway = await gatewayOf(needs, secret);
  const rotationId = isRotationId(token) ? token : rotationIdFrom(token);
  const isCurrent = labels.includes('AWSCURRENT');
  if (isCurrent && Step !== 'finishSecret') return;
  if (!isCurrent && !labels.includes('AWSPENDING'))
    throw new StepFailed(
      `Version ${token} of ${secret.name} is neither AWSPENDING nor AWSCURRENT: it was abandoned, and this rotation cannot go on.`,
    );
  await take[Step](needs, { versionId: token, rotationId, rotationToken, gateway, isCurrent });
};

/** The guard before each step; its texts follow AWS's template. */
const labelsOf = (secret: SecretDescription, token: string): readonly string[] => {
  if (!secret.rotates) throw new StepFailed(`Secret ${secret.name} is not enabled for rotation.`);
  const labels = secret.labels.get(token);
  if (!labels) throw new StepFailed(`Version ${token} has no stage for rotation of secret ${secret.name}.`);
  return labels;
};

const gatewayOf = async ({ gateways }: Needs, secret: SecretDescription): Promise<Gateway> => {
  const gatewayId = gatewayIdOfSecret(secret.name);
  const gateway = gatewayId && (await gateways.read(gatewayId));
  if (!gateway || gateway.secretArn !== secret.arn)
    throw new StepFailed(`Secret ${secret.name} is not the secret of a registered gateway.`);
  return gateway;
};
