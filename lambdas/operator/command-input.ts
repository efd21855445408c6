import * as z from 'zod';
import { InputRefused } from '../domain/failure.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import {
  type OperatorCommand,
  type OperatorCommandName,
  type OperatorField,
  type OperatorFields,
  operatorCommandNames,
  operatorCommands,
} from '../domain/operator-commands.ts';
import { actor, credentialId, gatewayId, kitId, reason, source, versionId } from '../workflow/shared/fields.ts';

/** How each field of a command is read. A credential is named by its id and its version; a value is refused unread. */
export const commandFields: { readonly [Field in OperatorField]: z.ZodType<OperatorFields[Field]> } = {
  deadlineAt: z.iso.datetime(),
  kits: z.int().min(0),
  kitsHash: z.string().max(64),
  kitId,
  source,
  credentialId,
  versionId,
};

/** The schemas of a command's own fields, as its row in the table names them. */
export const fieldsOfCommand = (name: OperatorCommandName, fields: typeof commandFields): Record<string, z.ZodType> => {
  const { required, optional }: Readonly<Record<'required' | 'optional', readonly OperatorField[]>> =
    operatorCommands[name];
  return {
    ...Object.fromEntries(required.map((field) => [field, fields[field]])),
    ...Object.fromEntries(optional.map((field) => [field, fields[field].optional()])),
  };
};

const schemaOf = (name: OperatorCommandName) =>
  z.strictObject({
    command: z.literal(name),
    gatewayId,
    reason,
    actor: actor.optional(),
    ...fieldsOfCommand(name, commandFields),
  });
const [first, ...others] = operatorCommandNames;
/** Every command of an operator. */
export const operatorCommand = z.discriminatedUnion('command', [schemaOf(first), ...others.map(schemaOf)]);

/** Reads a command of an operator. Throws {@link InputRefused} with what is wrong and what is allowed. */
export const readCommand = (input: unknown): OperatorCommand => {
  const parsed = operatorCommand.safeParse(input, inWords);
  if (parsed.success) return parsed.data as unknown as OperatorCommand; // by the table that both are made from
  throw new InputRefused(
    `The command was refused: ${problemsText(parsed.error)} Allowed are ${operatorCommandNames.join(', ')}, each with gatewayId and reason.`,
  );
};
