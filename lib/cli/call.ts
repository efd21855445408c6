import type { Given } from './targeted.ts';

/** How a command was called, so that what is to be typed next can be pasted: it goes to the same deployment. */
export type Call = {
  /** `npx gateway-credentials` with these words, and the deployment as it was named. */
  next(...words: readonly string[]): string;
  /** The same call with other values for some of its options: `--page`, `2`. */
  again(...options: readonly string[]): string;
};

const program = ['npx', 'gateway-credentials'] as const;

/** One word for a shell. */
const quoted = (word: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return /^[\w@%+=:,./ -]+$/.test(word) ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
};

const line = (words: readonly string[]): string => words.map(quoted).join(' ');

/** The line that shows what is not on this page; none when everything is. */
export const nextPage = ({ page, pages }: { readonly page: number; readonly pages: number }, call: Call): string =>
  pages > 1
    ? `\n${page < pages ? 'The next page' : 'The first page'}: ${call.again('--page', String(page < pages ? page + 1 : 1))}`
    : '';

/** `argv` as it was typed, and what it said about the deployment. */
export const callOf = (argv: readonly string[], { stack, region, local, data }: Given): Call => {
  const target = [
    ...(data === undefined ? (local === true ? ['--local'] : []) : ['--data', String(data)]),
    ...(stack === undefined ? [] : ['--stack', String(stack)]),
    ...(region === undefined ? [] : ['--region', String(region)]),
  ];
  return {
    next: (...words) => line([...program, ...words, ...target]),
    again: (...options) => {
      const flags = new Set(options.filter((word) => word.startsWith('--')));
      const isOther = (word: string, index: number): boolean =>
        !flags.has(word) && !flags.has(argv[index - 1] ?? '') && !flags.has(word.replace(/=.*/s, ''));
      return line([...program, ...argv.filter(isOther), ...options]);
    },
  };
};
