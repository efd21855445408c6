import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PressResult } from '../../lambdas/compromise/press.ts';
import {
  attentionWords,
  counted,
  cutOffWords,
  fromNow,
  inFull,
  lateWords,
  lengthOf,
} from '../../lambdas/console/view/labels.ts';
import type { ActView, CutOff } from '../../lambdas/console/view/views.ts';
import { deadlineTexts } from '../../lambdas/domain/deadline.ts';
import type { Plan } from '../../lambdas/domain/plan.ts';
import { longestText } from '../../lambdas/domain/text.ts';
import type { OperateResult } from '../../lambdas/operator/operate.ts';
import { rotationIdOf } from '../../lambdas/workflow/shared/derived-id.ts';
import type { Connection, ExecutionState } from './connection.ts';
import { CommandFailed } from './failure.ts';
import { askFirst, plain, rowsOf, type Terminal } from './terminal.ts';

type At = { readonly connection: Connection; readonly terminal: Terminal };

const lookEveryMs = 500;
/** A start is refused or has begun within this time; a plan may take longer. */
const [startWithinMs, planWithinMs] = [60_000, 180_000];

/** Who asks, for the record: of an ARN that is too long its end, which is the person; `unknown` when AWS does not say so, since that must not stop a decision. */
export const actorOf = async ({ connection, terminal }: At): Promise<string> => {
  try {
    return (await connection.caller()).slice(-longestText.actor);
  } catch {
    terminal.say('AWS does not say who you are (sts:GetCallerIdentity): the record will say "unknown".');
    return 'unknown';
  }
};

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
export const plan = async ({ connection }: At, gatewayId: string, reason: string): Promise<Plan> => {
  const executionArn = await connection.start({ gatewayId, reason, plan: true });
  for (let waitedMs = 0; waitedMs < planWithinMs; waitedMs += lookEveryMs) {
    const state = await connection.stateOf(executionArn);
    ended(state);
    if (state.status === 'SUCCEEDED') return (state.output as { plan: Plan }).plan;
    await pause(lookEveryMs);
  }
  throw new CommandFailed(
    'refused',
    `Execution ${executionArn} has not made the plan within ${lengthOf(planWithinMs)}.`,
  );
};

export const planText = (one: Plan, nowMs: number): string => {
  const { kits, attention } = one;
  const table = rowsOf(
    ['KIT', 'KIND', 'OWNER', 'WHY', 'EVIDENCE NEEDED', 'LAST SEEN', 'TAKES'],
    attention.map((kit) => [
      kit.kitId,
      kit.kind,
      kit.owner,
      [kit.why ? attentionWords[kit.why] : '', kit.failure ?? ''].filter((text) => text !== ''),
      kit.evidenceNeeded,
      kit.lastSeenAt ? fromNow(Date.parse(kit.lastSeenAt), nowMs) : 'not seen',
      lengthOf(1000 * kit.propagationSeconds),
    ]),
  );
  return [
    one.mayStart
      ? `A rotation of ${plain(one.gatewayId)} may start.`
      : `A rotation of ${plain(one.gatewayId)} would certainly fail:`,
    ...one.obstacles.map(({ code, message }) => `  ${code}: ${plain(message)}`),
    `${counted(kits.total, 'kit')}: ${kits.inUse} in use, ${kits.idle} idle; ${kits.waitForPeople} wait for people, ${kits.slow} slow, ${kits.unreachable} unreachable, ${kits.notAsked} not asked.`,
    `Retires ${one.retires.join(', ') || 'nothing'}.${one.notOurs.length > 0 ? ` Not ours, and left alone: ${one.notOurs.join(', ')}.` : ''} ${counted(one.unregisteredSources, 'unregistered source')}.`,
    ...(one.earliestRevokeAt
      ? [
          `Revoked at the earliest ${inFull(Date.parse(one.earliestRevokeAt))}; deadline ${inFull(Date.parse(one.deadlineAt))}: ${deadlineTexts[one.atDeadline]}.`,
        ]
      : []),
    ...(attention.length > 0 ? ['', table] : []),
  ].join('\n');
};

/** Takes a decision, and says what became of it. Throws {@link CommandFailed} when it is refused. */
export const decide = async (
  { connection }: Pick<At, 'connection'>,
  command: Readonly<Record<string, unknown>>,
): Promise<OperateResult> => {
  const result = await connection.operate(command);
  if (result.result === 'REFUSED') throw new CommandFailed('refused', `${result.code}: ${result.message}`);
  return result;
};

