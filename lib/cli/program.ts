import { Command, CommanderError } from 'commander';
import { defaultStackName } from '../defaults.ts';
import type { CliCommand, Result } from './command.ts';
import { actCommands } from './commands/decide.ts';
import { evidenceCommand, evidenceKeyCommand } from './commands/evidence.ts';
import { importCommand } from './commands/import.ts';
import { kitCommands } from './commands/kits.ts';
import { restoreCommand } from './commands/restore.ts';
import { showCommands } from './commands/show.ts';
import { type Connection, connect } from './connection.ts';
import { CommandFailed, exitCodes, failureOf } from './failure.ts';
import { targetOf } from './target.ts';
import { jsonText, plain, type Terminal } from './terminal.ts';

const kits: CliCommand = {
  usage: 'kits',
  about: 'The kits of a gateway: list, add, import, test, remove, fetch, acknowledge, retry.',
  examples: [],
  options: [],
  prepare: () => {
    throw new CommandFailed('usage', 'Say what to do with the kits: gateway-credentials kits --help.');
  },
  subcommands: kitCommands,
};

const commands: readonly CliCommand[] = [
  ...[...showCommands, ...actCommands, importCommand, kits, evidenceCommand, evidenceKeyCommand, restoreCommand],
];

/** Every command with what it does, as a table of a page, and how it can end. */
export const commandsText = (): string => {
  const row = ({ usage, about }: CliCommand, before = '') => `| \`${before}${usage}\` | ${about} |`;
  const rows = commands.flatMap((one) =>
    one.subcommands ? one.subcommands.map((sub) => row(sub, `${one.usage} `)) : [row(one)],
  );
  return [...['| command | what it does |', '| --- | --- |'], ...rows, codes].join('\n');
};

const codes = `
Exit codes: ${exitCodes.done} done, ${exitCodes.refused} refused or failed, ${exitCodes.usage} wrong command line, ${exitCodes.declined} nobody said yes, ${exitCodes.unreachable} the system could not be asked, ${exitCodes.unvouched} evidence that is unchanged and whose key nobody has vouched for (130 after Ctrl-C).`;

/** Runs one command line; resolves with its exit code. Rejects only for a defect. */
export const runCommand = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    const outcome = { exitCode: exitCodes.done as number };
    await programFor(terminal, (exitCode) => Object.assign(outcome, { exitCode })).parseAsync([...argv], {
      from: 'user',
    });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof Error && error.name === 'ExitPromptError') return exitCodes.declined; // Ctrl-C at a question
    const failure = failureOf(error);
    if (!failure) throw error;
    terminal.say(failure.message.split('\n').map(plain).join('\n'));
    return failure.exitCode;
  }
};

const programFor = (terminal: Terminal, end: (exitCode: number) => void): Command => {
  const program = new Command('gateway-credentials')
    .description('Rotates the credentials of API gateways, and shows how they stand.')
    .addHelpText('after', codes);
  settle(program, terminal);
  for (const one of commands) add(program, one, terminal, end);
  return program;
};

/** How commander speaks and ends: through the terminal, and never the process. */
const settle = (command: Command, terminal: Terminal): Command =>
  command
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.say(plainLines(text)),
    })
    .showHelpAfterError('--help says what is allowed.')
    .exitOverride();

const plainLines = (text: string): string => text.trimEnd().split('\n').map(plain).join('\n');

const add = (parent: Command, one: CliCommand, terminal: Terminal, end: (exitCode: number) => void): void => {
  const command = settle(parent.command(one.usage).description(one.about), terminal);
  for (const sub of one.subcommands ?? []) add(command, sub, terminal, end);
  if (one.subcommands) return;
  for (const [flags, meaning] of one.options) command.option(flags, meaning);
  const path = parent.parent ? `${parent.name()} ` : '';
  const examples = one.examples.map((example) => `  gateway-credentials ${path}${example}`).join('\n');
  command
    .option('--json', 'print one JSON document, for programs')
    .option('--stack <name>', 'the stack on AWS', defaultStackName)
    .option('--region <region>', 'its region; default as for every AWS tool')
    .option('--local', 'this machine, started with npm start')
    .option('--data <dir>', 'this machine, with another data folder than the default one')
    .addHelpText('after', `${examples ? `\nExamples:\n${examples}\n` : ''}${codes}`)
    .action(async () => {
      const names = command.registeredArguments.map((argument) => argument.name());
      const given: Readonly<Record<string, unknown>> = {
        ...Object.fromEntries(names.map((name, index) => [name, command.args[index]])),
        ...command.opts(),
      };
      try {
        const { json, text, isFailed, endsAs } = await runAt(given, one, terminal);
        const answer = given.json ? jsonText(json) : text;
        if (answer !== '') terminal.out(answer);
        if (isFailed || endsAs) end(exitCodes[endsAs ?? 'refused']);
      } catch (error) {
        const failure = failureOf(error);
        if (given.json && failure) terminal.out(jsonText({ exitCode: failure.exitCode, error: failure.message }));
        throw failure ?? error;
      }
    });
};

const runAt = async (
  given: Readonly<Record<string, unknown>>,
  { prepare, offline }: CliCommand,
  terminal: Terminal,
): Promise<Result> => {
  const answered = offline?.(given);
  if (answered) return answered;
  const run = prepare(given);
  const connection: Connection = await connect(targetOf(given));
  try {
    return await run({ connection, terminal });
  } finally {
    connection.close();
  }
};
