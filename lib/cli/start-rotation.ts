import { setTimeout as pause } from 'node:timers/promises';
import {
  attentionWords,
  counted,
  fromNow,
  inFull,
  keyTones,
  lengthOf,
  manyWords,
  moreKeysText,
  originWords,
  proofsText,
  unseenText,
} from '../../lambdas/console/view/labels.ts';
import { deadlineTexts } from '../../lambdas/domain/deadline.ts';
import type { Plan } from '../../lambdas/domain/plan.ts';
import { plannedWaveSaid } from '../../lambdas/domain/wave-plan.ts';
import { rotationIdOf } from '../../lambdas/workflow/shared/derived-id.ts';
import type { KitTest } from '../../lambdas/workflow/shared/test-kit.ts';
import type { Screen } from '../screen.ts';
import { actorOf } from './actor.ts';
import type { At } from './command.ts';
import type { ExecutionState } from './connection.ts';
import { CommandFailed } from './failure.ts';
import { rowsOf } from './table.ts';
import { plain } from './terminal.ts';

const lookEveryMs = 500;
/** A start is refused or has begun within this time; a plan may take longer. */
const [startWithinMs, planWithinMs] = [60_000, 180_000];

/** Starts a rotation, and sees that it has begun. Throws {@link CommandFailed} with the reason when it is refused. */
export const rotate = async (
  at: At,
  gatewayId: string,
  reason: string,
): Promise<{ gatewayId: string; executionArn: string; rotationId: string }> => {
  const { connection } = at;
  const executionArn = await connection.start({ gatewayId, reason, actor: await actorOf(at) });
  const rotationId = rotationIdOf(executionArn);
  for (let waitedMs = 0; waitedMs < startWithinMs; waitedMs += lookEveryMs) {
    const state = await connection.stateOf(executionArn);
    const { rotation, history } = await connection.show({ view: 'gateway', gatewayId });
    if ([rotation, ...history].some((one) => one?.rotationId === rotationId))
      return { gatewayId, executionArn, rotationId };
    ended(state);
    await pause(lookEveryMs);
  }
  throw new CommandFailed(
    'refused',
    `Execution ${executionArn} has not begun the rotation within ${lengthOf(startWithinMs)}; look at it.`,
  );
};

const ended = ({ status, error, cause }: ExecutionState): void => {
  if (status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED')
    throw new CommandFailed('refused', `${error ?? status}: ${cause ?? 'no cause is given'}`);
};

/** What a rotation would do; nothing is written. */
export const plan = async (at: At, gatewayId: string, reason: string): Promise<Plan> =>
  ((await planned(at, { gatewayId, reason })) as { plan: Plan }).plan;

/** What one registered kit shows, asked by the workflow with its rights and from its network; nothing is changed. */
export const testRegistered = async (at: At, gatewayId: string, kitId: string): Promise<KitTest> =>
  ((await planned(at, { gatewayId, kitId, reason: 'a kit was tested at a terminal' })) as { test: KitTest }).test;

const planned = async ({ connection }: At, input: Readonly<Record<string, unknown>>): Promise<unknown> => {
  const executionArn = await connection.start({ ...input, plan: true });
  for (let waitedMs = 0; waitedMs < planWithinMs; waitedMs += lookEveryMs) {
    const state = await connection.stateOf(executionArn);
    ended(state);
    if (state.status === 'SUCCEEDED') return state.output;
    await pause(lookEveryMs);
  }
  throw new CommandFailed('refused', `Execution ${executionArn} has not answered within ${lengthOf(planWithinMs)}.`);
};

/** What PingOne lists: whose each is, and when it was last used. */
const credentialsTable = (
  credentials: NonNullable<Plan['credentials']>,
  nowMs: number,
  screen: Screen | undefined,
): string =>
  rowsOf(
    ['CREDENTIAL', 'WHOSE', 'CREATED', 'LAST USED'],
    credentials.map(({ credentialId, origin, createdAt, lastUsedAt }) => [
      credentialId,
      originWords[origin],
      fromNow(Date.parse(createdAt), nowMs),
      lastUsedAt === undefined ? 'never' : fromNow(Date.parse(lastUsedAt), nowMs),
    ]),
    screen,
  );

/** A plan in lines, for people. */
export const planText = (one: Plan, nowMs: number, screen: Screen | undefined): string => {
  const { kits, attention } = one;
  const table = rowsOf(
    ['KIT', 'KIND', 'OWNER', 'WHY', one.credentials ? 'CAN REST ON' : 'EVIDENCE NEEDED', 'LAST SEEN', 'TAKES'],
    attention.map((kit) => [
      kit.kitId,
      kit.kind,
      kit.owner,
      [kit.why ? attentionWords[kit.why] : '', kit.failure ?? ''].filter((text) => text !== ''),
      kit.canRestOn?.join(', ') ?? kit.evidenceNeeded,
      kit.lastSeenAt ? fromNow(Date.parse(kit.lastSeenAt), nowMs) : unseenText(one.credentials !== undefined),
      lengthOf(1000 * kit.propagationSeconds),
    ]),
    screen,
  );
  return [
    one.mayStart
      ? `A rotation of ${plain(one.gatewayId)} may start.`
      : `A rotation of ${plain(one.gatewayId)} would certainly fail:`,
    ...one.obstacles.map(({ code, message }) => `  ${code}: ${plain(message)}`),
    `${counted(kits.total, 'kit')}: ${one.credentials ? 'they call PingOne, so nobody sees which are in use' : `${kits.inUse} in use, ${kits.idle} idle`}; ${kits.waitForPeople} wait for people, ${kits.slow} slow, ${kits.unreachable} unreachable, ${kits.notAsked} not asked.`,
    ...(one.proofs ? [`Proof can rest on ${proofsText(one.proofs)}`] : []),
    ...(one.credentials ? ['', credentialsTable(one.credentials, nowMs, screen)] : []),
    `Retires ${one.retires.join(', ') || 'nothing'}.${one.notOurs.length > 0 ? ` Not ours, and left alone: ${one.notOurs.join(', ')}.` : ''} ${counted(one.unregisteredSources, 'unregistered source')}.${one.tooManySources ? ` ${manyWords}` : ''}`,
    ...(one.ownKeys.length > 0 ? ['Kits are reached with:'] : []),
    ...one.ownKeys.map(({ standing, text }) => `  ${keyTones[standing] === 'quiet' ? '' : 'WARNING '}${plain(text)}`),
    ...(one.moreOwnKeys.total > 0 ? [`  ${moreKeysText(one.moreOwnKeys)}`] : []),
    ...(one.waves ?? []).map((wave) => `Wave ${wave.wave}: ${plain(plannedWaveSaid(wave))}.`),
    ...(one.earliestRevokeAt
      ? [
          `Revoked at the earliest ${inFull(Date.parse(one.earliestRevokeAt))}; deadline ${inFull(Date.parse(one.deadlineAt))}: ${deadlineTexts[one.atDeadline]}.`,
        ]
      : []),
    ...(attention.length > 0 ? ['', table] : []),
  ].join('\n');
};
