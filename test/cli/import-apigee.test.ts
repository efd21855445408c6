import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mapPathOf, mapPlaceIn } from '../../lib/cli/import/places.ts';
import { type Apigee, openApigee } from '../../lib/local/stand-ins/apigee.ts';
import { gatewayId as atPingOne, basicWorker, directoryId, environmentId } from '../local/stand-ins/pingone-account.ts';
import { type AtPingOne, openAtPingOne } from '../pingone/pingone-system.ts';
import { cliOf } from './terminal-double.ts';

const map = 'organizations/acme/environments/prod/keyvaluemaps/ping';
const other = 'organizations/acme/keyvaluemaps/pong';

describe('import from Apigee', () => {
  let system: AtPingOne;
  let apigee: Apigee;
  let run: ReturnType<typeof cliOf>;
  let folder: string;
  let file: string;
  let foreign: string;
  beforeAll(async () => {
    system = await openAtPingOne({ byHand: 2, kongs: [] });
    run = cliOf(system);
    apigee = await openApigee({ port: 0, cacheMs: 0, nowMs: Date.now });
    foreign = system.pingOne.createByHand(directoryId, system.pingOne.origin).value;
    const secrets = {
      'pingone/payments': JSON.stringify({ clientId: basicWorker.clientId, clientSecret: basicWorker.clientSecret }),
      'kits/apigee/key': apigee.keyFile,
    };
    for (const [Name, SecretString] of Object.entries(secrets))
      await system.deployment.secretsManager.send(
        new CreateSecretCommand({
          ...{ Name, SecretString },
          Tags: [{ Key: 'gateway-credential-rotation', Value: 'payments' }],
        }),
      );
    folder = mkdtempSync(join(tmpdir(), 'import-apigee-'));
    file = join(folder, 'gateways.json');
  });
  beforeEach(() => {
    const filler = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`filler-${index}`, 'x']));
    apigee.addMap(map, { ...filler, shared_secret: String(system.made[0]?.value), theirs: foreign });
    apigee.addMap(other, { base_path: '/v1' });
  });
  afterAll(async () => {
    await system.close();
    await apigee.close();
    rmSync(folder, { recursive: true });
  });
  const atPingOneWords = () => [
    ...['--environment', environmentId, '--pingone-gateway', atPingOne, '--worker-secret', 'pingone/payments'],
    ...['--api-url', system.pingOne.apiUrl, '--token-url', system.pingOne.tokenUrl],
    ...['--service-url', system.pingOne.serviceUrl],
  ];
  const common = () => ['--owner', 'api@example.com', '--file', file];
  const maps = (...paths: readonly string[]) => [
    ...['--apigee', ...paths, '--apigee-access-secret', 'kits/apigee/key'],
    ...['--apigee-url', apigee.origin, '--apigee-token-url', apigee.tokenUrl],
  ];
  const settings = () => ({
    ...{ organization: 'acme', environment: 'prod', keyValueMap: 'ping', entry: 'shared_secret' },
    ...{ accessSecret: 'kits/apigee/key', baseUrl: apigee.origin, tokenUrl: apigee.tokenUrl },
  });

  it('finds the entry that holds a credential of this gateway, leaves that of another alone, and changes nothing', async () => {
    const { exitCode, out } = await run(['import', 'payments', ...atPingOneWords(), ...maps(map), ...common()]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/shared_secret .*apigee-acme-prod-ping-shared-secret \(new\)/);
    expect(out).toMatch(/theirs .*a credential of another PingOne gateway +none/);
    expect(out).toContain("another PingOne gateway's credential is there: theirs of key value map");
    expect(out).toContain(`Nothing that was found holds ${system.made[1]?.id} (never used)`);
    expect(out).not.toContain('filler');
    for (const value of [...system.made.map((one) => one.value), foreign]) expect(out).not.toContain(value.slice(-20));
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
    expect(apigee.requests.filter((one) => !one.startsWith('GET ') && one !== 'POST /token')).toEqual([]);
  });

  it('says that nothing was found, and that a map does not show its values', async () => {
    const none = await run(['import', 'payments', ...atPingOneWords(), ...maps(other), ...common()]);
    expect(none.out).toContain('No entry with a credential of PingOne was found.');
    expect(none.out).toContain(`No credential of this gateway is in key value map ${other}, which has 1 entry.`);
    expect(none.out).not.toContain('ping-auth');
    apigee.addMap(other, { a: 'x' }, { masks: true });
    const masked = await run(['import', 'payments', ...atPingOneWords(), ...maps(other), ...common()]);
    expect(masked.out).toMatch(/Asterisks are shown for 1 of 1 entry of .*pong.*"masksValues": true/);
    expect(masked.out).not.toContain('No credential of this gateway');
  });

  it('refuses to write a part, and names the map that could not be asked', async () => {
    const gone = 'organizations/acme/apis/proxy/keyvaluemaps/gone';
    const words = ['import', 'payments', ...atPingOneWords(), ...maps(map, gone), ...common(), '--write'];
    const failed = await run(words);
    expect(failed).toMatchObject({ exitCode: 1, out: '' });
    expect(failed.said).toMatch(/Nothing was written.*apis\/proxy\/keyvaluemaps\/gone.*no such map/);
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
  });

  it('writes a kit that is exactly that entry and can be tested, and is done the second time', async () => {
    const written = await run(['import', 'payments', ...atPingOneWords(), ...maps(map), ...common(), '--write']);
    expect(written.exitCode).toBe(0);
    const [{ kits }] = JSON.parse(readFileSync(file, 'utf8')).gateways;
    expect(kits).toEqual([
      {
        ...{ kitId: 'apigee-acme-prod-ping-shared-secret', kind: 'apigee', owner: 'api@example.com' },
        settings: settings(),
      },
    ]);
    const tested = await run(`kits test payments ${kits[0].kitId} --file ${file} --json`);
    expect(JSON.parse(tested.out)).toMatchObject({ result: 'READY', holds: [system.made[0]?.id] });
    const again = await run(['import', 'payments', ...maps(map), ...common(), '--write']);
    expect(again.out).toContain(`${file} has all of this already.`);
  });

  it('says that two entries hold different values with one id', async () => {
    const value = String(system.made[0]?.value);
    apigee.addMap(map, { shared_secret: value, copy: `${value.slice(0, -4)}AAAA` });
    const { out } = await run(['import', 'payments', ...maps(map), ...common()]);
    expect(out).toContain(`2 different values that all name credential ${system.made[0]?.id}`);
  });

  it.each([
    ['a path that is none', () => maps('ping'), 'given is ping; allowed is organizations/'],
    ['a scope that is none', () => maps('organizations/a/proxies/b/keyvaluemaps/c'), 'allowed is organizations/'],
    ['no secret', () => ['--apigee', map], '--apigee-access-secret'],
    ['an edition that is none', () => [...maps(map), '--apigee-edition', 'opdk'], '--apigee-edition: must be'],
  ])('refuses %s', async (_what, words, said) => {
    const refused = await run(['import', 'elsewhere', ...atPingOneWords(), ...words(), ...common()]);
    expect(refused).toMatchObject({ exitCode: 2, said: expect.stringContaining(said) });
  });
});

describe('the path of a key value map', () => {
  it.each([
    ['organizations/a/keyvaluemaps/c', { organization: 'a', keyValueMap: 'c' }],
    ['organizations/a/environments/b/keyvaluemaps/c', { organization: 'a', environment: 'b', keyValueMap: 'c' }],
    ['organizations/a/apis/b/keyvaluemaps/c', { organization: 'a', api: 'b', keyValueMap: 'c' }],
  ])('%s', (path, place) => {
    const read = mapPlaceIn(path, { accessSecret: 's' });
    expect(read).toEqual({ ...place, accessSecret: 's' });
    expect(mapPathOf(read)).toBe(path);
  });

  it.each([
    '',
    'organizations',
    'organizations/a/keyvaluemaps/',
    'organizations/a/b/keyvaluemaps/c',
    `${map}/entries/x`,
  ])('refuses %j', (path) =>
    expect(() => mapPlaceIn(path, { accessSecret: 's' })).toThrow('allowed is organizations/'),
  );
});
