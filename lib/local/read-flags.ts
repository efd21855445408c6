import { type ParseArgsConfig, parseArgs } from 'node:util';
import { startCommand } from '../defaults.ts';

/** A command line that cannot be followed; the message is one line for the person who typed it. */
export class OptionRefused extends Error {
  override readonly name = 'OptionRefused';
}

/** The flags of a command line, and nothing besides. Throws {@link OptionRefused}, which says how to have the help of `command` shown. */
export const readFlags = <Flags extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Flags,
  ...command: readonly string[]
) => {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : '';
    throw new OptionRefused(`${message}. See ${startCommand(...command, '--help')}.`, { cause });
  }
};