/** Forces: shows who is cut off, asks, and repeats exactly that list; or repeats what a script has seen before. */
export const force = async (
  at: At,
  { repeated, ...command }: { gatewayId: string; reason: string; repeated?: { kits: number; kitsHash: string } },
  isAnswered: boolean,
): Promise<OperateResult> => {
  const forceIt = { command: 'force', ...command };
  if (repeated) return decide(at, { ...forceIt, ...repeated });
  const first = await at.connection.operate(forceIt);
  if (first.result !== 'REFUSED' || !first.confirm) return first.result === 'REFUSED' ? decide(at, forceIt) : first;
  const { kits, kitsHash, named, unregistered } = first.confirm;
  if (named.length > 0)
    at.terminal.say(
      rowsOf(
        ['CUT OFF', 'OWNER', 'BECAUSE'],
        named.map(({ kitId, owner, code }) => [kitId, owner, lateWords[code]]),
      ),
    );
  at.terminal.say(`In a script: --kits ${kits} --kits-hash ${kitsHash}`);
  const others = unregistered.length > 0 ? `, and ${counted(unregistered.length, 'unregistered source')}` : '';
  await askFirst(
    at.terminal,
    `Cut off ${counted(kits, 'kit')} of ${plain(command.gatewayId)}${others}, in your name?`,
    isAnswered,
  );
  return decide(at, { ...forceIt, kits, kitsHash });
};

export type Press = {
  readonly gatewayId: string;
  readonly reason: string;
  readonly credentialIds?: readonly string[];
  readonly rejectWithinSeconds?: number;
  readonly requestId?: string;
  /** The gateway's name once more; asked for when it is not given. */
  readonly confirm?: string;
};

/** The compromise button: shows who is cut off and when, and wants the gateway's name. It works without being able to show that. */
export const compromised = async (at: At, { confirm, ...press }: Press): Promise<PressResult> => {
  const { connection, terminal } = at;
  const { gatewayId } = press;
  terminal.say(
    await connection.show({ view: 'act', act: 'compromise', gatewayId }).then(
      (view) => compromiseText(view, press),
      (error: unknown) =>
        `Who is cut off cannot be shown: ${error instanceof Error ? plain(error.message) : ''} The button works all the same.`,
    ),
  );
  if (confirm === undefined && !terminal.isInteractive)
    throw new CommandFailed(
      'declined',
      `Nothing was done: nobody is there to type the gateway's name. Add --confirm ${gatewayId} in a script.`,
    );
  const confirmGatewayId =
    confirm ?? (await terminal.input(`Type the gateway's name (${plain(gatewayId)}) to refuse its credentials:`));
  if (confirmGatewayId !== gatewayId)
    throw new CommandFailed(
      'declined',
      `Nothing was done: given was "${plain(confirmGatewayId)}", and the gateway is ${plain(gatewayId)}.`,
    );
  const request = { requestId: randomUUID(), ...press, confirmGatewayId, actor: await actorOf(at) };
  const result = await connection.compromise(request);
  if (result.result === 'REFUSED') throw new CommandFailed('refused', `${result.code}: ${result.message}`);
  return result;
};

const compromiseText = ({ compromise, isAllowed, why }: ActView, { rejectWithinSeconds }: Press): string => {
  if (!compromise || !isAllowed) return why ?? compromise?.refusal ?? '';
  const cutOff: CutOff = rejectWithinSeconds === 0 ? compromise.refuseNow : compromise.replaceFirst;
  const seconds = rejectWithinSeconds ?? cutOff.rejectWithinSeconds;
  return [
    `Refused for good: ${compromise.credentialIds.join(', ')}, ${seconds === 0 ? 'at once' : `${seconds} s after you press`}${compromise.propagationBoundSeconds > 0 ? `, everywhere ${compromise.propagationBoundSeconds} s later` : ''}.`,
    ...(compromise.notOurs.length > 0
      ? [`NOT refused, since they were made elsewhere: ${compromise.notOurs.join(', ')}.`]
      : []),
    `Cut off: ${counted(cutOff.total, 'kit')} of ${compromise.kits} (${cutOff.inUse} in use now) and ${counted(compromise.unregistered, 'unregistered source')}.`,
    ...(cutOff.kits.length > 0
      ? [
          rowsOf(
            ['KIT', 'OWNER', 'WHY', 'NOW'],
            cutOff.kits.map(({ kitId, owner, why: because, isInUse }) => [
              kitId,
              owner,
              cutOffWords[because],
              isInUse ? 'in use' : 'idle',
            ]),
          ),
        ]
      : []),
  ].join('\n');
};
