import { styleText } from 'node:util';
import { confirm, input } from '@inquirer/prompts';
import { createLogUpdate } from 'log-update';
import { getBorderCharacters, table } from 'table';
import { CommandFailed } from './failure.ts';

/** Where a command speaks and asks; one document goes to `out`, everything else to `say`. */
export type Terminal = {
  out(text: string): void;
  say(text: string): void;
  /** Whether somebody is there to answer. */
  readonly isInteractive: boolean;
  confirm(question: string): Promise<boolean>;
  input(question: string): Promise<string>;
  /** Shows a frame in place of the last one; `done` leaves the last one standing. */
  frame(text: string): void;
  done(): void;
};

/** A reader that has enough, as in `… | head`, ends the command without a word: nobody is there to read one. */
const endWithReader = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
};

/** The terminal of this process. Without one, frames are written one after another. Questions go to stderr: stdout may be a file or a program's. */
export const ownTerminal = (): Terminal => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader);
  const isLive = process.stdout.isTTY === true;
  const live = createLogUpdate(process.stdout);
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    confirm: (message) => confirm({ message, default: false }, { output: process.stderr }),
    input: (message) => input({ message }, { output: process.stderr }),
    frame: (text) => (isLive ? live(text) : void process.stdout.write(`${text}\n\n`)),
    done: () => live.done(),
  };
};

/** The same terminal for a program: it gets one document, and no pictures before it. */
export const withoutFrames = (terminal: Terminal): Terminal => ({
  ...terminal,
  frame: () => undefined,
  done: () => undefined,
});

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text that others have written, as it may go to a terminal: control, direction and escape characters are shown by their number. */
export const plain = (text: string): string =>
  text.replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

const invisibleInJson = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;
const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** One JSON document that is as safe to show, and parses to the same value. */
export const jsonText = (value: unknown): string => withoutInvisible(JSON.stringify(value, null, 2));

/** The same in one line. */
export const jsonLine = (value: unknown): string => withoutInvisible(JSON.stringify(value));

const withoutInvisible = (json: string): string =>
  json.replace(invisibleInJson, (character) => character.split('').map(escaped).join(''));

/** Rows under headings, every cell made safe; `undefined` is an empty cell, and a cell may have several lines. */
export const rowsOf = (
  headings: readonly string[],
  rows: readonly (readonly (string | readonly string[] | undefined)[])[],
): string => {
  const text = (cell: string | readonly string[] | undefined): string =>
    (typeof cell === 'string' ? [cell] : (cell ?? [])).map(plain).join('\n');
  const body = rows.map((row) => row.map(text));
  return table([headings.map((heading) => styleText('bold', heading)), ...body], {
    border: getBorderCharacters('void'),
    columnDefault: { paddingLeft: 0, paddingRight: 2, wrapWord: true },
    drawHorizontalLine: () => false,
  })
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
};

/** Asks before something that cuts somebody off; `--yes` has answered already. Throws {@link CommandFailed} for no, or when nobody is there. */
export const askFirst = async (terminal: Terminal, question: string, isAnswered: boolean): Promise<void> => {
  if (isAnswered) return;
  if (!terminal.isInteractive)
    throw new CommandFailed('declined', 'Nothing was done: nobody is there to say yes. Add --yes in a script.');
  if (!(await terminal.confirm(question))) throw new CommandFailed('declined', 'Nothing was done.');
};
