import { cutOffAtMs, escalationDue } from '../../domain/attempt.ts';
import { type DeadlineAct, deadlineAct, deadlineCommand, holdAtDeadline } from '../../domain/deadline.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { OwnerMessage } from '../../domain/kit.ts';
import { failureSaid } from '../../domain/kit-failure.ts';
import type { EvidenceSummary } from '../../domain/may-revoke.ts';
import {
  cutOff,
  cutOffSoon,
  deadlinePassed,
  escalation,
  type LateKit,
  moreLate,
  reminder,
} from '../../notifications/messages.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import { rotationOf } from './own-rotation.ts';
import type { StepInput } from './step.ts';
import { tell, untoldKey } from './tell.ts';

type Needs = Pick<Dependencies, 'gateways' | 'notifyOwner'> & ClockAndLog;

const asPolicy = { actor: 'policy', reason: 'the escalation of the gateway' } as const;

/**
 * Does the level of the escalation that is due: 1 reminds the owners of laggards, 2 escalates (in a compromise both are
 * pages), 3 does what the policy says happens at the deadline. The record keeps which was done, so each is done once; owners
 * that could not be told are told by the next pass, and neither the others nor anything else waits for them. `undefined` when
 * nothing was due or done.
 */
export const escalateLaggards = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  summary: EvidenceSummary,
): Promise<Gateway | undefined> => {
  const { gateways, now } = needs;
  const escalationLevel = escalationDue(gateway, now());
  if (escalationLevel === undefined) return tellAgain(needs, input, gateway, summary);
  const { rotationId } = rotationOf(gateway, input);
  const { kind: act } = deadlineAct(gateway);
  const messages = messagesFor(escalationLevel, act, gateway, summary);
  const left = await tell(needs, messages);
  const isNobodyTold = left.length > 0 && left.length === messages.length;
  const acted = escalationLevel === 3 ? await actOnDeadline(gateways, input, gateway, summary) : gateway;
  if (escalationDue(acted, now()) !== escalationLevel) return acted; // a roll-back began the escalation anew
  if (isNobodyTold && escalationLevel < 3) return undefined;
  const untold = left.length > 0 ? { untold: left.map(untoldKey) } : {};
  return applyCommand(gateways, input, { kind: 'escalate', rotationId, escalationLevel, ...untold, ...asPolicy });
};

/** Tells those whom nobody could tell of the level that was done; the others are not told again. */
const tellAgain = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  summary: EvidenceSummary,
): Promise<Gateway | undefined> => {
  const { rotationId, escalationLevel, untold } = rotationOf(gateway, input);
  if (!untold || escalationLevel === 0) return undefined;
  const messages = messagesFor(escalationLevel, deadlineAct(gateway).kind, gateway, summary);
  const left = await tell(
    needs,
    messages.filter((message) => untold.includes(untoldKey(message))),
  );
  const still = { untold: left.map(untoldKey) };
  return applyCommand(needs.gateways, input, { kind: 'escalate', rotationId, escalationLevel, ...still, ...asPolicy });
};

/** One for each laggard that the summary names, and one for each owner of more. */
const messagesFor = (
  escalationLevel: 1 | 2 | 3,
  act: DeadlineAct['kind'],
  gateway: Gateway,
  summary: EvidenceSummary,
): readonly OwnerMessage[] => {
  const late = {
    gatewayId: gateway.gatewayId,
    credentialId: gateway.rotation?.targetId ?? '',
    rotationId: gateway.rotation?.rotationId ?? '',
    deadlineAtMs: gateway.rotation?.deadlineAtMs ?? 0,
  };
  const cutOffMs = escalationLevel === 3 ? undefined : cutOffAtMs(gateway);
  const severity = cutOffMs === undefined ? severities[escalationLevel] : 'page';
  const endsAtMs = cutOffMs ?? late.deadlineAtMs;
  return [
    ...summary.named.map(({ kitId, owner, code, addresses, failure }) => {
      const why = failure ? { failure: failureSaid(gateway, failure) } : {};
      return messageFor(escalationLevel, act, { ...late, kitId, owner, code, addresses, ...why }, cutOffMs);
    }),
    ...Object.entries(summary.unnamed).map(([owner, more]) =>
      moreLate({ ...late, owner }, { more, severity, endsAtMs }),
    ),
  ];
};
const severities = { 1: 'reminder', 2: 'escalation', 3: 'deadline' } as const;

const messageFor = (
  escalationLevel: 1 | 2 | 3,
  act: DeadlineAct['kind'],
  kit: LateKit,
  cutOffMs: number | undefined,
): OwnerMessage => {
  if (escalationLevel === 3) return deadlinePassed(kit, act);
  if (cutOffMs !== undefined) return escalationLevel === 1 ? cutOffSoon(kit, cutOffMs) : cutOff(kit, cutOffMs);
  return escalationLevel === 1 ? reminder(kit, act) : escalation(kit, act);
};

/** The deadline's act comes before its escalationLevel is recorded, so that no crash can lose it; one that is refused becomes a hold. */
const actOnDeadline = async (
  gateways: Dependencies['gateways'],
  input: StepInput,
  gateway: Gateway,
  summary: EvidenceSummary,
): Promise<Gateway> => {
  const rotation = rotationOf(gateway, input);
  const command = deadlineCommand(gateway, rotation, summary.laggards);
  const result = await gateways.apply(input.gatewayId, command);
  return result.kind === 'applied' ? result.gateway : applyCommand(gateways, input, holdAtDeadline(rotation));
};
