import { expect, it } from 'vitest';
import type { Gateway } from '../../../lambdas/domain/gateway.ts';
import type { Kit } from '../../../lambdas/domain/kit.ts';
import { judgeMove } from '../../../lib/local/move/judge-move.ts';

const live = [{ credentialId: 'c1', digest: 'd1', versionId: 'v1', stage: 'CURRENT' }];
const gateway = { gatewayId: 'orders', revision: 7, live } as unknown as Gateway;
const kit = (kitId: string, kind: string, settings: object) =>
  ({ gatewayId: 'orders', kitId, kind, settings, owner: 'kim@example.com' }) as unknown as Kit;
const moving = {
  ...{ gateway, items: [], uses: [], isRotating: false, kits: [] as Kit[] },
  versions: [{ versionId: 'v1', labels: ['AWSCURRENT'], value: 'its value' }],
};

it('says of each kit what does not come along: what is reached on loopback, files, and the secrets of its owner', () => {
  const kits = [
    kit('far', 'kong', { adminUrl: 'https://kong.example.com:8444' }),
    kit('near', 'kong', { adminUrl: 'http://127.0.0.1:8001', adminTokenSecret: 'kits/near/token' }),
    { ...kit('gone', 'kong', { adminUrl: 'http://127.0.0.1:8001' }), retiredAtMs: 1 },
  ];
  const { verdict, why, left } = judgeMove({ ...moving, kits }, undefined, false);
  expect({ verdict, why }).toEqual({ verdict: 'MOVE', why: '1 accepted, 2 kits, 7 entries of history' });
  expect(left).toEqual([
    'kit near: it is reached at 127.0.0.1, which is this machine alone',
    'kit near: what it is reached with has to be made there, with its tag: kits/near/token',
  ]);
});

it.each<[string, Partial<typeof moving>, Gateway | undefined, string]>([
  ['while a rotation runs', { gateway: { ...gateway, rotation: {} } as Gateway }, undefined, 'REFUSED'],
  ['while Secrets Manager rotates its secret', { isRotating: true }, undefined, 'REFUSED'],
  ['whose value is lost', { versions: [] }, undefined, 'REFUSED'],
  ['that is there', {}, gateway, 'REFUSED'],
  ['without a credential', { gateway: { ...gateway, live: [] } }, undefined, 'NOTHING'],
])('does not move a gateway %s', (_, change, there, verdict) => {
  expect(judgeMove({ ...moving, ...change }, there, false).verdict).toBe(verdict);
});

it('takes a gateway there for its own only when an earlier try has begun, and its history and credentials are gone on with', () => {
  const there = { ...gateway, revision: 8 };
  expect(judgeMove(moving, there, true).verdict).toBe('THERE');
  expect(judgeMove(moving, there, false).verdict).toBe('REFUSED');
  expect(judgeMove(moving, { ...there, live: [] }, true).verdict).toBe('REFUSED');
  expect(judgeMove(moving, gateway, true).verdict).toBe('REFUSED');
});
