import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, entryDigest, gapsIn } from '../../lambdas/domain/audit-chain.ts';
import { newGateway } from '../../lambdas/domain/configure.ts';
import type { Gateway, Transition } from '../../lambdas/domain/gateway.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { atRest, by, inRotation, now, r1, recordAfter } from './gateways.ts';
import { registered } from './model.ts';
import { play, script } from './model-script.ts';

/** A gateway that was held, resumed and held again, with all of it still in its outbox. */
const decided = (before: Gateway): Gateway =>
  (['hold', 'resume', 'hold'] as const).reduce(
    (gateway, kind) => recordAfter(transition(gateway, { kind, rotationId: r1, ...by }, now)),
    before,
  );
const { lastEntryDigest: _, ...unchained } = inRotation('DISTRIBUTED', {}, { revision: 0, outbox: [] });
const { outbox: entries, lastEntryDigest } = decided(unchained);
const whole = { to: lastEntryDigest };

describe('the chain of recorded transitions', () => {
  it('begins with the registration, and the record names the digest of its last entry', () => {
    const { gatewayId, policy, decision, shardCount, secretArn } = atRest();
    const fresh = newGateway(gatewayId, { secretArn, versionId: 'v' }, { policy, decision, shardCount }, by, now);
    const [register] = fresh.outbox;
    expect(register).not.toHaveProperty('previous');
    expect(fresh.lastEntryDigest).toBe(register && entryDigest(register));
  });

  it('is whole after every command, in any order, wherever a run was cut off (invariant 11)', () => {
    fc.assert(
      fc.property(script, (one) => {
        const { steps, gateway } = play(one);
        const audit = new Map(steps.flatMap(({ after }) => after.outbox.map((entry) => [entry.revision, entry])));
        expect(gapsIn([...audit.values()], { from: registered, to: gateway.lastEntryDigest })).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['the first', [1, 2], { beforeRevision: 2 }],
    ['one in the middle', [0, 2], { afterRevision: 1, beforeRevision: 3 }],
    ['the last', [0, 1], { afterRevision: 2 }],
  ])('shows that %s entry is missing', (_, kept, gap) => {
    expect(entries.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    expect(
      gapsIn(
        kept.flatMap((index) => entries[index] ?? []),
        whole,
      ),
    ).toEqual([gap]);
  });

  it.each([
    ['its reason', { reason: 'something else' }],
    ['its time', { atMs: now + 1 }],
    ['what it revoked', { detail: { causes: {} } }],
    ['its rotation', { rotationId: undefined }],
  ])('shows that an entry was changed in %s', (_, change) => {
    const changed = entries.map((one, index) => (index === 1 ? ({ ...one, ...change } as Transition) : one));
    expect(gapsIn(changed, whole)).toEqual([{ afterRevision: 2, beforeRevision: 3 }]);
  });

  it('counts from a known entry on, such as the last one that a backup knows', () => {
    const [first, ...later] = entries;
    expect(
      gapsIn(later, { from: first && { revision: first.revision, digest: entryDigest(first) }, ...whole }),
    ).toEqual([]);
    expect(gapsIn(later.slice(1), { from: first && { revision: 1, digest: entryDigest(first) }, ...whole })).toEqual([
      { afterRevision: 1, beforeRevision: 3 },
    ]);
    expect(gapsIn([], { from: { revision: 7, digest: 'x' }, to: 'y' })).toEqual([{ afterRevision: 7 }]);
    expect(gapsIn([], { from: { revision: 7, digest: 'x' }, to: 'x' })).toEqual([]);
  });

  it('takes entries from before there was a chain for one gap: a missing one of them would not show', () => {
    const old = [4, 6, 9].map((revision): Transition => ({ revision, kind: 'hold', atMs: 1, ...by }));
    const before = { ...unchained, revision: 9 };
    const { outbox, lastEntryDigest: to } = decided(before);
    expect(gapsIn([...old, ...outbox], { to })).toEqual([{ beforeRevision: 10 }]);
  });
});

describe('the canonical form of an entry', () => {
  it('is that of RFC 8785, so that others can compute the digest', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    );
  });

  it('has neither the order of keys nor what is undefined in it', () => {
    expect(canonicalJson({ b: 1, a: undefined, 10: 'x', 9: null })).toBe('{"10":"x","9":null,"b":1}');
  });
});
