import { randomInt } from 'node:crypto';
import * as z from 'zod';
import type { SecretDescription } from '../aws/secret-versions.ts';
import { composeCredential, randomDigits } from '../domain/credential.ts';
import type { By } from '../domain/decision.ts';
import {
  InputRefused,
  RotationInOverlap,
  RotationPreempted,
  StepFailed,
  TemporarilyUnavailable,
} from '../domain/failure.ts';
import { type Gateway, hasReached, isUnpromoted, type Rotation } from '../domain/gateway.ts';
import { type GatewayId, isGatewayId, isRotationId, type RotationId } from '../domain/ids.ts';
import { newNonce } from '../policy-check/probe.ts';
import { countMetric } from '../runtime/log.ts';
import type { ClockAndLog, Dependencies } from '../wiring/dependencies.ts';
import { promote, proveAccepted, type Run, recordCreated } from '../workflow/create-credential.ts';
import { ensureExecution } from '../workflow/shared/ensure-execution.ts';

type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck' | 'executions' | 'secrets'> &
  ClockAndLog & { readonly pause: (ms: number) => Promise<unknown> };

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
  ClientRequestToken: z.custom<RotationId>(
    (token) => typeof token === 'string' && isRotationId(token),
    'must be a UUID',
  ),
  RotationToken: z.string().optional(),
});
type Asked = z.infer<typeof rotationEvent> & { readonly gateway: Gateway; readonly isCurrent: boolean };

/** The steps act in the name of Secrets Manager's rotation of the secret. */
const asSecretsManager = (reason: string): By => ({ actor: 'secrets-manager', reason });
const rotates = asSecretsManager('the rotation of the secret');

/** How long Secrets Manager may drive a rotation before the reconciler takes over. */
const handOverWithinMs = 3_600_000;

/**
 * One step of a Secrets Manager rotation (AWS: "Rotation by Lambda function"). Every step may run twice and asks first
 * whether it is done. Throws {@link RotationInOverlap} when another rotation runs, and StepFailed when the guard refuses.
 */
export const rotateSecret = async (needs: Needs, event: unknown): Promise<void> => {
  const parsed = rotationEvent.safeParse(event);
  if (!parsed.success)
    throw new InputRefused(
      `The rotation event was refused: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}. Allowed are the steps ${Object.keys(steps).slice(0, 4).join(', ')} with SecretId and ClientRequestToken.`,
    );
  const { Step, SecretId, ClientRequestToken: token } = parsed.data;
  const secret = await needs.secretVersions.describe(SecretId);
  const labels = labelsOf(secret, token);
  const gateway = await gatewayOf(needs, secret);
  const isCurrent = labels.includes('AWSCURRENT');
  if (isCurrent && Step !== 'finishSecret') return;
  if (!isCurrent && !labels.includes('AWSPENDING'))
    throw new StepFailed(
      `Version ${token} of ${secret.name} is neither AWSPENDING nor AWSCURRENT: it was abandoned, and this rotation cannot go on.`,
    );
  await stepsDone[Step](needs, { ...parsed.data, gateway, isCurrent });
};

/** The guard before each step; its texts follow AWS's template. */
const labelsOf = (secret: SecretDescription, token: string): readonly string[] => {
  if (!secret.rotates) throw new StepFailed(`Secret ${secret.name} is not enabled for rotation.`);
  const labels = secret.labels.get(token);
  if (!labels) throw new StepFailed(`Version ${token} has no stage for rotation of secret ${secret.name}.`);
  return labels;
};

const gatewayOf = async ({ gateways, secrets }: Needs, secret: SecretDescription): Promise<Gateway> => {
  const id = secret.name.startsWith(secrets.prefix) ? secret.name.slice(secrets.prefix.length) : '';
  const gateway = isGatewayId(id) ? await gateways.read(id as GatewayId) : undefined;
  if (gateway?.secretArn !== secret.arn)
    throw new StepFailed(`Secret ${secret.name} is not the secret of a registered gateway.`);
  return gateway;
};

const runOf = ({ gateway, ClientRequestToken }: Asked): Run => ({
  gatewayId: gateway.gatewayId,
  rotationId: ClientRequestToken,
  attempt: 0,
  as: asSecretsManager,
});

