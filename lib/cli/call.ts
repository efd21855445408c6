import type { Given } from './targeted.ts';

/** How a command was called, so that what is to be typed next can be pasted: it goes to the same deployment. */
export type Call = {
  /** `npx gateway-credentials` with these words, and the deployment as it was named. */
  next(...words: readonly string[]): string;
  /** The same call with another value for one of its options. */
  again(flag: string, value: string): string;
};

const program = ['npx', 'gateway-credentials'] as const;

/** One word for a shell. */
const quoted = (word: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return /^[\w@%+=:,./ -]+$/.test(word) ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
};

const line = (words: readonly string[]): string => words.map(quoted).join(' ');

/** `argv` as it was typed, and what it said about the deployment. */
export const callOf = (argv: readonly string[], { stack, region, local, data }: Given): Call => {
  const target = [
    ...(data === undefined ? (local === true ? ['--local'] : []) : ['--data', String(data)]),
    ...(stack === undefined ? [] : ['--stack', String(stack)]),
    ...(region === undefined ? [] : ['--region', String(region)]),
  ];
  return {
    next: (...words) => line([...program, ...words, ...target]),
    again: (flag, value) => {
      const others = argv.filter(
        (word, index) => word !== flag && argv[index - 1] !== flag && !word.startsWith(`${flag}=`),
      );
      return line([...program, ...others, flag, value]);
    },
  };
};
