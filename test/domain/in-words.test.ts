import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readAsk } from '../../lambdas/console/page-request.ts';
import { inWords, problemsText } from '../../lambdas/domain/in-words.ts';
import { readCommand } from '../../lambdas/operator/command-input.ts';

const schema = z.strictObject({
  name: z.string().min(1).max(3),
  size: z.int().min(2).max(9),
  on: z.boolean(),
  list: z.array(z.string()).max(1),
  kind: z.enum(['one', 'two']),
  at: z.iso.datetime(),
  own: z.string().min(2, 'say why'),
});
const said = (given: unknown): string => {
  const parsed = schema.safeParse(given, inWords);
  return parsed.success ? '' : problemsText(parsed.error);
};
const good = { name: 'a', size: 2, on: true, list: [], kind: 'one', at: '2026-12-24T08:00:00Z', own: 'because' };

describe('What is wrong with an input', () => {
  it.each([
    [{ ...good, name: undefined }, 'name: is missing.'],
    [{ ...good, name: 7 }, 'name: must be a text.'],
    [{ ...good, name: '' }, 'name: must not be empty.'],
    [{ ...good, name: 'long' }, 'name: must have at most 3 characters.'],
    [{ ...good, size: 1.5 }, 'size: must be a whole number.'],
    [{ ...good, size: 1 }, 'size: must be at least 2.'],
    [{ ...good, size: 10 }, 'size: must be at most 9.'],
    [{ ...good, on: 'yes' }, 'on: must be true or false.'],
    [{ ...good, list: ['a', 'b'] }, 'list: must have at most 1 items.'],
    [{ ...good, list: [7] }, 'list[0]: must be a text.'],
    [{ ...good, kind: 'three' }, 'kind: must be "one" or "two".'],
    [{ ...good, at: 'noon' }, 'at: must be a time such as 2026-12-24T08:00:00Z.'],
    [{ ...good, own: '' }, 'own: say why.'],
    [{ ...good, more: 1 }, 'what was given: has "more", which is not known.'],
    ['text', 'what was given: must be an object.'],
  ])('is said in plain words: %j', (given, words) => {
    expect(said(given)).toBe(words);
  });

  it('is said of everything at once, and repeats nothing that was given', () => {
    const text = said({ ...good, name: 'gwc_secret', kind: 'gwc_secret' });
    expect(text).toBe('name: must have at most 3 characters. kind: must be "one" or "two".');
  });

  it.each([
    ['an operator', () => readCommand({ command: 'hold' })],
    ['an operator of no known command', () => readCommand({ command: 'hodl' })],
    ['the console', () => readAsk({ view: 'nothing' })],
  ])('has no word of the validator in it for %s', (_, read) => {
    expect(read).toThrow(/^(?!.*(Invalid|expected|received|✖|→))/);
  });

  it('is told to no person by the sentences that the validator has itself', () => {
    const files = globSync(['lib/**/*.ts', 'lambdas/**/*.ts']);
    const texts = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
    expect(
      texts
        .filter(({ text }) => /prettifyError|treeifyError|flattenError|formatError/.test(text))
        .map(({ file }) => file),
    ).toEqual([]);
    const told = texts.filter(({ text, file }) => text.includes('problemsText(') && !file.endsWith('in-words.ts'));
    expect(told.length).toBeGreaterThan(10);
    expect(told.filter(({ text }) => !/safeParse\(.*, inWords\)/.test(text)).map(({ file }) => file)).toEqual([]);
  });
});
