import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAudit } from '../../lambdas/aws/audit.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { labelIn } from '../../lambdas/domain/labels.ts';
import { applyRegistry, describeChange } from '../../lambdas/registry/apply.ts';
import { RegistryRefused, readRegistry } from '../../lambdas/registry/read-registry.ts';
import { all } from '../aws/emulated.ts';
import { type Opened, openRegistry } from './emulated-registry.ts';

const gatewayId = 'orders' as GatewayId;
const builtin = { authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
const pingOne = {
  authority: {
    ...{ kind: 'pingone', environmentId: '5f6b7c1a-2d3e-4f50-8a91-b2c3d4e5f601', region: 'EU', workerSecret: 'worker' },
    gatewayId: '8c1d2e3f-4a5b-4c6d-9e7f-a0b1c2d3e4f5',
  },
};
const file = (ofGateway: object, ofKit: object = {}) =>
  JSON.stringify({
    gateways: [{ gatewayId, ...ofGateway, kits: [{ kitId: 'one', kind: 'manual', owner: 'kim', ...ofKit }] }],
  });

let opened: Opened;
beforeEach(async () => {
  opened = await openRegistry();
});
afterEach(() => opened.close());
const apply = async (text: string): Promise<readonly string[]> => {
  const changes = await applyRegistry(opened.needs, readRegistry(text), { actor: 'ann', reason: 'x' }, { plan: false });
  return changes.map(describeChange);
};
const changesInAudit = async () =>
  (await all(readAudit(opened.dynamodb, opened.table, gatewayId, 0))).flatMap(({ kind, detail }) =>
    kind === 'configure' ? [detail?.changes] : [],
  );

describe('labels', () => {
  test('of gateways and kits are registered, recorded, changed and taken away again, and nothing is distributed for them', async () => {
    await apply(file({ ...builtin, labels: { env: 'prod' } }, { labels: { team: 'edge' } }));
    expect(await opened.needs.gateways.read(gatewayId)).toMatchObject({ labels: { env: 'prod' } });
    expect(await all(opened.needs.kits.all(gatewayId, 1))).toMatchObject([{ labels: { team: 'edge' } }]);
    expect(await apply(file({ ...builtin, labels: { env: 'test', tier: '1' } }, { labels: { team: 'api' } }))).toEqual([
      '~ gateway orders: labels env=prod become env=test,tier=1',
      '~ kit orders/one: labels',
    ]);
    expect(await changesInAudit()).toEqual([['labels env=prod become env=test,tier=1']]);
    expect(await apply(file(builtin))).toHaveLength(2);
    expect(await opened.needs.gateways.read(gatewayId)).not.toHaveProperty('labels');
    expect((await all(opened.needs.kits.all(gatewayId, 1)))[0]).not.toHaveProperty('labels');
    expect(await apply(file(builtin))).toEqual([]);
  });

  test('stay when something else of the gateway is recorded, and that is recorded at PingOne too', async () => {
    const gatewaySecrets = { ...opened.needs.gatewaySecrets, setSchedule: async () => 'CHANGED' as const };
    Object.assign(opened.needs, { gatewaySecrets });
    await apply(file({ ...pingOne, labels: { env: 'prod' } }));
    await apply(file({ ...pingOne, labels: { env: 'prod' }, schedule: { expression: 'rate(30 days)' } }));
    expect(await changesInAudit()).toEqual([['it rotates by a schedule'], ['its schedule is set to rate(30 days)']]);
    expect(await opened.needs.gateways.read(gatewayId)).toMatchObject({ labels: { env: 'prod' } });
  });

  test.each([
    [
      'a value with a blank',
      { env: 'pro d' },
      'gateways[0].labels.env: given "pro d"; it is no label: allowed is a name and a value, each 1 to 63 of A-Z',
    ],
    ['a name that ends with a dash', { 'env-': 'prod' }, 'gateways[0].labels.env-: given "prod"; it is no label'],
    ['a number', { tier: 1 }, 'gateways[0].labels.tier: given 1; it is no label'],
    ['a name of objects', JSON.parse('{"__proto__": "x"}') as object, 'gateways[0].labels.__proto__: given'],
    ['a list', ['prod'], 'gateways[0].labels: given a list; allowed is an object: up to 8 labels'],
    [
      'more characters than a record has room for',
      Object.fromEntries(['a', 'b', 'c'].map((name) => [name.repeat(43), 'x'.repeat(43)])),
      'gateways[0].labels: given an object; allowed is an object: up to 8 labels such as {"env": "prod"}, of 224 characters together',
    ],
    [
      'nine',
      Object.fromEntries(['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((name) => [name, 'x'])),
      'gateways[0].labels: given an object; allowed is an object: up to 8 labels',
    ],
  ])('refuses %s', (_, labels, problem) => {
    expect(() => readRegistry(file({ ...builtin, labels }))).toThrow(RegistryRefused);
    expect(() => readRegistry(file({ ...builtin, labels }))).toThrow(problem);
  });

  test('are typed as name=value, and refuse everything else', () => {
    expect(labelIn('env=prod')).toEqual(['env', 'prod']);
    for (const text of ['env', 'env=', '=prod', 'env=a=b', 'env=a b', '__proto__=x'])
      expect(labelIn(text)).toBeUndefined();
  });
});