/** Begins the rotation, and puts the value under AWSPENDING: once, however often it is asked. */
const createSecret = async (needs: Needs, asked: Asked): Promise<void> => {
  const { gateway, ClientRequestToken: rotationId, RotationToken: rotationToken } = asked;
  const { gatewayId, secretArn } = gateway;
  await replaceUnpromoted(needs, gateway, rotationId);
  const trigger = gateway.live.length === 0 && gateway.revoked.length === 0 ? 'bootstrap' : 'scheduled';
  const begun = await needs.gateways.apply(gatewayId, {
    kind: 'begin',
    rotationId,
    trigger,
    handOverByMs: needs.now() + handOverWithinMs,
    ...rotates,
  });
  if (begun.kind === 'refused' && begun.code === 'ROTATION_RUNNING') {
    countMetric(needs.log, 'RotationInOverlap', { gatewayId });
    throw new RotationInOverlap(begun.message);
  }
  if (begun.kind === 'refused') throw new StepFailed(`${begun.code}: ${begun.message}`);
  const { rotation } = begun.gateway;
  if (rotation?.rotationId !== rotationId || rotation.rolledBack) {
    await needs.secretVersions.stripPending(secretArn, rotationId); // else Secrets Manager would try this version for ever
    throw new RotationPreempted(
      `Rotation ${rotationId} of gateway ${gatewayId} does not go forward any more: nothing is minted for it.`,
    );
  }
  refuseHeld(rotation);
  await needs.secretVersions.mint(secretArn, rotationId, { rotationToken });
};

/** A new token replaces a rotation of Secrets Manager that never got beyond accepted: nobody has its credential. */
const replaceUnpromoted = async (
  { gateways }: Needs,
  { gatewayId }: Gateway,
  rotationId: RotationId,
): Promise<void> => {
  await gateways.apply(gatewayId, ({ rotation }) =>
    rotation && rotation.rotationId !== rotationId && isUnpromoted(rotation)
      ? {
          kind: 'fail',
          rotationId: rotation.rotationId,
          ...asSecretsManager(`replaced by ${rotationId}`),
        }
      : undefined,
  );
};

/** The record's rotation of this token. Throws RotationPreempted when it does not run any more, and StepFailed while it is held. */
const ownRotation = ({ gateway, ClientRequestToken: rotationId }: Asked): Rotation => {
  if (gateway.rotation?.rotationId !== rotationId || gateway.rotation.rolledBack)
    throw new RotationPreempted(`Rotation ${rotationId} of gateway ${gateway.gatewayId} does not go forward any more.`);
  return refuseHeld(gateway.rotation);
};

const refuseHeld = (rotation: Rotation): Rotation => {
  if (rotation.held && isUnpromoted(rotation))
    throw new StepFailed(
      `HELD: Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it, and rotate again.`,
    );
  return rotation;
};

const setSecret = async (needs: Needs, asked: Asked): Promise<void> => {
  ownRotation(asked);
  const stored = await needs.secretVersions.readVersion(asked.gateway.secretArn, asked.ClientRequestToken);
  if (!stored) throw new TemporarilyUnavailable('The pending version has no value that can be read yet.');
  await recordCreated(needs, runOf(asked), stored);
};

const testTries = 5;

/**
 * Asks the real policy check, a few times if need be. The test-only run of RotateImmediately=false has no rotation, nor ever
 * had one: then an unknown credential must be refused.
 */
const testSecret = async (needs: Needs, asked: Asked): Promise<void> => {
  const { gateway, ClientRequestToken: rotationId } = asked;
  const known = [gateway.rotation, ...gateway.ended].some((one) => one?.rotationId === rotationId);
  if (!known) return testPolicyCheck(needs, gateway);
  ownRotation(asked);
  for (let tried = 1; ; tried++)
    try {
      await proveAccepted(needs, runOf(asked), gateway);
      return;
    } catch (error) {
      if (!(error instanceof TemporarilyUnavailable) || tried === testTries) throw error;
      await needs.pause(1_000);
    }
};

const testPolicyCheck = async ({ policyCheck }: Needs, gateway: Gateway): Promise<void> => {
  const nobodys = composeCredential(Array.from({ length: randomDigits }, () => randomInt(62)));
  if ((await policyCheck.ask(gateway.gatewayId, nobodys.value, newNonce())) !== 'REFUSED')
    throw new StepFailed(`The policy check of gateway ${gateway.gatewayId} accepts a credential that nobody made.`);
};

/** Moves AWSCURRENT as the record says and hands over to the workflow; repeated, it still makes sure that the execution exists. */
const finishSecret = async (needs: Needs, asked: Asked): Promise<void> => {
  const { gateway, isCurrent, ClientRequestToken: rotationId } = asked;
  const isOurs = gateway.rotation?.rotationId === rotationId && !gateway.rotation.rolledBack;
  if (isCurrent && !isOurs) return; // it has ended since, goes back, or a compromise goes on with it
  const promoted = hasReached(ownRotation(asked), 'PROMOTED') ? gateway : await promote(needs, runOf(asked), gateway);
  await ensureExecution(needs, promoted, rotates);
};

const stepsDone = { createSecret, setSecret, testSecret, finishSecret } as const;
