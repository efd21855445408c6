import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
import type { FoundPlugin } from '../../lambdas/kits/kong-plugins.ts';
import type { Found } from '../../lib/cli/import/found.ts';
import { proposeKits } from '../../lib/cli/import/proposal.ts';
import { gatewayId as atPingOne, basicWorker, directoryId, environmentId } from '../local/stand-ins/pingone-account.ts';
import { type AtPingOne, openAtPingOne } from '../pingone/pingone-system.ts';
import { cliOf } from './terminal-double.ts';

describe('import', () => {
  let system: AtPingOne;
  let run: ReturnType<typeof cliOf>;
  let folder: string;
  let file: string;
  beforeAll(async () => {
    system = await openAtPingOne({ byHand: 2 });
    run = cliOf(system);
    await system.deployment.secretsManager.send(
      new CreateSecretCommand({
        Name: 'pingone/payments',
        SecretString: JSON.stringify({ clientId: basicWorker.clientId, clientSecret: basicWorker.clientSecret }),
        Tags: [{ Key: 'gateway-credential-rotation', Value: 'payments' }],
      }),
    );
    folder = mkdtempSync(join(tmpdir(), 'import-'));
    file = join(folder, 'gateways.json');
  });
  afterAll(async () => {
    await system.close();
    rmSync(folder, { recursive: true });
  });
  const adminUrls = () => system.nodes.map(({ kong }) => kong.adminUrl);
  const where = () => [
    ...['--environment', environmentId, '--pingone-gateway', atPingOne, '--worker-secret', 'pingone/payments'],
    ...['--api-url', system.pingOne.apiUrl, '--token-url', system.pingOne.tokenUrl],
    ...['--service-url', system.pingOne.serviceUrl],
  ];
  const common = () => ['--owner', 'edge@example.com', '--file', file];

  it('proposes a kit for each plugin that holds a credential, names the one nobody holds, and changes nothing', async () => {
    const [used, unused] = system.made;
    const { exitCode, out } = await run(['import', 'payments', ...where(), '--kong', ...adminUrls(), ...common()]);
    expect(exitCode).toBe(0);
    expect(out).toContain('Gateway payments in PingOne has 2 of at most 5 credentials:');
    expect(out).toContain(`Nothing that was found holds ${unused?.id} (never used)`);
    for (const { plugin } of system.nodes) expect(out).toContain(plugin);
    expect(out).toContain('npx gateway-credentials adopt payments --credential all');
    for (const { value } of system.made) expect(out).not.toContain(value.slice(-20));
    expect(out).toContain(String(used?.id));
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
    expect(system.nodes.flatMap(({ kong }) => kong.requests).every((one) => one.startsWith('GET '))).toBe(true);
    expect(system.pingOne.control.asked).not.toContain('create-credential');
  });

  it('writes a file that can be applied, whose kits find exactly these plugins, and is done the second time', async () => {
    const first = adminUrls().slice(0, 1);
    const other = system.nodes[0]?.kong.addPlugin({ serviceUrl: system.pingOne.serviceUrl });
    const written = await run(['import', 'payments', ...where(), '--kong', ...first, ...common(), '--write']);
    expect(written.exitCode).toBe(0);
    const { gateways } = JSON.parse(readFileSync(file, 'utf8'));
    expect(gateways).toEqual([
      {
        gatewayId: 'payments',
        authority: expect.objectContaining({ kind: 'pingone', environmentId, gatewayId: atPingOne }),
        kits: [
          expect.objectContaining({
            kind: 'kong',
            owner: 'edge@example.com',
            settings: {
              ...{ adminUrl: first[0], serviceUrl: system.pingOne.serviceUrl },
              pluginIds: [system.nodes[0]?.plugin],
            },
          }),
        ],
      },
    ]);
    const kitId = gateways[0].kits[0].kitId;
    const tested = await run(`kits test payments ${kitId} --file ${file} --json`);
    expect(JSON.parse(tested.out)).toMatchObject({ result: 'READY', holds: [system.made[0]?.id] });
    const more = await run(['import', 'payments', '--kong', ...adminUrls(), ...common(), '--write', '--json']);
    expect(JSON.parse(more.out)).toMatchObject({ isWritten: true, kits: [expect.anything()] });
    const again = await run(['import', 'payments', '--kong', ...adminUrls(), ...common(), '--write']);
    expect(again.out).toContain(`${file} has all of this already.`);
    if (other) system.nodes[0]?.kong.removePlugin(other);
  });

  it('refuses to write a part: a Kong that cannot be asked is named', async () => {
    const before = readFileSync(file, 'utf8');
    const [node] = system.nodes;
    node?.kong.faults.push(503);
    const failed = await run(['import', 'payments', '--kong', ...adminUrls(), ...common(), '--write']);
    expect(failed).toMatchObject({ exitCode: 1, out: '' });
    expect(failed.said).toMatch(/Nothing was written.*HTTP 503/);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('refuses what contradicts the file, is missing, or would send a token in the clear', async () => {
    const both = await run(['import', 'payments', ...where(), ...common()]);
    expect(both).toMatchObject({ exitCode: 2, said: expect.stringContaining('leave these options out') });
    const neither = await run(['import', 'elsewhere', ...common()]);
    expect(neither).toMatchObject({ exitCode: 2, said: expect.stringContaining('--environment, --pingone-gateway') });
    const clear = await run(['import', 'payments', '--kong', 'http://kong.example:8001', ...common()]);
    expect(clear).toMatchObject({ exitCode: 2, said: expect.stringContaining('must be https') });
    writeFileSync(join(folder, 'builtin.json'), readFileSync(file, 'utf8').replace('"payments"', '"others"'));
    const secret = [...where()].map((word) => (word === 'pingone/payments' ? 'pingone/none' : word));
    const unread = await run(['import', 'more', ...secret, '--owner', 'x', '--file', join(folder, 'builtin.json')]);
    expect(unread).toMatchObject({ exitCode: 4, said: expect.stringContaining('pingone/none') });
  });
});

describe('a proposal', () => {
  const [one, two] = ['aaaaaaaa-1111-4222-8333-444455556666', 'bbbbbbbb-1111-4222-8333-444455556666'] as const;
  const serviceUrl = 'https://http-access-api.pingone.eu/v1/environments/x';
  const adminUrl = 'https://kong.internal:8444';
  const plugin = (id: string, holds: FoundPlugin['holds'], more: Partial<FoundPlugin> = {}): FoundPlugin => ({
    ...{ id, attachedTo: 'all requests', serviceUrl, holds },
    ...more,
  });
  const holding = (credentialId: string, digest = 'd', gatewayId: string = atPingOne): FoundPlugin['holds'] => ({
    ...{ kind: 'pingone', credentialId, environmentId, gatewayId, digest },
  });
  const propose = (plugins: readonly FoundPlugin[], more: Partial<Found> = {}) =>
    proposeKits({
      authority: { environmentId, gatewayId: atPingOne },
      serviceUrl,
      listed: [{ credentialId: one as CredentialId, createdAtMs: 0, lastUsedAtMs: 1 }],
      kongs: [{ place: { adminUrl }, plugins }],
      maps: [],
      kits: [],
      owner: 'edge',
      ...more,
    });

  it('leaves plugins of another gateway alone, and says which kit in the file would find them', () => {
    const plugins = [plugin('p1', holding(one)), plugin('p2', holding(two, 'd', directoryId))];
    const proposed = propose(plugins);
    expect(proposed.kits).toEqual([
      {
        kitId: 'kong-internal-8444-p1',
        kind: 'kong',
        owner: 'edge',
        settings: { adminUrl, serviceUrl, pluginIds: ['p1'] },
      },
    ]);
    const kits = [{ kitId: 'all', kind: 'kong', settings: { adminUrl } }];
    expect(propose(plugins, { kits }).notes).toEqual([
      'Kit all also finds a plugin of another gateway, p2: give it "pluginIds": ["p1"].',
    ]);
  });

  it('says that a vault reference cannot be read, and what to do with it', () => {
    const { kits, notes, rows } = propose([plugin('p1', { kind: 'reference' })]);
    expect(kits).toEqual([]);
    expect(rows[0]).toMatchObject({ holds: 'a vault reference, which cannot be read', kit: '' });
    expect(notes.join('\n')).toMatch(
      /Behind the vault reference of plugin p1 .* of kind kong with pluginIds and vaultSecret/,
    );
  });

  it('says that a credential is not in PingOne any more, that values differ, and that another address is called', () => {
    const { rows, notes } = propose([
      plugin('p1', holding(two, 'a')),
      plugin('p2', holding(two, 'b'), { serviceUrl: 'https://elsewhere.example/v1' }),
    ]);
    expect(rows[0]?.holds).toBe(`${two}, which PingOne does not have (any more)`);
    expect(notes.join('\n')).toContain(`Found were 2 different values that all name credential ${two}`);
    expect(notes.join('\n')).toContain(`Plugin p2 calls another Service URL than ${serviceUrl}`);
  });

  it('gives names that are free, of what a name may be', () => {
    const places = ['https://127.0.0.1:8001', 'https://127.0.0.1:8001/'];
    const kongs = places.map((url) => ({ place: { adminUrl: url }, plugins: [plugin('p1', holding(one))] }));
    const kits = [{ kitId: 'kong-127-0-0-1-8001', kind: 'manual' }];
    expect(propose([], { kongs, kits }).kits.map(({ kitId }) => kitId)).toEqual([
      'kong-127-0-0-1-8001-2',
      'kong-127-0-0-1-8001-3',
    ]);
  });
});
