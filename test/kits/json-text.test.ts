import { expect, test } from 'vitest';
import { textUnderKey, withTextUnderKey } from '../../lambdas/kits/json-text.ts';

test.each([
  ['{"n":9007199254740993,"credential":"old","z":1}', '{"n":9007199254740993,"credential":"new","z":1}'],
  [
    '{ "10": 1.0,\n  "2": 1e400,\n\t"credential" : "old" }\n',
    '{ "10": 1.0,\n  "2": 1e400,\n\t"credential" : "new" }\n',
  ],
  ['{"a":{"credential":"inner"},"credential":"old"}', '{"a":{"credential":"inner"},"credential":"new"}'],
  ['{"a":["credential","x"],"credential":""}', '{"a":["credential","x"],"credential":"new"}'],
  [
    '{"a":"}, \\"credential\\": \\"x\\"","credential":"o\\"ld"}',
    '{"a":"}, \\"credential\\": \\"x\\"","credential":"new"}',
  ],
  ['{"cred\\u0065ntial":"old"}', '{"cred\\u0065ntial":"new"}'],
  [
    '{"__proto__":{"x":1},"a":"\\ud800","a":2,"credential":"old"}',
    '{"__proto__":{"x":1},"a":"\\ud800","a":2,"credential":"new"}',
  ],
  ['{"n":9007199254740993}', '{"n":9007199254740993,"credential":"new"}'],
  ['{"n":1 \n}', '{"n":1,"credential":"new" \n}'],
  ['{ }', '{"credential":"new" }'],
  ['', '{"credential":"new"}'],
])('replaces the one text in place, whatever else stands in %s', (text, expected) => {
  const edited = withTextUnderKey(text, 'credential', 'new');
  expect(edited).toBe(expected);
  expect(textUnderKey(edited ?? '', 'credential')).toEqual({ text: 'new' });
});

test.each([
  ['not JSON', '{"credential":"old"'],
  ['no object', '["credential"]'],
  ['no text under the key', '{"credential":{"of":"old"}}'],
  ['no text but a number under the key', '{"credential":1}'],
  ['the key twice', '{"credential":"one","credential":"two"}'],
  ['the key twice, once escaped', '{"credential":"one","cred\\u0065ntial":"two"}'],
])('refuses %s', (_, text) => {
  expect(textUnderKey(text, 'credential')).toBeUndefined();
  expect(withTextUnderKey(text, 'credential', 'new')).toBeUndefined();
});

test('the key itself may be any text', () => {
  expect(withTextUnderKey('{"a\\"b":"old"}', 'a"b', 'new')).toBe('{"a\\"b":"new"}');
  expect(withTextUnderKey('{}', '__proto__', 'new')).toBe('{"__proto__":"new"}');
});
