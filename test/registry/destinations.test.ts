import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAudit } from '../../lambdas/aws/audit.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { applyFile } from '../../lambdas/registry/apply-file.ts';
import { all } from '../aws/emulated.ts';
import { type Opened, openRegistry } from './emulated-registry.ts';

const gatewayId = 'orders' as GatewayId;
const kong = (adminUrl: string, more: object = {}, owner = 'edge-team') => ({
  kitId: 'edge',
  kind: 'kong',
  owner,
  settings: { adminUrl, ...more },
});
const file = (...kits: readonly object[]) =>
  JSON.stringify({ gateways: [{ gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits }] });

let opened: Opened;
beforeEach(async () => {
  opened = await openRegistry();
});
afterEach(() => opened.close());

const apply = (text: string, plan = false) =>
  applyFile(opened.needs, text, { plan, actor: 'claimed: ann', reason: 'moved' }, true);
const kits = async () => all(opened.needs.kits.all(gatewayId, 1));
const audit = async () => all(readAudit(opened.dynamodb, opened.table, gatewayId, 0));

test('where the credential of a new kit goes is in the plan, in the record and told to its owner, before the kit is there', async () => {
  const text = file(kong('https://kong.example.com:8444/hidden-path', { adminTokenSecret: 'kits/edge/token' }));
  const { changes } = await apply(text, true);
  expect(changes).toContain(
    '+ kit orders/edge: kong; gets the first credential; its credential goes to https://kong.example.com:8444, secret kits/edge/token',
  );
  expect(opened.told).toEqual([]);
  await apply(text);
  const destinations = { edge: ['https://kong.example.com:8444', 'secret kits/edge/token'] };
  expect((await audit()).find(({ kind }) => kind === 'kits-changed')).toMatchObject({
    actor: 'claimed: ann',
    reason: 'moved',
    detail: { added: 1, destinations },
  });
  expect(opened.told).toMatchObject([{ owner: 'edge-team', kitId: 'edge', severity: 'instruction' }]);
  expect(opened.told[0]?.text).toContain('to https://kong.example.com:8444, secret kits/edge/token.');
  const writes = opened.calls.made.filter((call) => call === 'PublishCommand' || call === 'BatchWriteItemCommand');
  expect(writes).toEqual(['PublishCommand', 'BatchWriteItemCommand']);
});

test('a changed destination is told to the owner before and to the one after, whatever the new file calls him', async () => {
  await apply(file(kong('https://kong.example.com:8444')));
  opened.told.length = 0;
  const { changes } = await apply(file(kong('https://hooks.example.com', {}, 'thief')));
  expect(changes).toEqual(['~ kit orders/edge: owner, settings; its credential goes to https://hooks.example.com']);
  expect(opened.told.map(({ owner, severity }) => [owner, severity])).toEqual([
    ['edge-team', 'escalation'],
    ['thief', 'escalation'],
  ]);
});

test('another path of the same host is a changed destination too, and nothing of it is shown; other changes are none', async () => {
  await apply(file(kong('https://kong.example.com/a')));
  opened.told.length = 0;
  const { changes } = await apply(file(kong('https://kong.example.com/b')));
  expect(changes).toEqual([
    '~ kit orders/edge: settings; its credential goes to another path of https://kong.example.com',
  ]);
  opened.told.length = 0;
  await apply(file(kong('https://kong.example.com/b', { propagationSeconds: 20 })));
  expect(opened.told).toEqual([]);
});

test('another key value map, function, secret of one, and parameter are told as changed destinations', async () => {
  const host = 'https://hooks.example.com';
  const urls = { baseUrl: host, tokenUrl: host };
  const apigee = (keyValueMap: string) => ({
    kitId: 'edge',
    kind: 'apigee',
    owner: 'edge-team',
    settings: { organization: 'acme', keyValueMap, accessSecret: 'kits/key', ...urls },
  });
  const lambda = (functionName: string) => ({
    kitId: 'edge',
    kind: 'aws-lambda',
    owner: 'edge-team',
    settings: { functionName, variable: 'SHARED_SECRET' },
  });
  const inSecret = { functionName: 'other', secret: { secretId: 'kits/fn', cacheSeconds: 300 } };
  const parameter = (more: object) => ({
    kitId: 'edge',
    kind: 'ssm-parameter',
    owner: 'edge-team',
    settings: { parameterName: '/kits/edge', propagationSeconds: 300, ...more },
  });
  const elsewhere = { roleArn: 'arn:aws:iam::444455556666:role/rotation', region: 'eu-west-1' };
  await apply(file(apigee('one')));
  expect((await apply(file(apigee('other')))).changes).toEqual([
    '~ kit orders/edge: settings; its credential goes to another path of https://hooks.example.com',
  ]);
  expect((await apply(file(lambda('one')))).changes[0]).toMatch(/its credential goes to function one$/);
  expect((await apply(file(lambda('other')))).changes[0]).toMatch(/its credential goes to function other$/);
  expect((await apply(file({ ...lambda('other'), settings: inSecret }))).changes[0]).toMatch(
    /its credential goes to secret kits\/fn$/,
  );
  expect((await apply(file(parameter({})))).changes[0]).toMatch(/its credential goes to parameter \/kits\/edge$/);
  expect((await apply(file(parameter(elsewhere)))).changes[0]).toMatch(
    /its credential goes to parameter \/kits\/edge of account 444455556666 in eu-west-1$/,
  );
});

