import { cutOffAtMs, rungDue } from '../domain/attempt.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { OwnerMessage } from '../domain/kit.ts';
import type { Command } from '../domain/transition.ts';
import type { Tally } from '../domain/verdict.ts';
import {
  cutOff,
  cutOffSoon,
  type DeadlineAct,
  deadlinePassed,
  escalation,
  type LateKit,
  reminder,
} from '../news/messages.ts';
import { applied } from './applying.ts';
import type { Always, Equipment } from './equipment.ts';
import { rotationOf, type StepInput } from './step.ts';

const asPolicy = { actor: 'policy', reason: 'the deadline ladder of the gateway' } as const;

/**
 * Does the rung of the deadline ladder that is due: 1 reminds the owners of laggards, 2 escalates (in a compromise both are
 * pages), 3 does what the policy says happens at the deadline. The record keeps which was done, so each is done once. `undefined` when none is due.
 */
export const climbLadder = async (
  { gateways, notifyOwner, now }: Pick<Equipment, 'gateways' | 'notifyOwner'> & Always,
  input: StepInput,
  gateway: Gateway,
  tally: Tally,
): Promise<Gateway | undefined> => {
  const rung = rungDue(gateway, now());
  if (rung === undefined) return undefined;
  const { rotationId } = rotationOf(gateway, input);
  const act = deadlineCommand(gateway, tally)?.kind ?? 'hold';
  for (const laggard of tally.named) await notifyOwner(messageFor(rung, act, lateKit(gateway, laggard), gateway));
  const acted = rung === 3 ? await actOnDeadline(gateways, input, gateway, tally) : gateway;
  if (rungDue(acted, now()) !== rung) return acted; // a roll-back began the ladder anew
  return applied(gateways, input, { kind: 'climb', rotationId, rung, ...asPolicy });
};

type Laggard = Tally['named'][number];

const lateKit = ({ gatewayId, rotation }: Gateway, { kitId, owner, code, addresses }: Laggard): LateKit => ({
  ...{ gatewayId, kitId, owner, code, addresses },
  credentialId: rotation?.targetId ?? '',
  rotationId: rotation?.rotationId ?? '',
  deadlineAtMs: rotation?.deadlineAtMs ?? 0,
});

const messageFor = (rung: 1 | 2 | 3, act: DeadlineAct, kit: LateKit, gateway: Gateway): OwnerMessage => {
  const cutOffMs = cutOffAtMs(gateway);
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
  const mayGoBack =
    policy.atDeadline.kind === 'roll-back' &&
    rotation.trigger !== 'compromise' &&
    rotation.fromCredentialId !== undefined &&
    !rotation.rolledBack;
  return mayGoBack ? { kind: 'roll-back', rotationId, actor: 'policy', reason: 'the deadline passed' } : undefined;
};
