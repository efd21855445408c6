import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { newsIn } from '../../lambdas/aws/news.ts';
import type { NewsSettings } from '../../lambdas/news/channel-schema.ts';
import { operateAny } from '../../lambdas/operator/operate.ts';
import { ownKits } from '../../lambdas/operator/own-kits.ts';
import { gatewayId, manualKit, openSystem, type System } from '../support/system.ts';

const role = 'arn:aws:iam::111122223333:role/teams/EdgeTeam';
const session = 'arn:aws:sts::111122223333:assumed-role/EdgeTeam/kim';
const ids = Array.from({ length: 101 }, (_, index) => `kit-${index}`);

let system: System;
beforeAll(async () => {
  system = await openSystem({
    kits: [...ids.map((kitId) => ({ ...manualKit(kitId), owner: 'edge' })), manualKit('other')],
    telling: { owners: { edge: { principals: [role] } } },
  });
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
});
afterAll(() => system.close());

const needs = () => {
  const { gateways, kits } = system.deployment.stores;
  const owners = { edge: { principals: [role] } };
  const settings: NewsSettings = { channels: {}, news: [], owners };
  const news: Pick<ReturnType<typeof newsIn>, 'settings'> = { settings: async () => settings };
  return { gateways, kits, news: news as ReturnType<typeof newsIn>, now: system.timers.now, log: () => undefined };
};

describe('an owner', () => {
  it('is shown where the credential of his kits is, and never the value', async () => {
    const shown = await ownKits(needs(), { command: 'show', gatewayId, kitIds: ['kit-1'] }, session);
    const { secretArn, rotation } = await system.gateway();
    expect(shown).toEqual({
      gatewayId,
      secretArn,
      credentialId: rotation?.targetId,
      kits: [{ kitId: 'kit-1', owner: 'edge' }],
    });
  });

  it.each([
    ['a role of another account', 'arn:aws:sts::444455556666:assumed-role/EdgeTeam/kim'],
    ['another role', 'arn:aws:sts::111122223333:assumed-role/OtherTeam/EdgeTeam'],
    ['a user of that name', 'arn:aws:iam::111122223333:user/EdgeTeam'],
  ])('refuses %s', async (_, userArn) => {
    await expect(ownKits(needs(), { command: 'show', gatewayId, kitIds: ['kit-1'] }, userArn)).rejects.toMatchObject({
      name: 'InputRefused',
    });
  });

  it('refuses all kits of a call when one of them is not his, and records nothing', async () => {
    const { rotation, revision } = await system.gateway();
    const call = {
      command: 'acknowledge',
      gatewayId,
      kitIds: ['kit-1', 'other'],
      credentialId: rotation?.targetId,
      reason: 'x',
    };
    await expect(ownKits(needs(), call, session)).rejects.toThrow('has no kit other for whose owner');
    expect((await system.gateway()).revision).toBe(revision);
  });
});

describe('many kits by one call', () => {
  const acknowledge = async (kitIds: readonly string[], credentialId?: string) =>
    operateAny(
      needs() as never, // many kits need no more of it
      {
        ...{ command: 'acknowledge-kits', gatewayId, kitIds, reason: 'installed by Kim' },
        credentialId: credentialId ?? (await system.gateway()).rotation?.targetId,
      },
      { userArn: session, requestId: 'request' },
    );

  it('are recorded each in the name of the caller, and a second time nothing changes', async () => {
    const some = ids.slice(0, 5);
    expect(await acknowledge([...some, 'nobody'])).toMatchObject({
      kits: [
        ...some.map((kitId) => ({ kitId, result: 'DONE' })),
        { kitId: 'nobody', result: 'REFUSED', code: 'UNKNOWN_KIT' },
      ],
    });
    expect(await acknowledge(some)).toMatchObject({ kits: some.map(() => ({ result: 'UNCHANGED' })) });
    const entries = (await system.audit()).filter(({ kind, actor }) => kind === 'acknowledge-kit' && actor === session);
    expect(entries).toHaveLength(5);
  });

  it('refuses another credential for each, more than a hundred, and one twice', async () => {
    expect(await acknowledge(['kit-6'], 'j2oh157DT0')).toMatchObject({ kits: [{ code: 'UNKNOWN_CREDENTIAL' }] });
    await expect(acknowledge(ids)).rejects.toThrow('at most 100 kits');
    await expect(acknowledge(['kit-7', 'kit-7'])).rejects.toThrow('name each kit once');
  });
});
