import { describe, expect, test } from 'vitest';
import { placeAfterName, placeAtPointer, withValue } from '../../lambdas/kits/text-place.ts';

const inJson = (json: string, pointer: string, value = 'new') => {
  const place = placeAtPointer(json, pointer);
  return place && [place.held, withValue(json, place, value)];
};

describe('the text that a JSON pointer names', () => {
  test.each([
    ['{"a":"x"}', '/a', 'x', '{"a":"new"}'],
    [
      '\t{ "n": 1.0e+02,\r\n "a" : {"b": [ {}, "y", {"c": "x"} ] } , "a2": "x" }\n',
      '/a/b/2/c',
      'x',
      '\t{ "n": 1.0e+02,\r\n "a" : {"b": [ {}, "y", {"c": "new"} ] } , "a2": "x" }\n',
    ],
    ['{"a/b":{"~":"x"},"a":{"b":"y"}}', '/a~1b/~0', 'x', '{"a/b":{"~":"new"},"a":{"b":"y"}}'],
    ['{"a":"]},:","b":"x\\"\\u0041"}', '/b', 'x"A', '{"a":"]},:","b":"new"}'],
    ['{"a":[],"b":{},"c":["x"]}', '/c/0', 'x', '{"a":[],"b":{},"c":["new"]}'],
    ['{"":{"":"x"}}', '//', 'x', '{"":{"":"new"}}'],
  ])('of %s at %s is changed, and not a character else', (json, pointer, held, after) => {
    expect(inJson(json, pointer)).toEqual([held, after]);
  });

  test.each([
    ['{"a":"x"}', '/b'],
    ['{"a":1}', '/a'],
    ['{"a":{"b":"x"}}', '/a'],
    ['{"a":"x","a":"x"}', '/a'],
    ['{"a":{"b":"x"},"a":{}}', '/a/b'],
    ['{"a":"x"', '/a'],
    ['{"__proto__":1}', '/__proto__/a'],
    ['["x"]', '/1'],
    ['', '/a'],
  ])('refuses %s at %s', (json, pointer) => expect(inJson(json, pointer)).toBeUndefined());

  test('is written so that JSON reads the same value', () => {
    expect(inJson('{"a":"x"}', '/a', 'q"\\\n')).toEqual(['x', '{"a":"q\\"\\\\\\n"}']);
  });
});

const afterName = (text: string, path: string, value = 'n-e.w_1') => {
  const place = placeAfterName(text, 'SECRET', path);
  return place && [place.held, withValue(text, place, value)];
};

describe('the text that is given to a name', () => {
  test.each([
    ['.env', 'A=1\nSECRET=x.y-z_\nB=2\n', 'x.y-z_', 'A=1\nSECRET=n-e.w_1\nB=2\n'],
    ['a/.env.production', '\texport SECRET = x  \r\nB=2', 'x', '\texport SECRET = n-e.w_1  \r\nB=2'],
    ['kit.properties', '#SECRET=old\nSECRET=x', 'x', '#SECRET=old\nSECRET=n-e.w_1'],
    ['.env', "MY_SECRET=y\nSECRET='x'\nSECRET_2=y", 'x', "MY_SECRET=y\nSECRET='n-e.w_1'\nSECRET_2=y"],
    ['c.js', 'const SECRET = "x"; // SECRET = "old"\n', 'x', 'const SECRET = "n-e.w_1"; // SECRET = "old"\n'],
    [
      'c.js',
      "// SECRET: 'old'\n  * SECRET: 'old'\nmodule.exports={u:'https://a/b',SECRET:`x`}",
      'x',
      "// SECRET: 'old'\n  * SECRET: 'old'\nmodule.exports={u:'https://a/b',SECRET:`n-e.w_1`}",
    ],
    ['c.py', 'SECRET = ""', '', 'SECRET = "n-e.w_1"'],
    [
      'c.js',
      'if (SECRET === "y" || other.SECRET == "y") {}\nexports.SECRET = "x"',
      'x',
      'if (SECRET === "y" || other.SECRET == "y") {}\nexports.SECRET = "n-e.w_1"',
    ],
  ])('in %s: %j is changed, and not a character else', (path, text, held, after) => {
    expect(afterName(text, path)).toEqual([held, after]);
  });

  test.each([
    ['.env', 'A=1'],
    ['.env', 'SECRET=x\nSECRET=y'],
    ['.env', 'SECRET=x # note'],
    ['.env', 'SECRET=$OTHER'],
    ['c.js', 'SECRET = process.env.SECRET'],
    ['c.js', 'SECRET = "x" + y; SECRET = "z"'],
    ['c.js', 'SECRET = "a\\"b"'],
    ['c.js', 'SECRET = "x" + y'],
    ['c.js', 'SECRET = "x".trim()'],
    ['c.js', 'SECRET = `$' + '{x}`'],
    ['c.js', 'SECRET = "x'],
    ['c.js', 'mySECRET = "x"; $SECRET = "x"'],
  ])('refuses %s: %j', (path, text) => expect(afterName(text, path)).toBeUndefined());

  test('refuses a value that could not stand there as it is', () => {
    expect(afterName('SECRET=x', '.env', 'a b')).toEqual(['x', undefined]);
    expect(afterName('SECRET="x"', 'c.js', 'a"b')).toEqual(['x', undefined]);
  });
});
