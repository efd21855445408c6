import type { createLogUpdate } from 'log-update';
import { type Screen, screenOf } from '../screen.ts';
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
  done(): void | Promise<void>;
};

/** A reader that has enough, as in `… | head`, ends the command without a word: nobody is there to read one. */
const endWithReader = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
};

const prompts = () => import('@inquirer/prompts');

/** The terminal of this process. Without a screen, frames are written one after another. Questions go to stderr: stdout may be a file or a program's. */
export const ownTerminal = (): Terminal => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader);
  const isLive = process.stdout.isTTY === true;
  let shown: Promise<ReturnType<typeof createLogUpdate>> | undefined; // what draws is loaded with the first frame
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    confirm: async (message) => (await prompts()).confirm({ message, default: false }, { output: process.stderr }),
    input: async (message) => (await prompts()).input({ message }, { output: process.stderr }),
    screen: () => screenOf(process.stdout),
    frame: (text) => {
      if (!isLive) return void process.stdout.write(`${text}\n`);
      shown ??= import('log-update').then((one) => one.createLogUpdate(process.stdout));
      void shown.then((live) => live(text));
    },
    done: async () => (await shown)?.done(),
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

/** Asks before something that cuts somebody off; `--yes` has answered already. Throws {@link CommandFailed} for no, or when nobody is there. */
export const askFirst = async (terminal: Terminal, question: string, isAnswered: boolean): Promise<void> => {
  if (isAnswered) return;
  if (!terminal.isInteractive)
    throw new CommandFailed('declined', 'Nothing was done: nobody is there to say yes. Add --yes in a script.');
  if (!(await terminal.confirm(question))) throw new CommandFailed('declined', 'Nothing was done.');
};