const pingGateway = (path: string, fileName = 'secret.id') => ({
  ...{ kitId: 'edge', kind: 'pinggateway', owner: 'edge-team' },
  settings: { folder: { path, fileName } },
});

test('another file is told as a changed destination', async () => {
  await apply(file(pingGateway('/mnt/ping')));
  expect((await apply(file(pingGateway('/mnt/ping', 'other.id')))).changes).toEqual([
    '~ kit orders/edge: settings; its credential goes to file /mnt/ping/other.id',
  ]);
});

test('other nodes are told as a changed destination', async () => {
  const settings = (value: string) => ({
    runCommand: { documentName: 'ping-credential', targetTag: { key: 'kit', value } },
  });
  const kit = { kitId: 'edge', kind: 'pinggateway', owner: 'edge-team' };
  await apply(file({ ...kit, settings: settings('one') }));
  expect((await apply(file({ ...kit, settings: settings('other') }))).changes).toEqual([
    '~ kit orders/edge: settings; its credential goes to document ping-credential on all nodes with tag kit=other',
  ]);
});

test.for(['/etc', '/mnt/ping/below', '/mnt/ping2'])(
  'refuses a file in %s, which the deployment does not name',
  async (path) => {
    await expect(apply(file(pingGateway(path)))).rejects.toMatchObject({
      name: 'RegistryRefused',
      problems: [
        `kit edge of gateway orders: given the folder ${path}; this deployment allows /mnt/ping. Start this machine with a gateways.json that names it.`,
      ],
    });
    expect(await opened.needs.gateways.read(gatewayId)).toBeUndefined();
  },
);

test('refuses to change a kit whose owner cannot be told', async () => {
  await apply(file(kong('https://kong.example.com')));
  const notifyOwner = async () => Promise.reject(new Error('SNS is down'));
  const text = file(kong('https://hooks.example.com'));
  await expect(
    applyFile({ ...opened.needs, notifyOwner }, text, { plan: false, actor: 'ann', reason: 'moved' }, true),
  ).rejects.toThrow('SNS is down');
  expect((await kits())[0]?.settings).toMatchObject({ adminUrl: 'https://kong.example.com' });
});

test.for([true, false])(
  'refuses a file with another host, whole, with every kit that has one (plan: %s)',
  async (plan) => {
    const evil = { ...kong('https://kong.example.com'), kitId: 'two', probeUrl: 'http://evil.example/' };
    await expect(apply(file(kong('https://evil.example'), evil), plan)).rejects.toMatchObject({
      name: 'RegistryRefused',
      problems: [
        expect.stringMatching(
          /^kit edge of gateway orders: given the host evil\.example; .*kong\.example\.com.*kitHosts/,
        ),
        expect.stringMatching(/^kit two of gateway orders: given the host evil\.example/),
      ],
    });
    expect(await opened.needs.gateways.read(gatewayId)).toBeUndefined();
  },
);

test('more destinations than one entry holds are all recorded, in entries that fit into an item and an event', async () => {
  const many = Array.from({ length: 300 }, (_, index) => ({
    ...kong('https://kong.example.com', { adminTokenSecret: 'x'.repeat(180) }),
    kitId: `kit-${index}`,
  }));
  await apply(file(...many));
  const details = (await audit()).filter(({ kind }) => kind === 'kits-changed').map(({ detail }) => detail);
  expect(details.map((detail) => detail?.added)).toEqual([300, 0, 0]);
  const named = details.flatMap((detail) => Object.keys(detail?.destinations ?? {}));
  expect(named.toSorted()).toEqual(many.map(({ kitId }) => kitId).toSorted());
  for (const detail of details) expect(JSON.stringify(detail).length).toBeLessThan(31_000);
  expect(opened.told).toHaveLength(1);
});

test('what changes of a gateway is recorded in words, its schedule too', async () => {
  const gateways = (more: object) =>
    JSON.stringify({
      gateways: [{ gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits: [], ...more }],
    });
  const gatewaySecrets = { ...opened.needs.gatewaySecrets, setSchedule: async () => 'CHANGED' as const };
  Object.assign(opened.needs, { gatewaySecrets });
  await apply(gateways({}));
  await apply(gateways({ policy: { deadlineSeconds: 1_000_000 }, schedule: { expression: 'rate(30 days)' } }));
  const changes = (await audit()).flatMap(({ kind, detail }) => (kind === 'configure' ? [detail?.changes] : []));
  expect(changes).toEqual([
    [expect.stringMatching(/^deadlineSeconds \d+ becomes 1000000$/), 'it rotates by a schedule'],
    ['its schedule is set to rate(30 days)'],
  ]);
});
