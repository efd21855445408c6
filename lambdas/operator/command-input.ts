import * as z from 'zod';
import { InputRefused } from '../domain/failure.ts';
import type { CredentialId, KitId } from '../domain/ids.ts';
import { stepInput } from '../workflow/shared/step.ts';

const common = {
  gatewayId: stepInput.shape.gatewayId,
  reason: z.string().min(1).max(256),
  /** Who says so; recorded as claimed unless AWS names the caller. */
  actor: z.string().min(1).max(128).optional(),
};
const kitId = z.string().transform((id) => id as KitId);
const credentialId = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a credential, never its value')
  .transform((id) => id as CredentialId);

const versionId = z
  .string()
  .regex(/^[A-Za-z0-9-]{32,64}$/, 'must be the id of a version of the secret, never its value');

/** What an operator may decide. A credential is named by its id and its version in the gateway's secret; a value is refused unread. */
const operatorCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('hold'), ...common }),
  z.strictObject({ command: z.literal('resume'), ...common }),
  z.strictObject({ command: z.literal('extend'), ...common, deadlineAt: z.iso.datetime() }),
  z.strictObject({ command: z.literal('roll-back'), ...common }),
  z.strictObject({
    command: z.literal('force'),
    ...common,
    /** Both repeat what a refusal without them has shown. */
    kits: z.int().min(0).optional(),
    kitsHash: z.string().max(64).optional(),
  }),
  z.strictObject({ command: z.literal('repair'), ...common }),
  z.strictObject({ command: z.literal('adopt'), ...common, credentialId, versionId }),
  z.strictObject({ command: z.literal('acknowledge-kit'), ...common, kitId, credentialId }),
  z.strictObject({ command: z.literal('retry-kit'), ...common, kitId }),
]);
export type OperatorCommand = z.infer<typeof operatorCommand>;
export type Of<Name extends OperatorCommand['command']> = Extract<OperatorCommand, { command: Name }>;

/** Reads a command. Throws {@link InputRefused} with what is wrong and what is allowed. */
export const readCommand = (input: unknown): OperatorCommand => {
  const parsed = operatorCommand.safeParse(input);
  if (parsed.success) return parsed.data;
  const names = operatorCommand.options.map(({ shape }) => shape.command.value).join(', ');
  throw new InputRefused(
    `The command was refused: ${z.prettifyError(parsed.error)} Allowed are ${names}, each with gatewayId and reason.`,
  );
};
