import { exitCodes } from '../exit-codes.ts';
import type { CliCommand } from './command.ts';
import { actCommands } from './commands/decide.ts';
import { evidenceCommand, evidenceKeyCommand } from './commands/evidence.ts';
import { importCommand } from './commands/import.ts';
import { kitCommands } from './commands/kits.ts';
import { restoreCommand } from './commands/restore.ts';
import { showCommands } from './commands/show.ts';
import { CommandFailed } from './failure.ts';
import { targetVariables } from './targeted.ts';

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

/** Every command that asks a deployment, or what one has printed. */
export const commands: readonly CliCommand[] = [
  ...[...showCommands, ...actCommands, importCommand, kits, evidenceCommand, evidenceKeyCommand, restoreCommand],
];

/** What every command may be told, before its name or after it. */
export const commonOptions = [
  ['--json', 'print one JSON document, for programs'],
  ['--stack <name>', 'the stack on AWS (default GatewayCredentialRotation)'],
  ['--region <region>', 'its region; default as for every AWS tool'],
  ['--local', 'this machine, started with gateway-credentials start, or npm start in a checkout'],
  ['--data <dir>', 'this machine, with another data folder than the default one'],
] as const satisfies CliCommand['options'];

/** Commands that ask no deployment. */
export const ownCommands = {
  start: 'Makes this machine play the cloud, as npm start does in a checkout; start --help has its own options.',
  completion: 'Prints what makes a shell complete commands and options: bash, zsh or fish.',
} as const;

/** How a command can end, with the variables that say where it goes. */
export const codesText = `
Exit codes: ${exitCodes.done} done, ${exitCodes.refused} refused or failed, ${exitCodes.usage} wrong command line (of kits check and --detailed-exit-code: something differs, and every error is ${exitCodes.refused}), ${exitCodes.declined} nobody said yes, ${exitCodes.unreachable} the system could not be asked, ${exitCodes.unvouched} evidence that is unchanged and whose key nobody has vouched for (130 after Ctrl-C).`;

/** The same for who reads a help text. */
export const variablesText = `
Where no option says which deployment: ${targetVariables.data}, ${targetVariables.stack} and ${targetVariables.region}.`;

/** Every command with what it does, as a table of a page, and how it can end. */
export const commandsText = (): string => {
  const row = ({ usage, about }: Pick<CliCommand, 'usage' | 'about'>, before = '') =>
    `| \`${before}${usage}\` | ${about} |`;
  const rows = commands.flatMap((one) =>
    one.subcommands ? one.subcommands.map((sub) => row(sub, `${one.usage} `)) : [row(one)],
  );
  const own = [
    row({ usage: 'start', about: ownCommands.start }),
    row({ usage: 'completion <shell>', about: ownCommands.completion }),
  ];
  return [...['| command | what it does |', '| --- | --- |'], ...rows, ...own, codesText].join('\n');
};
