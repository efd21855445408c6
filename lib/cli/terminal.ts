import { styleText } from 'node:util';
import { confirm, input } from '@inquirer/prompts';
import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import { getBorderCharacters, table } from 'table';
import { clippedLine, type Screen, screenOf } from '../screen.ts';
import { CommandFailed } from './failure.ts';

/** Where a command speaks and asks; one document goes to `out`, everything else to `say`. */
export type Terminal = {
  out(text: string): void;
  say(text: string): void;
  /** Whether somebody is there to answer. */
  readonly isInteractive: boolean;
  confirm(question: string): Promise<boolean>;
  input(question: string): Promise<string>;
  /** How much is seen at once; `undefined` when nobody looks at a screen, as in a pipe. */
  screen(): Screen | undefined;
  /** Shows a frame in place of the last one; `done` leaves the last one standing. */
  frame(text: string): void;
  done(): void;
};

/** A reader that has enough, as in `… | head`, ends the command without a word: nobody is there to read one. */
const endWithReader = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
};

/** The terminal of this process. Without a screen, frames are written one after another. Questions go to stderr: stdout may be a file or a program's. */
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
    screen: () => screenOf(process.stdout),
    frame: (text) => (isLive ? live(text) : void process.stdout.write(`${text}\n`)),
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

type Cell = string | readonly string[] | undefined;
const gap = 2;
const narrowest = 8;

/**
 * Rows under headings, every cell made safe; `undefined` is an empty cell, and a cell may have several lines. On a screen they are
 * no wider than it: the widest columns are made narrower first.
 */
export const rowsOf = (
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  screen: Screen | undefined,
): string =>
  tableOf(
    headings,
    rows.map((row) => row.map(cellText)),
    screen,
  );

/** The same with one line for a row: what has no room in it is cut off. */
export const linesOf = (headings: readonly string[], rows: readonly (readonly Cell[])[], screen: Screen): string => {
  const body = rows.map((row) => row.map((cell) => cellText(cell).replaceAll('\n', ' ')));
  const widths = widthsOf([headings, ...body], screen);
  return tableOf(
    headings,
    body.map((row) => row.map((cell, index) => clippedLine(cell, widths[index] ?? narrowest))),
    undefined,
  );
};

const cellText = (cell: Cell): string => (typeof cell === 'string' ? [cell] : (cell ?? [])).map(plain).join('\n');

const widthOf = (cell: string): number => Math.max(...cell.split('\n').map((line) => stringWidth(line)));

/** How wide the columns may be, so that all of them fit. */
const widthsOf = (rows: readonly (readonly string[])[], { columns }: Screen): readonly number[] => {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => widthOf(row[index] ?? '')), 1));
  for (;;) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    const isTooWide = widths.reduce((sum, one) => sum + one + gap, -gap) > columns;
    if (!isTooWide || width <= narrowest) return widths;
    widths[widest] = width - 1;
  }
};

const tableOf = (
  headings: readonly string[],
  body: readonly (readonly string[])[],
  screen: Screen | undefined,
): string => {
  const widths = screen ? widthsOf([headings, ...body], screen) : [];
  return table([headings.map((heading) => styleText('bold', heading)), ...body.map((row) => [...row])], {
    border: getBorderCharacters('void'),
    columnDefault: { paddingLeft: 0, paddingRight: gap, wrapWord: true },
    columns: Object.fromEntries(widths.map((width, index) => [index, { width }])),
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
