import type { CliCommand } from './command.ts';
import { commands, commonOptions, ownCommands } from './command-table.ts';
import { type Shell, shells } from './shells.ts';

/** What may stand at one place of a command line, each with its meaning. */
type Word = { readonly word: string; readonly means: string; readonly takesValue?: boolean };
/** A place, by the words of commands before it: '' after the program, `kits list` after these two. */
type Place = { readonly path: string; readonly commands: readonly Word[]; readonly options: readonly Word[] };

const nameOf = ({ usage }: CliCommand): string => usage.split(' ')[0] ?? usage;
const wordOf = (one: CliCommand): Word => ({ word: nameOf(one), means: one.about });
const optionsOf = (options: CliCommand['options']): readonly Word[] =>
  [...options, ...commonOptions, ['--help', 'what it does and what it may be told'] as const].map(([flags, means]) => ({
    word: flags.split(' ')[0] ?? flags,
    means,
    takesValue: flags.includes('<'),
  }));

const placesOf = (all: readonly CliCommand[], before: string): readonly Place[] =>
  all.flatMap((one) => {
    const path = `${before}${nameOf(one)}`;
    const own = one.subcommands ?? [];
    return [{ path, commands: own.map(wordOf), options: optionsOf(one.options) }, ...placesOf(own, `${path} `)];
  });

const version: Word = { word: '--version', means: 'print the version' };
const places = (): readonly Place[] => [
  {
    path: '',
    commands: [...commands.map(wordOf), ...Object.entries(ownCommands).map(([word, means]) => ({ word, means }))],
    options: [...optionsOf([]), version],
  },
  ...placesOf(commands, ''),
  { path: 'completion', commands: shells.map((word) => ({ word, means: '' })), options: [] },
];

const texts = (words: readonly Word[]): string => words.map(({ word }) => word).join(' ');
const valued = (): readonly string[] => [
  ...new Set(places().flatMap(({ options }) => options.filter((one) => one.takesValue).map(({ word }) => word))),
];

/** In a shell's single quotes; in the first sentence of a meaning nothing is lost. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const short = (means: string): string => (means.split(/(?<=[.;:])\s/)[0] ?? means).replace(/[.;:]$/, '');

/** Which place it is, from the words so far: the same loop in bash and zsh. */
const walk = (words: string): string => `  local place='' before='' word
  for word in ${words}; do
    case " ${valued().join(' ')} " in *" $before "*) before=''; continue;; esac
    before=$word
    case "$place/$word" in
${places()
  .filter(({ path }) => path !== '')
  .map(({ path }) => {
    const parts = path.split(' ');
    return `      ${quoted(`${parts.slice(0, -1).join(' ')}/${parts.at(-1)}`)}) place=${quoted(path)};;`;
  })
  .join('\n')}
    esac
  done`;

const bash = (): string => `# gateway-credentials for bash: source <(gateway-credentials completion bash)
_gateway_credentials() {
  local current=\${COMP_WORDS[COMP_CWORD]}
${walk(`"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
  case " ${valued().join(' ')} " in *" $before "*) COMPREPLY=($(compgen -f -- "$current")); return;; esac
  case "$place" in
${places()
  .map((one) => `    ${quoted(one.path)}) word=${quoted(texts([...one.commands, ...one.options]))};;`)
  .join('\n')}
  esac
  COMPREPLY=($(compgen -W "$word" -- "$current"))
}
complete -o default -F _gateway_credentials gateway-credentials`;

const described = (words: readonly Word[]): string =>
  words.map(({ word, means }) => quoted(`${word}:${short(means).replaceAll(':', ' ')}`)).join(' ');

const zsh = (): string => `#compdef gateway-credentials
# gateway-credentials for zsh: source <(gateway-credentials completion zsh)
_gateway_credentials() {
${walk(`"\${(@)words[2,CURRENT-1]}"`)}
  case " ${valued().join(' ')} " in *" $before "*) _files; return;; esac
  local -a offered
  case "$place" in
${places()
  .map((one) => `    ${quoted(one.path)}) offered=(${described([...one.commands, ...one.options])});;`)
  .join('\n')}
  esac
  _describe 'gateway-credentials' offered || _files
}
compdef _gateway_credentials gateway-credentials`;

const groups = commands.flatMap((one) => (one.subcommands ? [nameOf(one)] : [])).join(' ');

const fish = (): string => {
  const at = (path: string, below: readonly Word[]): string =>
    path === ''
      ? `not __fish_seen_subcommand_from ${texts(below)}`
      : [
          ...path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`),
          ...(below.length > 0 ? [`not __fish_seen_subcommand_from ${texts(below)}`] : []),
          ...(below.length === 0 && !path.includes(' ') ? [`not __fish_seen_subcommand_from ${groups}`] : []),
        ].join('; and ');
  const lines = places().flatMap(({ path, commands: below, options }) => [
    ...below.map(
      ({ word, means }) =>
        `complete -c gateway-credentials -f -n ${quoted(at(path, below))} -a ${word} -d ${quoted(short(means))}`,
    ),
    ...options.map(
      ({ word, means, takesValue }) =>
        `complete -c gateway-credentials -n ${quoted(at(path, below))} -l ${word.slice(2)}${takesValue ? ' -r' : ''} -d ${quoted(short(means))}`,
    ),
  ]);
  return ['# gateway-credentials for fish: gateway-credentials completion fish | source', ...lines].join('\n');
};

const scripts: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

/** The script that makes a shell complete every command and option, made from the same table that runs them. */
export const completionFor = (shell: Shell): string => scripts[shell]();
