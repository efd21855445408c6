import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proofsIn } from '../../lambdas/aws/proofs.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import type { Use } from '../../lambdas/domain/kit.ts';
import type { KitVerdict } from '../../lambdas/domain/kit-verdict.ts';
import { shardProof } from '../../lambdas/domain/shard-proof.ts';
import { all, openEmulated } from './emulated.ts';

let emulated: Awaited<ReturnType<typeof openEmulated>>;
beforeAll(async () => {
  emulated = await openEmulated();
});
afterAll(() => emulated.close());

const gatewayId = 'orders' as GatewayId;
const rotation = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}` as RotationId;
const kitId = (index: number) => `kit-${'x'.repeat(50)}-${index}` as KitId;
const late = (index: number, addresses: readonly string[] = []): KitVerdict => ({
  ...{ kind: 'LAGGARD', kitId: kitId(index), owner: 'a-team-with-a-long-name@example.com' },
  ...{ code: 'STILL_ON_PREDECESSOR', redo: false, addresses },
});
const uses = (of: KitId, count: number): readonly Use[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ credentialId: 'abcdefghij' as CredentialId, kitId: of, address: `2001:db8:0:0:0:0:0:${index}` },
    ...{ firstUsedAtMs: 1_700_000_000_000, lastUsedAtMs: 1_700_000_000_000 + index },
  }));
/** What was read of a shard of so many kits, two nodes each. */
const proofOf = (shard: number, kits: number, revision = 7) => {
  const verdicts = Array.from({ length: kits }, (_, index) => late(index));
  const byKit = new Map(verdicts.map((one) => [one.kitId as string, uses(one.kitId, 2)]));
  return shardProof({ shard, revision, atMs: 1_700_000_000_000 }, verdicts, byKit);
};
const kept = async (digit: number) => all(proofsIn(emulated.dynamodb, emulated.table).of(gatewayId, rotation(digit)));

describe('the proof of a shard', () => {
  it('of 1,000 kits with two sources each is kept whole, and so are its neighbours', async () => {
    const { keep } = proofsIn(emulated.dynamodb, emulated.table);
    const proofs = [proofOf(0, 1), proofOf(1, 1_000), proofOf(2, 2)];
    for (const proof of proofs) await keep(gatewayId, rotation(1), proof);
    expect(await kept(1)).toEqual(proofs);
  });

  it('is read alone, or with those next to it, when only these are asked for', async () => {
    const { keep, of } = proofsIn(emulated.dynamodb, emulated.table);
    const proofs = [0, 1, 2, 11].map((shard) => proofOf(shard, shard === 1 ? 1_000 : 1));
    for (const proof of proofs) await keep(gatewayId, rotation(4), proof);
    const range = (fromShard: number, toShard: number) => all(of(gatewayId, rotation(4), { fromShard, toShard }));
    expect(await range(1, 1)).toEqual([proofs[1]]);
    expect(await range(1, 2)).toEqual([proofs[1], proofs[2]]);
    expect(await range(2, 11)).toEqual([proofs[2], proofs[3]]);
  });

  it('in place of an older, longer one is read alone', async () => {
    const { keep } = proofsIn(emulated.dynamodb, emulated.table);
    const younger = [proofOf(0, 2, 8), proofOf(1, 1_500, 9)];
    for (const proof of [proofOf(0, 3_000), proofOf(1, 3_000), ...younger]) await keep(gatewayId, rotation(2), proof);
    expect(await kept(2)).toEqual(younger);
  });

  it('that was not written to its end leaves the one before it as it was', async () => {
    const before = proofOf(0, 3_000);
    await proofsIn(emulated.dynamodb, emulated.table).keep(gatewayId, rotation(3), before);
    const send = emulated.dynamodb.send.bind(emulated.dynamodb);
    let sent = 0;
    const dying = Object.assign(Object.create(emulated.dynamodb) as typeof emulated.dynamodb, {
      send: async (command: Parameters<typeof send>[0]) => {
        if (++sent > 1) throw new Error('the process died');
        return send(command);
      },
    });
    await expect(proofsIn(dying, emulated.table).keep(gatewayId, rotation(3), proofOf(0, 3_000, 8))).rejects.toThrow();
    expect(await kept(3)).toEqual([before]);
  });

  it('of one laggard with thousands of addresses names the first of them, and how many more there are', async () => {
    const addresses = Array.from({ length: 20_000 }, (_, index) => `2001:db8:0:0:0:0:0:${index}`);
    const byKit = new Map([[kitId(0) as string, uses(kitId(0), 20_000)]]);
    const proof = shardProof({ shard: 0, revision: 7, atMs: 1 }, [late(0, addresses)], byKit);
    await proofsIn(emulated.dynamodb, emulated.table).keep(gatewayId, rotation(4), proof);
    const [found] = await kept(4);
    expect(found?.kits[0]).toMatchObject({
      verdict: { addresses: addresses.slice(0, 20) },
      unnamedAddresses: 19_980,
      sources: expect.objectContaining({ length: 8 }),
    });
  });
});

describe('the list that a force covers', () => {
  it('of a large fleet is kept whole, under its hash', async () => {
    const { keepCovered, covered } = proofsIn(emulated.dynamodb, emulated.table);
    const fleet = Array.from({ length: 20_000 }, (_, index) => kitId(index));
    await keepCovered(gatewayId, rotation(5), 'hash', fleet);
    await keepCovered(gatewayId, rotation(5), 'other', ['one']);
    expect(await covered(gatewayId, rotation(5), 'hash')).toEqual(fleet);
    expect(await covered(gatewayId, rotation(5), 'other')).toEqual(['one']);
  });

  it('that was never kept is empty', async () => {
    const { covered } = proofsIn(emulated.dynamodb, emulated.table);
    expect(await covered(gatewayId, rotation(6), 'hash')).toEqual([]);
  });
});
