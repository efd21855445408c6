import * as z from 'zod';
import { jsonIn } from './json-text.ts';

/** A token of RFC 9110, 5.6.2. */
const name = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;
/** Visible characters, with blanks between them: no line can be ended, and so no header added. */
const value = /^[\x21-\x7e]([\t\x20-\x7e]{0,8000}[\x21-\x7e])?$/;

/** Headers about the connection and the body, which are set by whoever sends them. */
const notOurs: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'host', 'content-length', 'content-type', 'accept', 'expect'],
]);

/** Headers by name in lower case, or why a text holds none; the reason quotes nothing of it. */
export type HeadersRead = { readonly headers: Readonly<Record<string, string>> } | { readonly wrong: string };

/** Reads the text of a secret that holds headers: a JSON object of name and value. */
export const readHeaders = (text: string): HeadersRead => {
  const parsed = z.record(z.string(), z.string()).safeParse(jsonIn(text));
  if (!parsed.success) return { wrong: 'it is not a JSON object of header names and texts' };
  const given = Object.entries(parsed.data);
  const names = given.map(([one]) => one.toLowerCase());
  if (given.length === 0) return { wrong: 'it names no header' };
  if (!names.every((one) => name.test(one))) return { wrong: 'a name in it is none that a header can have' };
  if (new Set(names).size < names.length) return { wrong: 'it has a header twice' };
  if (names.some((one) => notOurs.has(one)))
    return { wrong: `it sets a header that is not for settings (${[...notOurs].join(', ')})` };
  if (!given.every(([, one]) => value.test(one)))
    return { wrong: 'a value in it is empty or has characters that no header may hold' };
  return { headers: Object.fromEntries(given.map(([one, text]) => [one.toLowerCase(), text])) };
};

/** The token that is the whole text of a secret; `undefined` when it is empty or has characters that no header may hold. */
export const bareToken = (text: string): string | undefined =>
  /^[\x21-\x7e]+$/.test(text.trim()) ? text.trim() : undefined;
