import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../lambdas/domain/crc32.ts';
import { composeCredential, credentialPattern, parseCredential } from '../../lambdas/domain/credential.ts';

const digits = fc.array(fc.nat({ max: 61 }), { minLength: 53, maxLength: 53 });
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('the checksum', () => {
  it('is the CRC-32 that zlib computes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 200 }), (text) => {
        expect(crc32(text)).toBe(zlibCrc32(text));
      }),
    );
  });
  it('has the published check value', () => expect(crc32('123456789')).toBe(0xcbf43926));
});

describe('a credential', () => {
  it('is read back as it was made, 64 characters long and of the published pattern', () => {
    fc.assert(
      fc.property(digits, (made) => {
        const { credentialId, value } = composeCredential(made);
        expect(value).toHaveLength(64);
        expect(value).toMatch(credentialPattern);
        expect(parseCredential(value)).toEqual({ credentialId, value });
      }),
    );
  });
  it('ends in the checksum of all before it, in six base62 digits', () => {
    fc.assert(
      fc.property(digits, (made) => {
        const { value } = composeCredential(made);
        const sum = [...value.slice(-6)].reduce((total, digit) => total * 62 + alphabet.indexOf(digit), 0);
        expect(sum).toBe(zlibCrc32(value.slice(0, -6)));
      }),
    );
  });
  it('refuses every edit of one character', () => {
    fc.assert(
      fc.property(digits, fc.nat({ max: 63 }), fc.string({ minLength: 1, maxLength: 1 }), (made, at, other) => {
        const { value } = composeCredential(made);
        fc.pre(value.charAt(at) !== other);
        expect(parseCredential(`${value.slice(0, at)}${other}${value.slice(at + 1)}`)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
  it('refuses garbage', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ minLength: 64, maxLength: 64 })), (text) => {
        expect(parseCredential(text)).toBeUndefined();
      }),
    );
  });
  it.each([' ', '\n', '0'])('refuses one followed by %j', (extra) => {
    const { value } = composeCredential(Array.from({ length: 53 }, () => 7));
    expect(parseCredential(`${value}${extra}`)).toBeUndefined();
    expect(parseCredential(`${extra}${value}`)).toBeUndefined();
  });
  it.each([[[]], [Array.from({ length: 52 }, () => 1)], [[...Array.from({ length: 52 }, () => 1), 62]]])(
    'refuses to be made of other than 53 base62 digits',
    (wrong) => expect(() => composeCredential(wrong)).toThrow(RangeError),
  );
});
