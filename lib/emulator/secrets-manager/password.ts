import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { integer } from '../wire/members.ts';
import { invalidParameter } from './errors.ts';
import { read } from './input.ts';

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const UPPERCASE = LOWERCASE.toUpperCase();
const NUMBERS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

const shape = {
  PasswordLength: integer(1, 4096).optional(),
  ExcludeCharacters: z.string().max(4096).optional(),
  ExcludeNumbers: z.boolean().optional(),
  ExcludePunctuation: z.boolean().optional(),
  ExcludeUppercase: z.boolean().optional(),
  ExcludeLowercase: z.boolean().optional(),
  IncludeSpace: z.boolean().optional(),
  RequireEachIncludedType: z.boolean().optional(),
};

/** GetRandomPassword, from a CSPRNG: every character equally likely, then at least one of each included type unless that is turned off. */
export const getRandomPassword = (_world: unknown, input: Record<string, unknown>): Record<string, unknown> => {
  const asked = read(shape, input);
  const types = [
    asked.ExcludeLowercase ? '' : LOWERCASE,
    asked.ExcludeUppercase ? '' : UPPERCASE,
    asked.ExcludeNumbers ? '' : NUMBERS,
    asked.ExcludePunctuation ? '' : PUNCTUATION,
    asked.IncludeSpace ? ' ' : '',
  ]
    .map((characters) => [...characters].filter((one) => !asked.ExcludeCharacters?.includes(one)))
    .filter((characters) => characters.length > 0);
  const required = (asked.RequireEachIncludedType ?? true) ? types : [];
  const length = asked.PasswordLength ?? 32;
  if (types.length === 0) throw invalidParameter('The password has no characters left to be made of.');
  if (length < required.length) throw invalidParameter('Password length is too short based on the required types.');
  const all = types.flat();
  const characters = [...required, ...Array.from({ length: length - required.length }, () => all)].map(pick);
  return { RandomPassword: shuffle(characters).join('') };
};

const pick = (characters: readonly string[]): string => characters[randomInt(characters.length)] ?? '';

/** Fisher and Yates's shuffle. */
const shuffle = (characters: readonly string[]): string[] => {
  const shuffled = [...characters];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] ?? '', shuffled[last] ?? ''];
  }
  return shuffled;
};
