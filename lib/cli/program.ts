import { readFileSync } from 'node:fs';
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
  about: 'The kits of a gateway: list, add, import, test, check, remove, fetch, acknowledge, retry.',
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
Exit codes: ${exitCodes.done} done, ${exitCodes.refused} refused or failed, ${exitCodes.usage} wrong command line (of kits check and --detailed-exit-code: something differs, and every error is ${exitCodes.refused}), ${exitCodes.declined} nobody said yes, ${exitCodes.unreachable} the system could not be asked, ${exitCodes.unvouched} evidence that is unchanged and whose key nobody has vouched for (130 after Ctrl-C).`;

/** Runs one command line; resolves with its exit code. Rejects only for a defect. */
export const runCommand = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  const codeOf = (exitCode: number): number => (isDetailed(argv) ? exitCodes.refused : exitCode);
  try {
    const outcome = { exitCode: exitCodes.done as number };
    await programFor(terminal, (exitCode) => Object.assign(outcome, { exitCode }), codeOf).parseAsync([...argv], {
      from: 'user',
    });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : codeOf(exitCodes.usage);
    if (error instanceof Error && error.name === 'ExitPromptError') return exitCodes.declined; // Ctrl-C at a question
    const failure = failureOf(error);
    if (!failure) throw error;
    terminal.say(failure.message.split('\n').map(plain).join('\n'));
    return codeOf(failure.exitCode);
  }
};

/** Whether 2 says that something differs, so that no error may end with it. */
const isDetailed = (argv: readonly string[]): boolean =>
  argv.includes('--detailed-exit-code') || (argv[0] === 'kits' && argv[1] === 'check');

/** That of the package.json beside `lib`; read when it is asked for. */
const version = (): string =>
  String(
    (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version,
  );

const programFor = (
  terminal: Terminal,
  end: (exitCode: number) => void,
  codeOf: (exitCode: number) => number,
): Command => {
  const program = new Command('gateway-credentials')
    .description('Rotates the credentials of API gateways, and shows how they stand.')
    .version(version(), '--version', 'print the version')
    .enablePositionalOptions() // after the name of a command, --version is that command's
    .addHelpText(
      'after',
      `\nThis machine plays the cloud with gateway-credentials start; start --help says how.\n${codes}`,
    );
  settle(program, terminal);
  for (const one of commands) add(program, one, terminal, end, codeOf);
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

const add = (
  parent: Command,
  one: CliCommand,
  terminal: Terminal,
  end: (exitCode: number) => void,
  codeOf: (exitCode: number) => number,
): void => {
  const command = settle(parent.command(one.usage).description(one.about), terminal);
  for (const sub of one.subcommands ?? []) add(command, sub, terminal, end, codeOf);
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
        if (given.json && failure)
          terminal.out(jsonText({ exitCode: codeOf(failure.exitCode), error: failure.message }));
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
