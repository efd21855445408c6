import { readFileSync } from 'node:fs';
import { Argument, Command, CommanderError } from 'commander';
import { type DocumentName, documentFormat } from '../document-format.ts';
import { exitCodes } from '../exit-codes.ts';
import { callOf } from './call.ts';
import type { CliCommand, Result } from './command.ts';
import { codesText, commands, commonOptions, ownCommands, variablesText } from './command-table.ts';
import { CommandFailed, failureOf } from './failure.ts';
import { type Shell, shells } from './shells.ts';
import { type Given, targeted } from './targeted.ts';
import { jsonLine, jsonText, plain, type Terminal } from './terminal.ts';

/** Where a command line is run: who sees it, and what the process was told besides. */
export type Surroundings = { readonly terminal: Terminal; readonly environment: NodeJS.ProcessEnv };

type Run = Surroundings & {
  readonly argv: readonly string[];
  end(exitCode: number): void;
};

/** Runs one command line; resolves with its exit code. Rejects only for a defect. */
export const runCommand = async (argv: readonly string[], surroundings: Surroundings): Promise<number> => {
  const { terminal } = surroundings;
  const outcome = { exitCode: exitCodes.done as number };
  const codeOf = (exitCode: number): number => (isDetailed(argv) ? exitCodes.refused : exitCode);
  const end = (exitCode: number): void => void Object.assign(outcome, { exitCode });
  /** On one line, so that it is a document too where there is one a line. */
  const failed = (kind: number, error: string): number => {
    const exitCode = codeOf(kind);
    if (argv.includes('--json')) terminal.out(jsonLine(formatted('error', { exitCode, error })));
    return exitCode;
  };
  try {
    await programFor({ ...surroundings, argv, end }).parseAsync([...argv], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : failed(exitCodes.usage, error.message);
    if (error instanceof Error && error.name === 'ExitPromptError') return exitCodes.declined; // Ctrl-C at a question
    const failure = failureOf(error);
    if (!failure) throw error;
    terminal.say(failure.message.split('\n').map(plain).join('\n'));
    return failed(failure.exitCode, failure.message);
  }
};

/** Whether 2 says that something differs, so that no error may end with it. */
const isDetailed = (argv: readonly string[]): boolean => {
  const words = argv.filter((word, index) => !word.startsWith('-') && !valued.has(argv[index - 1] ?? ''));
  return argv.includes('--detailed-exit-code') || (words[0] === 'kits' && words[1] === 'check');
};
const valued = new Set(commonOptions.flatMap(([flags]) => (flags.includes('<') ? [flags.split(' ')[0] ?? ''] : [])));

/** That of the package.json beside `lib`; read when it is asked for. */
const version = (): string =>
  String(
    (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version,
  );

const startAlone =
  'Before start stands nothing but --data; its own options stand after it: gateway-credentials start --help.';

const programFor = (run: Run): Command => {
  const program = new Command('gateway-credentials')
    .description('Rotates the credentials of API gateways, and shows how they stand.')
    .version(version(), '--version', 'print the version')
    .addHelpText('after', `${variablesText}\n${codesText}`);
  settle(program, run.terminal);
  for (const one of commands) add(program, one, run);
  program
    .command('start')
    .description(ownCommands.start)
    .allowUnknownOption()
    .action(() => {
      throw new CommandFailed('usage', startAlone); // with nothing before it but --data, it is a program of its own
    });
  settle(program.command('completion').description(ownCommands.completion), run.terminal)
    .addArgument(new Argument('<shell>', 'for which').choices(shells))
    .addHelpText('after', '\nExamples:\n  source <(gateway-credentials completion bash)')
    .action(async (shell: Shell) => {
      const { completionFor } = await import('./completion.ts');
      run.terminal.out(completionFor(shell));
    });
  return program;
};

/** How commander speaks and ends: through the terminal, and never the process. Options of all commands are known before a command too, and after its name it has its own. */
const settle = (command: Command, terminal: Terminal): Command => {
  for (const [flags, meaning] of commonOptions) command.option(flags, meaning);
  return command
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.say(plainLines(text)),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('--help says what is allowed.')
    .exitOverride();
};

const plainLines = (text: string): string => text.trimEnd().split('\n').map(plain).join('\n');

const add = (parent: Command, one: CliCommand, run: Run): void => {
  const command = parent.command(one.usage).description(one.about);
  for (const [flags, meaning] of one.subcommands ? [] : one.options) command.option(flags, meaning);
  settle(command, run.terminal);
  for (const sub of one.subcommands ?? []) add(command, sub, run);
  if (one.subcommands) return;
  const documentText = one.streams ? jsonLine : jsonText;
  const path = parent.parent ? `${parent.name()} ` : '';
  const examples = one.examples.map((example) => `  gateway-credentials ${path}${example}`).join('\n');
  command.addHelpText('after', `${examples ? `\nExamples:\n${examples}\n` : ''}${codesText}`).action(async () => {
    const given = givenTo(command);
    const { json, document, text, isFailed, endsAs } = await runAt(given, one, run);
    const answer = given.json ? documentText(document === 'own' ? json : formatted(document, json)) : text;
    if (answer !== '') run.terminal.out(answer);
    if (isFailed || endsAs) run.end(exitCodes[endsAs ?? 'refused']);
  });
};

const formatted = (document: DocumentName, json: unknown) => ({
  format: documentFormat(document),
  ...Object(json),
});

/** Arguments and options by their names; of an option that stands before the command and after it, the later. */
const givenTo = (command: Command): Given => {
  const names = command.registeredArguments.map((argument) => argument.name());
  const named = Object.fromEntries(names.map((name, index) => [name, command.args[index]]));
  let options: Given = {};
  for (let at: Command | null = command; at; at = at.parent) options = { ...at.opts(), ...options };
  return { ...options, ...named };
};

const runAt = async (given: Given, { prepare, offline }: CliCommand, run: Run): Promise<Result> => {
  const answered = await offline?.(given);
  if (answered) return answered;
  const perform = prepare(given);
  const { connect } = await import('./connection.ts');
  const { targetOf } = await import('./target.ts');
  const connection = await connect(targetOf(targeted(given, run.environment)));
  try {
    return await perform({ connection, terminal: run.terminal, call: callOf(run.argv, given) });
  } catch (error) {
    const { withSuggestion } = await import('./did-you-mean.ts');
    throw await withSuggestion(error, given, connection);
  } finally {
    connection.close();
  }
};
