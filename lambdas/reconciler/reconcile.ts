import { authorityOf } from '../authorities/authority-of.ts';
import { maxFailedAttempts, unpublishedFrom } from '../domain/attempt.ts';
import { crc32 } from '../domain/crc32.ts';
import { leftToRetire } from '../domain/decision.ts';
import { StepFailed } from '../domain/failure.ts';
import { type Gateway, hasReached, isUnpromoted, type Rotation, versionIdOf } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { isAboutToMint, leftBehind } from '../domain/mint-commands.ts';
import { nextStage } from '../domain/next-stage.ts';
import type { Command } from '../domain/transition.ts';
import { isInWaves } from '../domain/waves.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { withinMs } from '../runtime/time-limit.ts';
import { checkQuiet } from '../workflow/shared/check-quiet.ts';
import { targetOf } from '../workflow/shared/own-rotation.ts';
import { promote, putCurrentRight } from '../workflow/shared/promote.ts';
import { releaseLabels } from '../workflow/shared/release-labels.ts';
import { startAttempt } from '../workflow/shared/start-attempt.ts';
import { endCompromised, type Repair, reasonOf, verifyRefusals } from './end-compromised.ts';

type Needs = Pick<Dependencies, 'gateways' | 'executions' | 'secretVersions' | 'policyCheck' | 'uses' | 'pingOne'> &
  ClockAndLog;

/** One that hangs is left after its time, and looked at again a minute later. */
const gatewayMs = 30_000;
const gatewaysAtOnce = 10;

/** Runs every minute: whatever should go on by itself and does not, is made to. One gateway's trouble does not stop the others. */
export const reconcile = async (needs: Needs): Promise<readonly Repair[]> => {
  const gatewayIds: GatewayId[] = [];
  for await (const gatewayId of needs.gateways.list()) gatewayIds.push(gatewayId);
  const repairs = await boundedMap(gatewayIds, gatewaysAtOnce, async (gatewayId) => {
    try {
      return await withinMs(gatewayMs, () => reconcileGateway(needs, gatewayId));
    } catch (error) {
      const why = reasonOf(error);
      needs.log('ERROR', 'A gateway could not be reconciled.', { gatewayId, why });
      return [{ gatewayId, what: 'FAILED', why } as const];
    }
  });
  return repairs.flat();
};

const reconcileGateway = async (needs: Needs, gatewayId: GatewayId): Promise<readonly Repair[]> => {
  const stored = await needs.gateways.read(gatewayId);
  if (!stored) return [];
  const { gateway: before, repairs: published } = await flush(needs, stored);
  const { gateway, repairs: seen } = await verifyRefusals(needs, before);
  await tidyLabels(needs, gateway);
  const flushed = [...published, ...seen, ...(await settleMint(needs, gateway)), ...(await endByClock(needs, gateway))];
  const { rotation } = gateway;
  if (!rotation) return flushed;
  if (rotation.driver === 'secrets-manager' && !rotation.held && needs.now() >= (rotation.handOverByMs ?? 0))
    return [...flushed, ...(await takeOver(needs, gateway, rotation))];
  await watch(needs, gateway, rotation);
  if (rotation.rolledBack)
    await aside(needs, gateway, 'AWSCURRENT could not be put back.', () =>
      putCurrentRight(needs, gateway, versionIdOf(rotation)),
    );
  const mayRun = rotation.driver === 'workflow' && nextStage(gateway, needs.now()) !== 'RotationHeld';
  return mayRun ? [...flushed, ...(await reconcileExecution(needs, gateway, rotation))] : flushed;
};

/**
 * Proves, while a rotation waits for quiet, that the policy check answers and records: quiet is watched time, and the
 * workflow's own passes may be further apart than a window allows. What goes wrong here begins the window again and no more.
 */
const watch = async (needs: Needs, gateway: Gateway, rotation: Rotation): Promise<void> => {
  if (!(hasReached(rotation, 'DISTRIBUTED') || isInWaves(rotation)) || leftToRetire(gateway, rotation).length === 0)
    return;
  await aside(needs, gateway, 'The quiet of a gateway could not be watched.', async () => {
    const stored = await needs.secretVersions.readVersion(gateway.secretArn, targetOf(gateway).versionId);
    await checkQuiet(needs, { gatewayId: gateway.gatewayId, rotationId: rotation.rotationId }, gateway, stored);
  });
};

/** What stops nothing else of the gateway when it goes wrong. */
const aside = async (
  needs: Needs,
  { gatewayId }: Gateway,
  message: string,
  work: () => Promise<unknown>,
): Promise<void> => {
  try {
    await work();
  } catch (error) {
    needs.log('WARN', message, { gatewayId, why: reasonOf(error) });
  }
};

/** Publishes what was not published yet. News that cannot go out are no reason to leave the rotation alone. */
const flush = async (
  { gateways }: Needs,
  stored: Gateway,
): Promise<{ readonly gateway: Gateway; readonly repairs: readonly Repair[] }> => {
  const { gatewayId } = stored;
  const from = unpublishedFrom(stored);
  if (from === undefined) return { gateway: stored, repairs: [] };
  const why = `transitions from revision ${from} on were not published yet`;
  try {
    const gateway = await gateways.flush(stored);
    const what = gateway.unpublishedFrom === undefined ? 'FLUSHED' : 'FAILED';
    return { gateway, repairs: [{ gatewayId, what, why }] };
  } catch (error) {
    return { gateway: stored, repairs: [{ gatewayId, what: 'FAILED', why: reasonOf(error) }] };
  }
};

