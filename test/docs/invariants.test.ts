import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPage, root } from './pages.ts';

const page = 'docs/invariants.md';
const numbers = Array.from({ length: 11 }, (_, index) => index + 1);

/** The numbers in a text such as "invariants 4, 5 and 7" or "(invariant 2)". */
const numbersIn = (text: string): readonly number[] =>
  [...text.matchAll(/\binvariants? (\d+(?:(?:, | and |, and )\d+)*)/gi)].flatMap(([, list = '']) =>
    [...list.matchAll(/\d+/g)].map(Number),
  );

type Cited = { readonly number: number; readonly file: string; readonly name: string };

/** The tests that the page names, each under the number of its heading. */
const cited: readonly Cited[] = readPage(page)
  .split(/^## /m)
  .slice(1)
  .flatMap((section) =>
    [...section.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)].map(([, file = '', name = '']) => ({
      number: Number.parseInt(section, 10),
      file,
      name,
    })),
  );

/** The names of the tests of a file that name an invariant. */
const namesIn = (file: string): readonly string[] =>
  [...readPage(file).matchAll(/(['"`])((?:(?!\1).)*\binvariants? \d(?:(?!\1).)*)\1/gi)].map(([, , name = '']) => name);

describe('The page of the invariants', () => {
  it('has the eleven, in their order', () => {
    const headings = [...readPage(page).matchAll(/^## (\d+)\. /gm)].map(([, number]) => Number(number));
    expect(headings).toEqual(numbers);
  });

  it.each(numbers)('names at least three tests that hold invariant %i', (number) => {
    expect(cited.filter((one) => one.number === number).length).toBeGreaterThanOrEqual(3);
  });

  it.each(cited)('finds a test of invariant $number in $file: $name', ({ number, file, name }) => {
    expect(existsSync(join(root, file))).toBe(true);
    const found = namesIn(file).filter((one) => one.includes(name));
    expect(found.flatMap(numbersIn)).toContain(number);
  });
});

it('Whoever cites an invariant cites one of the eleven', () => {
  const files = globSync('{lambdas,lib,test}/**/*.{ts,md}', { cwd: root, exclude: ['**/node_modules'] });
  const unknown = files.flatMap((file) =>
    numbersIn(readPage(file)).flatMap((number) => (numbers.includes(number) ? [] : [`${file}: ${number}`])),
  );
  expect(unknown).toEqual([]);
  expect(files.length).toBeGreaterThan(200);
});
