import { cutOffAtMs, deadlineAct, rungDue } from '../../domain/attempt.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { OwnerMessage } from '../../domain/kit.ts';
import type { Tally } from '../../domain/may-revoke.ts';
import type { Command } from '../../domain/transition.ts';
import {
  cutOff,
  cutOffSoon,
  type DeadlineAct,
  deadlinePassed,
  escalation,
  type LateKit,
  moreLate,
  reminder,
} from '../../notifications/messages.ts';
import type { Always, Equipment } from '../../wiring/dependencies.ts';
import { applied } from './apply-command.ts';
import { rotationOf, type StepInput } from './step.ts';

const asPolicy = { actor: 'policy', reason: 'the deadline ladder of the gateway' } as const;

/**
 * Does the rung of the deadline ladder that is due: 1 reminds the owners of laggards, 2 escalates (in a compromise both are
 * pages), 3 does what the policy says happens at the deadline. The record keeps which was done, so each is done once; owners
 * that could not be told are told by the next look, and nothing else waits for it. `undefined` when none is due or done.
 */
export const climbLadder = async (
  needs: Pick<Equipment, 'gateways' | 'notifyOwner'> & Always,
  input: StepInput,
  gateway: Gateway,
  tally: Tally,
): Promise<Gateway | undefined> => {
  const { gateways, now } = needs;
  const rung = rungDue(gateway, now());
  if (rung === undefined) return undefined;
  const { rotationId } = rotationOf(gateway, input);
  const act = deadlineAct(gateway);
  const areTold = await tell(needs, messagesFor(rung, act, gateway, tally));
  const acted = rung === 3 ? await actOnDeadline(gateways, input, gateway, tally) : gateway;
  if (rungDue(acted, now()) !== rung) return acted; // a roll-back began the ladder anew
  if (!areTold && rung < 3) return undefined;
  return applied(gateways, input, { kind: 'climb', rotationId, rung, ...asPolicy });
};

/** False when a message could not be sent: news never stand in the way. */
const tell = async (
  { notifyOwner, log }: Pick<Equipment, 'notifyOwner'> & Always,
  messages: readonly OwnerMessage[],
): Promise<boolean> => {
  try {
    for (const message of messages) await notifyOwner(message);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    log('ERROR', 'Owners of late kits could not be told.', { gatewayId: messages[0]?.gatewayId ?? '', why });
    return false;
  }
};

/** One for each laggard that the tally names, and one for each owner of more. */
const messagesFor = (rung: 1 | 2 | 3, act: DeadlineAct, gateway: Gateway, tally: Tally): readonly OwnerMessage[] => {
  const late = {
    gatewayId: gateway.gatewayId,
    credentialId: gateway.rotation?.targetId ?? '',
    rotationId: gateway.rotation?.rotationId ?? '',
    deadlineAtMs: gateway.rotation?.deadlineAtMs ?? 0,
  };
  const cutOffMs = rung === 3 ? undefined : cutOffAtMs(gateway);
  const severity = cutOffMs === undefined ? severities[rung] : 'page';
  const endsAtMs = cutOffMs ?? late.deadlineAtMs;
  return [
    ...tally.named.map(({ kitId, owner, code, addresses }) =>
      messageFor(rung, act, { ...late, kitId, owner, code, addresses }, cutOffMs),
    ),
    ...Object.entries(tally.unnamed).map(([owner, more]) => moreLate({ ...late, owner }, { more, severity, endsAtMs })),
  ];
};
const severities = { 1: 'reminder', 2: 'escalation', 3: 'deadline' } as const;

const messageFor = (rung: 1 | 2 | 3, act: DeadlineAct, kit: LateKit, cutOffMs: number | undefined): OwnerMessage => {
  if (rung === 3) return deadlinePassed(kit, act);
  if (cutOffMs !== undefined) return rung === 1 ? cutOffSoon(kit, cutOffMs) : cutOff(kit, cutOffMs);
  return rung === 1 ? reminder(kit, act) : escalation(kit, act);
};

/** The deadline's act comes before its rung is recorded, so that no crash can lose it; one that is refused becomes a hold. */
const actOnDeadline = async (
  gateways: Equipment['gateways'],
  input: StepInput,
  gateway: Gateway,
  tally: Tally,
): Promise<Gateway> => {
  const { rotationId } = rotationOf(gateway, input);
  const hold = { kind: 'hold', rotationId, actor: 'policy', reason: 'the deadline passed' } as const;
  const result = await gateways.apply(input.gatewayId, deadlineCommand(gateway, tally) ?? hold);
  return result.kind === 'applied' ? result.gateway : applied(gateways, input, hold);
};

type DeadlineCommand = Extract<Command, { kind: 'force' | 'roll-back' }>;

/** What the policy does at the deadline, if it is not to hold. `force` names the person who decided so beforehand. */
const deadlineCommand = (gateway: Gateway, tally: Tally): DeadlineCommand | undefined => {
  const { rotation, policy } = gateway;
  if (!rotation) return undefined;
  const { rotationId } = rotation;
  if (policy.atDeadline.kind === 'force')
    return {
      kind: 'force',
      rotationId,
      kits: tally.laggards,
      kitsHash: '',
      actor: policy.atDeadline.author,
      reason: 'decided beforehand for the deadline',
    };
  return deadlineAct(gateway) === 'roll-back'
    ? { kind: 'roll-back', rotationId, actor: 'policy', reason: 'the deadline passed' }
    : undefined;
};
