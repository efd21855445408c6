import { claimed } from '../domain/claimed.ts';
import type { By } from '../domain/decision.ts';
import { InputRefused } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { Of, OperatorCommand } from '../domain/operator-commands.ts';
import type { Command } from '../domain/transition.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { ensureExecution } from '../workflow/shared/ensure-execution.ts';
import { acknowledgeKits, type KitsAcknowledged, readAcknowledgeKits } from './acknowledge-kits.ts';
import { adoptCredential } from './adopt.ts';
import { readCommand } from './command-input.ts';
import { forceRevocation } from './force-revocation.ts';
import { acknowledgeKit, retireSource, retryKit } from './kit-decisions.ts';
import { recoverSecret } from './recover.ts';
import { repairPending } from './repair.ts';
import { notRunning, type OperateResult, resultOf } from './result.ts';
import { retireOne } from './retire-one-credential.ts';
import { waiveProof } from './waive-proof.ts';

export type { OperateResult } from './result.ts';

type Needs = Pick<Dependencies, 'gateways' | 'kits' | 'uses' | 'proofs' | 'secretVersions' | 'executions' | 'pingOne'> &
  ClockAndLog;

/** The caller as AWS names it, when it does. */
export type Caller = { readonly userArn?: string; readonly requestId: string };

/** Takes one decision of an operator, or the same about many kits. Throws {@link InputRefused} for input that is no decision at all. */
export const operateAny = async (
  needs: Needs,
  input: unknown,
  caller: Caller,
): Promise<OperateResult | KitsAcknowledged> => {
  const many = readAcknowledgeKits(input);
  if (!many) return operate(needs, input, caller);
  const actor = caller.userArn ?? claimed(many.actor, `request ${caller.requestId}`);
  return acknowledgeKits(needs, many, { actor, reason: many.reason });
};

/** The same for one decision alone. */
export const operate = async (needs: Needs, input: unknown, caller: Caller): Promise<OperateResult> => {
  const command = readCommand(input);
  const by = {
    actor: caller.userArn ?? claimed(command.actor, `request ${caller.requestId}`),
    reason: command.reason,
  };
  const gateway = await needs.gateways.read(command.gatewayId);
  if (!gateway) throw new InputRefused(`Gateway ${command.gatewayId} is not registered.`);
  const result = await decide(needs, gateway, command, by);
  const after = result.result === 'REFUSED' ? undefined : await needs.gateways.read(gateway.gatewayId);
  const isForced = command.command === 'force' && result.result === 'DONE';
  if (after) await ensureExecution(needs, after, by, isForced ? 'woken' : 'left');
  return result;
};

const decide = (needs: Needs, gateway: Gateway, command: OperatorCommand, by: By): Promise<OperateResult> => {
  switch (command.command) {
    case 'acknowledge-kit':
      return acknowledgeKit(needs, gateway, command, by);
    case 'retry-kit':
      return retryKit(needs, gateway, command, by);
    case 'retire-source':
      return retireSource(needs, gateway, command, by);
    case 'adopt':
      return adoptCredential(needs, gateway, command, by);
    case 'retire-credential':
      return retireOne(needs, gateway, command, by);
    case 'waive-proof':
      return waiveProof(needs, gateway, command, by);
    case 'recover':
      return recoverSecret(needs, gateway, by);
    case 'repair':
      return repairPending(needs, gateway, by);
    case 'force':
      return forceRevocation(needs, gateway, command, by);
    case 'hold':
    case 'resume':
    case 'extend':
    case 'roll-back':
      return decideOnRotation(needs, gateway, command, by);
  }
};

type OnRotation = Of<'hold'> | Of<'resume'> | Of<'extend'> | Of<'roll-back'>;

const decideOnRotation = async (
  { gateways }: Needs,
  gateway: Gateway,
  command: OnRotation,
  by: By,
): Promise<OperateResult> => {
  if (!gateway.rotation) return notRunning(gateway);
  const { rotationId } = gateway.rotation;
  return resultOf(gateway.gatewayId, await gateways.apply(gateway.gatewayId, domainCommand(rotationId, command, by)));
};

/** About the rotation that the person saw: one that ended meanwhile is refused, and never another one hit. */
const domainCommand = (
  rotationId: NonNullable<Gateway['rotation']>['rotationId'],
  command: OnRotation,
  by: By,
): Command =>
  command.command === 'extend'
    ? { kind: command.command, rotationId, deadlineAtMs: Date.parse(command.deadlineAt), ...by }
    : { kind: command.command, rotationId, ...by };
