import { describe, expect, test } from 'vitest';
import { endInText } from '../../lambdas/domain/end-in-text.ts';
import { keySaid, type OwnKey, ownKeyOf, standingOf } from '../../lambdas/domain/own-keys.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 0, 10);
/** {"alg":"RS256"}.{"exp":1770000000,"sub":"marked-subject"}.sig */
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3NzAwMDAwMDAsInN1YiI6Im1hcmtlZC1zdWJqZWN0In0.c2lnbmF0dXJl';
/** {"alg":"RS256"}.{"exp":1780000000}.sig */
const later = 'eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3ODAwMDAwMDB9.c2lnbmF0dXJl';
/** {"alg":"RS256"}.{"sub":"x"}.sig */
const endless = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
const key = (shown: Parameters<typeof ownKeyOf>[1]): OwnKey => ownKeyOf('kits/kong/token', shown);

describe('the end that a secret tells by itself', () => {
  test.each([
    ['a token that is a JWT', token],
    ['one in a header of a JSON object', JSON.stringify({ authorization: `Bearer ${token}` })],
    ['the first to end of several', `${later}\n${token}`],
  ])('is the exp of %s', (_, text) => {
    expect(endInText(text)).toEqual({ from: 'TOKEN', atMs: 1_770_000_000_000 });
  });

  test.each([
    ['an opaque token', 'kpat_aaaaaaaaaaaaaaaaaaaa'],
    ['a JWT without exp', endless],
    ['a damaged one', `${token.slice(0, 30)}.x.y`],
    ['an exp that is no time', 'eyJhbGciOiJSUzI1NiJ9.eyJleHAiOiJzb29uIn0.c2ln'],
    ['a host name with three parts', 'https://kong.example.com'],
    ['nothing', ''],
  ])('is not known of %s', (_, text) => {
    expect(endInText(text)).toBeUndefined();
  });
});

describe('an own key', () => {
  test('ends when its token does, or when its owner says, whichever comes first', () => {
    expect(key({ text: token, endsTag: '2026-06-01' })).toMatchObject({ endsAtMs: 1_770_000_000_000, from: 'TOKEN' });
    expect(key({ text: token, endsTag: '2026-01-20' })).toMatchObject({ endsAtMs: now + 10 * day, from: 'TAG' });
    expect(key({ text: 'opaque', endsTag: '2026-01-20T06:00:00Z' })).toMatchObject({
      endsAtMs: now + 10.25 * day,
      from: 'TAG',
    });
  });

  test('that nobody tells the end of is not known to last', () => {
    expect(key({ text: 'opaque' })).toEqual({ secretId: 'kits/kong/token', from: 'NOBODY' });
    expect(standingOf(key({ text: 'opaque' }), now, 7 * day)).toBe('NOT_KNOWN');
    expect(keySaid(key({ text: 'opaque', createdAtMs: now - 211 * day }), now, 7 * day)).toBe(
      'Secret kits/kong/token: 211 days old; nobody says when it ends.',
    );
  });

  test('whose tag says never lasts, unless the token itself says otherwise', () => {
    expect(standingOf(key({ text: 'opaque', endsTag: 'never' }), now, 7 * day)).toBe('LASTS');
    expect(key({ text: token, endsTag: 'never' })).toMatchObject({ from: 'TOKEN' });
  });

  test('whose tag nobody can read is said to have a wrong one, and the tag is not repeated', () => {
    const wrong = key({ text: 'opaque', endsTag: 'marked 31.12.2026' });
    expect(wrong).toEqual({ secretId: 'kits/kong/token', from: 'NOBODY', tagIsWrong: true });
    const said = keySaid(wrong, now, 7 * day);
    expect(said).toContain('its tag gateway-credential-rotation-expires is neither a date such as 2027-03-01');
    expect(said).not.toContain('marked');
    expect(key({ text: 'opaque', endsTag: '2026-02-30' })).toMatchObject({ tagIsWrong: true });
  });

  test.each([
    ['ENDED', now],
    ['ENDS_INSIDE', now + 7 * day - 1],
    ['ENDS_SOON', now + 7 * day],
    ['ENDS_SOON', now + 14 * day - 1],
    ['LASTS', now + 14 * day],
  ])('is %s by the longest rotation that could begin now, or within a week', (standing, endsAtMs) => {
    expect(standingOf({ secretId: 's', from: 'TAG', endsAtMs }, now, 7 * day)).toBe(standing);
  });

  test('that Secrets Manager or its owner renews before it ends lasts, until it has ended after all', () => {
    const endsAtMs = now + 2 * day;
    const renewed = { secretId: 's', from: 'TOKEN', endsAtMs } as const;
    expect(standingOf({ ...renewed, rotatesAtMs: now + day }, now, 7 * day)).toBe('LASTS');
    expect(standingOf({ ...renewed, rotatesAtMs: now + 3 * day }, now, 7 * day)).toBe('ENDS_INSIDE');
    expect(standingOf({ ...renewed, rotatesAtMs: now - day }, now, 7 * day)).toBe('ENDS_INSIDE'); // it should have been
    expect(standingOf({ ...renewed, isRenewed: true }, now, 7 * day)).toBe('LASTS');
    expect(standingOf({ ...renewed, isRenewed: true }, endsAtMs, 7 * day)).toBe('ENDED');
  });

  test('is told with its age, its end, by whom that is known, and what it means for a rotation', () => {
    const ending = key({ text: token, createdAtMs: now - 30 * day });
    expect(keySaid(ending, now, 30 * day)).toBe(
      'Secret kits/kong/token: 30 days old; its token ends 2026-02-02 02:40:00 UTC (in 23 days), before a rotation that begins now has to end. Put a new one into the secret.',
    );
    expect(keySaid(ending, now, 7 * day)).toBe(
      'Secret kits/kong/token: 30 days old; its token ends 2026-02-02 02:40:00 UTC (in 23 days).',
    );
    expect(JSON.stringify(ending)).not.toMatch(/marked|eyJ/);
  });

  test('that could not be read is said so, and is not known to last', () => {
    const unread = { secretId: 's', from: 'NOBODY', problem: 'ACCESS_DENIED' } as const;
    expect(standingOf(unread, now, 7 * day)).toBe('NOT_KNOWN');
    expect(keySaid(unread, now, 7 * day)).toBe('Secret s: it could not be looked at (ACCESS_DENIED).');
  });
});
