import { dirname } from 'node:path';
import { expect } from 'vitest';
import { runCommand } from '../../lib/cli/program.ts';
import type { Terminal } from '../../lib/cli/terminal.ts';
import { type DocumentName, documentFormat, documentNames } from '../../lib/document-format.ts';
import { documents } from '../../lib/schemas/documents/documents.ts';
import type { Screen } from '../../lib/screen.ts';
import type { System } from '../support/system.ts';

/** What a command printed, and how it ended. */
export type Ran = {
  readonly exitCode: number;
  readonly out: string;
  readonly said: string;
  readonly frames: readonly string[];
};

const formats = new Map(
  (Object.keys(documentNames) as DocumentName[]).map((name) => [documentFormat(name), documents[name]]),
);

/** Throws unless what a command printed with --json is a document with every member that its schema has, and no other. Evidence and lists of kits have formats of their own. */
const refuseOther = (text: string): void => {
  const printed: unknown = JSON.parse(text);
  if (Array.isArray(printed) || (Object(printed).record !== undefined && Object(printed).isGood === undefined)) return;
  const { format, ...document } = Object(printed) as Record<string, unknown>;
  const schema = formats.get(String(format));
  if (!schema) throw new Error(`${String(format)} is no format: ${text.slice(0, 200)}`);
  expect(schema.parse(document)).toEqual(document);
};

/** Runs a command line; `answers` are given to its questions in order. Without a screen it writes into a pipe. */
export const runCli = async (
  words: readonly string[],
  answers?: readonly (boolean | string)[],
  screen?: Screen,
  environment: NodeJS.ProcessEnv = {},
): Promise<Ran> => {
  const [out, said, frames]: [string[], string[], string[]] = [[], [], []];
  const left = [...(answers ?? [])];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    say: (text) => void said.push(text),
    isInteractive: answers !== undefined,
    confirm: async () => left.shift() === true,
    input: async () => String(left.shift() ?? ''),
    screen: () => screen,
    frame: (text) => void frames.push(text),
    done: () => undefined,
  };
  const exitCode = await runCommand(words, { terminal, environment });
  if (words.includes('--json')) for (const text of words.includes('watch') ? out : [out.join('\n')]) refuseOther(text);
  return { exitCode, out: out.join('\n'), said: said.join('\n'), frames };
};

/** The same against the system, as the person at this machine. */
export const cliOf =
  (system: System) =>
  (commandLine: string | readonly string[], answers?: readonly (boolean | string)[], screen?: Screen): Promise<Ran> => {
    const words = typeof commandLine === 'string' ? commandLine.split(' ') : commandLine;
    const data = dirname(system.deployment.cloud.credentialsFile());
    return runCli([...words, '--data', data], answers, screen);
  };
