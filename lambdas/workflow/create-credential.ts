import type { Stored } from '../aws/secret-versions.ts';
import type { By } from '../domain/decision.ts';
import { digestOf } from '../domain/digest.ts';
import { StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import {
  type Gateway,
  hasReached,
  type LiveCredential,
  liveCredential,
  maxLiveCredentials,
} from '../domain/gateway.ts';
import type { CredentialId } from '../domain/ids.ts';
import { nextStage } from '../domain/next-stage.ts';
import type { ClockAndLog, Dependencies } from '../wiring/dependencies.ts';
import { applyCommand, asWorkflow } from './shared/apply-command.ts';
import { armProbeNonce } from './shared/probe-nonce.ts';
import { allShards, readOwnRotation, rotationOf, type StepInput, type StepOutput, stepOutput } from './shared/step.ts';

type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck' | 'uses'> & ClockAndLog;
/** A rotation as its steps name it (Secrets Manager drives at attempt 0), and in whose name they act. */
export type Run = Pick<StepInput, 'gatewayId' | 'rotationId' | 'attempt'> & {
  readonly as: (reason: string) => By;
};

/**
 * Create: the value into the secret, read back, its digest into the record, proven accepted, promoted; each asks first
 * whether it is done. After a roll-back the credential to promote is the one that kits came from.
 */
export const createCredential = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateway, rotation } = await readOwnRotation(needs.gateways, input);
  if (nextStage(gateway, needs.now()) !== 'CreateCredential') return stepOutput(gateway, input, needs.now());
  if (rotation.trigger === 'compromise') await needs.secretVersions.stripPending(gateway.secretArn);
  const run: Run = { ...input, as: asWorkflow };
  const created = rotation.targetId ? gateway : await create(needs, run, gateway);
  const accepted = await proveAccepted(needs, run, created);
  return stepOutput(await promote(needs, run, accepted), input, needs.now());
};

/** Mints under the rotation's id as version id, so that there is one value however often this runs (invariant 4). */
const create = async (needs: Needs, run: Run, gateway: Gateway): Promise<Gateway> => {
  await evict(needs, run, gateway);
  return recordCreated(needs, run, await needs.secretVersions.mint(gateway.secretArn, run.rotationId));
};

/** The digest of what the secret holds goes into the record: from now on the authority accepts it. */
export const recordCreated = (needs: Pick<Needs, 'gateways'>, run: Run, stored: Stored): Promise<Gateway> => {
  const { credentialId, versionId } = stored;
  return applyCommand(needs.gateways, run, {
    kind: 'created',
    rotationId: run.rotationId,
    credentialId,
    versionId,
    digest: digestOf(stored.value),
    ...run.as('minted, and read back from the secret'),
  });
};

/** Five live credentials leave no room for a successor: in a compromise, the doomed one that went unused longest goes first. */
const evict = async ({ gateways, uses }: Needs, run: Run, gateway: Gateway): Promise<void> => {
  if (gateway.live.length < maxLiveCredentials) return;
  const doomed = gateway.live.filter((credential) => credential.compromised && credential.origin.kind !== 'foreign');
  const lastUses = await Promise.all(
    doomed.map(async ({ credentialId }) => ({ credentialId, lastUseMs: await lastUseOf(uses, gateway, credentialId) })),
  );
  const unusedLongest = lastUses.sort((a, b) => a.lastUseMs - b.lastUseMs)[0];
  if (unusedLongest)
    await applyCommand(gateways, run, {
      kind: 'evict',
      rotationId: run.rotationId,
      credentialId: unusedLongest.credentialId,
      ...run.as('five live credentials leave no room for a successor'),
    });
};

const lastUseOf = async (uses: Dependencies['uses'], gateway: Gateway, credentialId: CredentialId): Promise<number> => {
  let last = 0;
  for (const shard of allShards(gateway))
    for await (const use of uses.ofCredential(gateway.gatewayId, credentialId, shard))
      last = Math.max(last, use.lastUsedAtMs);
  return last;
};

/** Nothing else is touched before the real policy check has accepted the new credential (invariant 1). */
export const proveAccepted = async (
  { gateways, secretVersions, policyCheck }: Pick<Needs, 'gateways' | 'secretVersions' | 'policyCheck'>,
  run: Run,
  gateway: Gateway,
): Promise<Gateway> => {
  const rotation = rotationOf(gateway, run);
  if (hasReached(rotation, 'ACCEPTED')) return gateway;
  const { credentialId, versionId } = targetOf(gateway);
  const stored = await secretVersions.readVersion(gateway.secretArn, versionId);
  if (!stored)
    throw new StepFailed(
      `Version ${versionId} of the gateway's secret has no value, and the record expects credential ${credentialId} there.`,
    );
  const nonce = await armProbeNonce({ gateways }, run, credentialId);
  if ((await policyCheck.ask(gateway.gatewayId, stored.value, nonce)) !== 'ACCEPTED')
    throw new TemporarilyUnavailable(`The policy check does not accept credential ${credentialId} yet.`);
  return applyCommand(gateways, run, {
    kind: 'accepted',
    rotationId: run.rotationId,
    credentialId,
    ...run.as('the policy check accepted it'),
  });
};

/**
 * Moves AWSCURRENT from what it named when this rotation began, or from any live credential (a rotation that failed while
 * promoting may have left it there); only a compromise takes it from whatever version it is on.
 */
export const promote = async (
  { gateways, secretVersions }: Pick<Needs, 'gateways' | 'secretVersions'>,
  run: Run,
  gateway: Gateway,
): Promise<Gateway> => {
  const rotation = rotationOf(gateway, run);
  if (hasReached(rotation, 'PROMOTED')) return gateway;
  const { credentialId, versionId } = targetOf(gateway);
  await applyCommand(gateways, run, {
    kind: 'promoting',
    rotationId: run.rotationId,
    credentialId,
    ...run.as('AWSCURRENT will be moved'),
  });
  const named = [rotation.fromVersionId, ...gateway.live.map((credential) => credential.versionId)];
  await secretVersions.promote(gateway.secretArn, versionId, rotation.trigger === 'compromise' ? undefined : named);
  return applyCommand(gateways, run, {
    kind: 'promoted',
    rotationId: run.rotationId,
    credentialId,
    ...run.as('AWSCURRENT names it'),
  });
};

/** The credential that the running rotation distributes. Throws StepFailed when the record names none. */
export const targetOf = (gateway: Gateway): LiveCredential => {
  const target = liveCredential(gateway, gateway.rotation?.targetId);
  if (!target) throw new StepFailed(`Gateway ${gateway.gatewayId}: the credential that kits shall hold is not live.`);
  return target;
};
