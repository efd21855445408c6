import * as z from 'zod';
import { InputRefused } from '../domain/failure.ts';
import { type Gateway, shardOf } from '../domain/gateway.ts';
import type { CredentialId, KitId } from '../domain/ids.ts';
import type { Command } from '../domain/transition.ts';
import type { Always, Equipment } from './equipment.ts';
import { startAttempt } from './start-attempt.ts';
import { stepInput } from './step.ts';

type Needs = Pick<Equipment, 'gateways' | 'kits' | 'executions'> & Always;

const common = {
  gatewayId: stepInput.shape.gatewayId,
  reason: z.string().min(1).max(256),
  /** Who says so; recorded as claimed unless AWS names the caller. */
  actor: z.string().min(1).max(256).optional(),
};
const kitId = z.string().transform((id) => id as KitId);

/** What an operator may decide. */
export const operatorCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('hold'), ...common }),
  z.strictObject({ command: z.literal('resume'), ...common }),
  z.strictObject({ command: z.literal('extend'), ...common, deadlineAt: z.iso.datetime() }),
  z.strictObject({ command: z.literal('roll-back'), ...common }),
  z.strictObject({
    command: z.literal('acknowledge-kit'),
    ...common,
    kitId,
    credentialId: z.string().transform((id) => id as CredentialId),
  }),
  z.strictObject({ command: z.literal('retry-kit'), ...common, kitId }),
]);
export type OperatorCommand = z.infer<typeof operatorCommand>;

/** The caller as AWS names it, when it does. */
export type Caller = { readonly userArn?: string; readonly requestId: string };

/** What became of a decision: taken, nothing to do, or refused with the reason. */
export type OperateResult =
  | { readonly result: 'DONE' | 'UNCHANGED'; readonly gatewayId: string; readonly revision: number }
  | { readonly result: 'REFUSED'; readonly gatewayId: string; readonly code: string; readonly message: string };

/** Takes one decision of an operator. Throws {@link InputRefused} for input that is no decision at all. */
export const operate = async (needs: Needs, input: unknown, caller: Caller): Promise<OperateResult> => {
  const parsed = operatorCommand.safeParse(input);
  if (!parsed.success)
    throw new InputRefused(
      `The command was refused: ${z.prettifyError(parsed.error)} Allowed are hold, resume, extend, roll-back, acknowledge-kit and retry-kit, each with gatewayId and reason.`,
    );
  const command = parsed.data;
  const by = {
    actor: caller.userArn ?? `claimed: ${command.actor ?? 'unknown'} (request ${caller.requestId})`,
    reason: command.reason,
  };
  const { gatewayId } = command;
  const gateway = await needs.gateways.read(gatewayId);
  if (!gateway) throw new InputRefused(`Gateway ${gatewayId} is not registered.`);
  if (command.command === 'acknowledge-kit') return acknowledge(needs, gateway, command, by.actor);
  if (command.command === 'retry-kit') return retry(needs, gateway, command.kitId);
  const applied = await needs.gateways.apply(gatewayId, (now) => domainCommand(now, command, by));
  if (applied.kind === 'refused') return { result: 'REFUSED', gatewayId, code: applied.code, message: applied.message };
  if (!applied.gateway.rotation && !applied.changed)
    return { result: 'REFUSED', gatewayId, code: 'NOT_RUNNING', message: `No rotation runs on gateway ${gatewayId}.` };
  if (applied.changed && command.command === 'resume') await startAttempt(needs, gatewayId, { failed: false, ...by });
  return { result: applied.changed ? 'DONE' : 'UNCHANGED', gatewayId, revision: applied.gateway.revision };
};

const domainCommand = (
  { rotation }: Gateway,
  command: OperatorCommand,
  by: { actor: string; reason: string },
): Command | undefined => {
  if (!rotation) return undefined;
  const { rotationId } = rotation;
  switch (command.command) {
    case 'hold':
    case 'resume':
    case 'roll-back':
      return { kind: command.command, rotationId, ...by };
    case 'extend':
      return { kind: 'extend', rotationId, deadlineAtMs: Date.parse(command.deadlineAt), ...by };
    default:
      return undefined;
  }
};

/** The owner says that he installed this very credential; another id than the one to install is refused. */
const acknowledge = async (
  { kits, now }: Needs,
  gateway: Gateway,
  command: Extract<OperatorCommand, { command: 'acknowledge-kit' }>,
  actor: string,
): Promise<OperateResult> => {
  const { gatewayId } = gateway;
  const expected = gateway.rotation?.targetId ?? gateway.currentCredentialId;
  if (command.credentialId !== expected)
    return {
      result: 'REFUSED',
      gatewayId,
      code: 'UNKNOWN_CREDENTIAL',
      message: `Credential ${command.credentialId} was acknowledged, and ${expected ?? 'none'} is to be installed.`,
    };
  const acknowledged = { credentialId: command.credentialId, actor, atMs: now() };
  if (await kits.acknowledge(gatewayId, command.kitId, acknowledged, gateway.shardCount))
    return { result: 'DONE', gatewayId, revision: gateway.revision };
  return {
    result: 'REFUSED',
    gatewayId,
    code: 'UNKNOWN_KIT',
    message: `Gateway ${gatewayId} has no kit ${command.kitId}.`,
  };
};

/** The next verification gives the kit the credential again. */
const retry = async ({ kits, now }: Needs, gateway: Gateway, id: KitId): Promise<OperateResult> => {
  const { gatewayId, rotation } = gateway;
  if (!rotation?.targetId)
    return {
      result: 'REFUSED',
      gatewayId,
      code: 'NOT_RUNNING',
      message: `No rotation distributes a credential on gateway ${gatewayId}.`,
    };
  for await (const kit of kits.ofShard(gatewayId, shardOf(id, gateway.shardCount), gateway.shardCount)) {
    if (kit.kitId !== id) continue;
    const { rotationId, generation, targetId: credentialId } = rotation;
    await kits.saveWork(
      kit,
      { rotationId, generation, credentialId, state: 'PENDING', attempts: kit.work?.attempts ?? 0, changedAtMs: now() },
      gateway.shardCount,
    );
    return { result: 'DONE', gatewayId, revision: gateway.revision };
  }
  return { result: 'REFUSED', gatewayId, code: 'UNKNOWN_KIT', message: `Gateway ${gatewayId} has no kit ${id}.` };
};
