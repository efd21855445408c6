import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRotations, other, type Rotations, token, type Watch } from './emulated-rotation.ts';

let rotations: Rotations;
beforeAll(async () => {
  rotations = await openRotations();
});
afterAll(() => rotations.close());

/** The calls of an undisturbed run, in their order. */
const callsOf = async (kind: 'rotated' | 'bootstrap'): Promise<string[]> => {
  const calls: string[] = [];
  const { run } = await rotations.openGateway(kind);
  await run({ before: async (call) => void calls.push(call), after: async () => undefined });
  return calls;
};

/** From the `at`-th call on the process is dead: either before that call reaches anybody, or after it was answered. */
const killedAt = (at: number, when: 'before' | 'after'): Watch => {
  let seen = 0;
  return {
    before: async () => {
      seen += 1;
      if (seen > at || (seen === at && when === 'before')) throw new Error('killed');
    },
    after: async () => {
      if (seen === at) throw new Error('killed');
    },
  };
};

/** Before the `at`-th call is sent, somebody else acts. */
const pausedAt = (at: number, act: () => Promise<unknown>): Watch => {
  let seen = 0;
  return {
    before: async () => {
      seen += 1;
      if (seen === at) await act();
    },
    after: async () => undefined,
  };
};

describe('A rotation of Secrets Manager', () => {
  it('makes these calls: none is forgotten by the tests below', async () => {
    const calls = await callsOf('rotated');
    expect(new Set(calls)).toEqual(
      new Set([
        'DescribeSecretCommand',
        'GetItemCommand',
        'PutItemCommand',
        'GetSecretValueCommand',
        'PutSecretValueCommand',
        'AskPolicyCheck',
        'UpdateSecretVersionStageCommand',
        'StartExecution',
      ]),
    );
    expect(calls.length).toBeGreaterThan(40);
  });

  it.each([
    ['rotated', 'before', 2],
    ['rotated', 'after', 2],
    ['bootstrap', 'before', 1],
    ['bootstrap', 'after', 1],
  ] as const)(
    'of a %s gateway, killed %s any of its calls, is completed by the retry with one new credential (invariants 4 and 5)',
    async (kind, when, liveInTheEnd) => {
      const calls = await callsOf(kind);
      for (let at = 1; at <= calls.length; at++) {
        const { run, record, holder, labels, started } = await rotations.openGateway(kind);
        await run(killedAt(at, when)).catch(() => undefined);
        await run();
        const gateway = await record();
        const where = `killed ${when} call ${at}, ${calls[at - 1]}`;
        expect(gateway.live, where).toHaveLength(liveInTheEnd);
        expect(gateway, where).toMatchObject({
          currentVersionId: token,
          revoked: [],
          rotation: {
            rotationId: token,
            stage: 'PROMOTED',
            driver: 'workflow',
            attempt: 1,
            trigger: kind === 'rotated' ? 'scheduled' : 'bootstrap',
          },
        });
        expect(await holder('AWSCURRENT'), where).toBe(token);
        expect(new Set(started), where).toEqual(new Set([`arn:${token}-1`]));
        const kept = Object.values(await labels()).flatMap((held) => held.filter((label) => label.startsWith('live-')));
        expect(kept, where).toHaveLength(liveInTheEnd);
      }
    },
  );

  it.each(['is done while the run is paused', 'comes after it'] as const)(
    'paused at each of its calls: the button is pressed, its replacement %s, and AWSCURRENT is where the record says (invariants 3 and 7)',
    async (order) => {
      const calls = await callsOf('rotated');
      for (let at = 1; at <= calls.length; at++) {
        const { run, record, holder, press, replace } = await rotations.openGateway();
        const act = async () => {
          await press();
          if (order === 'is done while the run is paused') await replace();
        };
        await run(pausedAt(at, act)).catch(() => undefined);
        await run().catch(() => undefined); // Secrets Manager tries again
        await replace();
        const gateway = await record();
        const where = `paused at call ${at}, ${calls[at - 1]}`;
        expect(gateway.rotation, where).toMatchObject({ rotationId: other, trigger: 'compromise', stage: 'PROMOTED' });
        expect(await holder('AWSCURRENT'), where).toBe(gateway.currentVersionId);
        expect(gateway.currentVersionId, where).toBe(other);
        expect(
          gateway.live.filter(({ compromised }) => compromised === undefined),
          where,
        ).toHaveLength(1);
        expect([undefined, other], where).toContain(await holder('AWSPENDING'));
      }
    },
  );

  it('rolled back while finishSecret is under way, at any of its calls, leaves AWSCURRENT on what the record goes back to', async () => {
    const calls = await callsOf('rotated');
    const from = calls.indexOf('UpdateSecretVersionStageCommand');
    for (let at = from - 1; at <= calls.length; at++) {
      const { run, record, holder, replace, needs, gatewayId } = await rotations.openGateway();
      const rollBack = async () => {
        const asked = { kind: 'roll-back', rotationId: token, actor: 'ann', reason: 'test' } as const;
        await needs.gateways.apply(gatewayId, asked);
        await replace().catch(() => undefined);
      };
      await run(pausedAt(at, rollBack)).catch(() => undefined);
      await run().catch(() => undefined); // Secrets Manager tries again
      await replace().catch(() => undefined);
      const gateway = await record();
      const where = `rolled back at call ${at}, ${calls[at - 1]}`;
      if (gateway.rotation && !gateway.rotation.rolledBack) continue; // it was refused: the rotation had been taken over
      expect(await holder('AWSCURRENT'), where).toBe(gateway.currentVersionId);
      expect(gateway.currentVersionId, where).not.toBe(token);
    }
  });
});