/** What an interrupted create may have left behind at the authority, when no rotation is about to mint. */
const settleMint = async (needs: Needs, gateway: Gateway): Promise<readonly Repair[]> => {
  const { gatewayId } = gateway;
  if (!gateway.mint || isAboutToMint(gateway)) return [];
  const apply = async (command: Command): Promise<void> => {
    const applied = await needs.gateways.apply(gatewayId, command);
    if (applied.kind === 'refused') throw new StepFailed(applied.message);
  };
  try {
    const done = await authorityOf(gateway).settle(needs, gateway, {
      discard: (credentialId) =>
        apply({ kind: 'discard-credential', credentialId, actor: 'reconciler', reason: leftBehind }),
      settle: () => apply({ kind: 'note-mint' }),
    });
    return done ? [{ gatewayId, what: 'DISCARDED', why: done }] : [];
  } catch (error) {
    return [{ gatewayId, what: 'FAILED', why: reasonOf(error) }];
  }
};

/**
 * What is compromised and past its time, where the authority has no clock for it: PingOne accepts a credential until it is
 * told, and no execution may be there to tell it. Our own policy check refuses by its clock.
 */
const endByClock = async (needs: Needs, gateway: Gateway): Promise<readonly Repair[]> =>
  gateway.authority && gateway.rotation ? endCompromised(needs, gateway, gateway.rotation.rotationId) : [];

/** Secrets Manager takes 20 labels for a secret: what an earlier end left behind goes now and then, each gateway's in a minute of its own. */
const tidyEveryMinutes = 15;
const tidyLabels = async (needs: Needs, gateway: Gateway): Promise<void> => {
  if ((Math.floor(needs.now() / 60_000) + crc32(gateway.gatewayId)) % tidyEveryMinutes !== 0) return;
  await aside(needs, gateway, 'The labels of a secret could not be tidied.', () => releaseLabels(needs, gateway));
};

/** Secrets Manager did not finish in time: what it has promoted goes on, what it has not is given up, and it may rotate again. */
const takeOver = async (needs: Needs, gateway: Gateway, rotation: Rotation): Promise<readonly Repair[]> => {
  const { gatewayId, secretArn } = gateway;
  const { rotationId } = rotation;
  if (hasReached(rotation, 'PROMOTING')) {
    const as = (reason: string) => ({ actor: 'reconciler', reason });
    const promoted = await promote(needs, { gatewayId, rotationId, attempt: rotation.attempt, as }, gateway);
    return next(needs, promoted, false, 'Secrets Manager did not hand over in time');
  }
  await needs.secretVersions.stripPending(secretArn, versionIdOf(rotation)); // first: after a crash between the two this is done again
  const given = await needs.gateways.apply(gatewayId, (now) =>
    now.rotation?.rotationId === rotationId && isUnpromoted(now.rotation)
      ? { kind: 'fail', rotationId, actor: 'reconciler', reason: 'Secrets Manager did not finish in time' }
      : undefined,
  );
  if (given.kind === 'refused' || !given.changed) return []; // it was promoted in this moment: the next round goes on
  return [{ gatewayId, what: 'GIVEN_UP', why: 'Secrets Manager did not finish in time; nobody has the credential' }];
};

const reconcileExecution = async (needs: Needs, gateway: Gateway, rotation: Rotation): Promise<readonly Repair[]> => {
  const { gatewayId } = gateway;
  if (rotation.attempt === 0 || !rotation.executionArn)
    return next(needs, gateway, false, 'no attempt was started yet');
  const state = await needs.executions.stateOf(rotation.executionArn);
  if (state.kind === 'RUNNING') return [];
  if (state.kind === 'ABSENT') {
    await needs.executions.start(gateway);
    return [{ gatewayId, what: 'STARTED_AGAIN', why: `attempt ${rotation.attempt} had no execution` }];
  }
  if (state.kind === 'ABORTED' && !rotation.held)
    return hold(needs, gateway, rotation, 'somebody aborted the execution; resume to go on');
  if (state.failed && needs.now() < state.stoppedAtMs + backOffMs(rotation.failedAttempts)) return [];
  return next(needs, gateway, state.failed, state.failed ? 'the last attempt failed' : 'the last attempt handed on');
};

/** 0, 10, 20, 40 … seconds after the failed attempts so far. */
const backOffMs = (failedAttempts: number): number =>
  failedAttempts === 0 ? 0 : Math.min(900_000, 5_000 * 2 ** failedAttempts);

const next = async (needs: Needs, gateway: Gateway, failed: boolean, why: string): Promise<readonly Repair[]> => {
  const { gatewayId, rotation } = gateway;
  const started = await startAttempt(needs, gateway, { failed, actor: 'reconciler', reason: why });
  if (started === 'STARTED') return [{ gatewayId, what: 'STARTED', why }];
  if (started !== 'TOO_MANY_ATTEMPTS' || !rotation) return [];
  const held = rotation.held
    ? []
    : await hold(needs, gateway, rotation, `${maxFailedAttempts} attempts failed without progress`);
  return [...held, ...(await endCompromised(needs, gateway, rotation.rotationId))];
};

const hold = async (
  { gateways }: Needs,
  { gatewayId }: Gateway,
  { rotationId }: Rotation,
  why: string,
): Promise<readonly Repair[]> => {
  await gateways.apply(gatewayId, { kind: 'hold', rotationId, actor: 'reconciler', reason: why });
  return [{ gatewayId, what: 'HELD', why }];
};
