import { describe, expect, test } from 'vitest';
import { operate } from '../../lambdas/operator/operate.ts';
import { inRotation, now } from '../domain/gateways.ts';
import { benchWith, kitOf } from '../workflow/doubles.ts';

const hashOfOne = '7692c3ad3540bb80'; // sha256("one"), by sha256sum
const given = { command: 'force', gatewayId: 'g', reason: 'because', kits: 1, kitsHash: hashOfOne };
const caller = { userArn: 'arn:alice', requestId: 'r' };

const benchOf = (rotation: Parameters<typeof inRotation>[1] = {}) => {
  const did: string[] = [];
  const bench = benchWith(inRotation('DISTRIBUTED', { executionArn: 'arn:attempt-1', ...rotation }), [kitOf('one')], {
    executions: {
      arnOf: (_, attempt) => `arn:attempt-${attempt}`,
      stateOf: async () => ({ kind: 'RUNNING' }),
      start: async ({ rotation }) => void did.push(`started attempt ${rotation?.attempt}`),
      stop: async (arn) => void did.push(`stopped ${arn}`),
    },
  });
  bench.before = ({ kind }) => void did.push(kind);
  const keepCovered = async (...[, , hash, covered]: readonly [unknown, unknown, string, readonly string[]]) =>
    void did.push(`kept ${covered.join(', ')} as ${hash}`);
  return { bench, did, needs: { ...bench.dependencies, proofs: { ...bench.dependencies.proofs, keepCovered } } };
};

describe('a force', () => {
  test('keeps the list that was confirmed before the record names it, and wakes an execution that sleeps', async () => {
    const { bench, did, needs } = benchOf();
    expect(await operate(needs, given, caller)).toMatchObject({ result: 'DONE' });
    expect(did).toEqual([
      `kept one as ${hashOfOne}`,
      ...['force', 'next-attempt', 'started attempt 2', 'stopped arn:attempt-1'],
    ]);
    expect(bench.record.rotation?.forced).toEqual({
      actor: 'arn:alice',
      kits: 1,
      reason: 'because',
      atMs: now,
      kitsHash: hashOfOne,
    });
  });

  test('repeated changes and wakes nothing', async () => {
    const { did, needs } = benchOf({
      forced: { actor: 'arn:alice', reason: 'because', atMs: now, kitsHash: hashOfOne },
    });
    expect(await operate(needs, given, caller)).toMatchObject({ result: 'UNCHANGED' });
    expect(did.filter((one) => one.startsWith('st'))).toEqual([]);
  });

  test('of another list takes the place of the first', async () => {
    const { bench, needs } = benchOf({ forced: { actor: 'arn:bob', reason: 'less', atMs: 1, kitsHash: 'other' } });
    expect(await operate(needs, given, caller)).toMatchObject({ result: 'DONE' });
    expect(bench.record.rotation?.forced).toMatchObject({ actor: 'arn:alice', kitsHash: hashOfOne });
  });

  test('is refused when a source that is no registered kit came after the list was shown', async () => {
    const { bench, needs } = benchOf();
    const credentialId = bench.record.live[0]?.credentialId;
    if (credentialId) bench.uses.push({ credentialId, address: '203.0.113.9', firstUsedAtMs: 1, lastUsedAtMs: 1 });
    expect(await operate(needs, given, caller)).toMatchObject({ code: 'CONFIRMATION_MISMATCH', confirm: { kits: 1 } });
  });
});
