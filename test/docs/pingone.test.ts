import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { readRegistry } from '../../lambdas/registry/read-registry.ts';
import { type Apigee, openApigee } from '../../lib/local/stand-ins/apigee.ts';
import { type Kong, openKong } from '../../lib/local/stand-ins/kong.ts';
import { type OpenPingOne, openPingOne } from '../../lib/local/stand-ins/pingone/open-pingone.ts';
import { type Ran, runCli } from '../cli/terminal-double.ts';
import { account, gatewayId as atPingOne, basicWorker, environmentId } from '../local/stand-ins/pingone-account.ts';
import { type EnforcedDeployment, openForTest } from '../support/open-deployment.ts';
import { statusFor } from '../support/status-for.ts';
import { virtualTimers } from '../support/virtual-timers.ts';
import { readPage } from './pages.ts';

const page = readPage('docs/pingone.md');
const adminToken = 'marked-admin-token';
const payments = 'payments' as GatewayId;

/** The text under one heading, up to the next of the same level or above. */
const sectionOf = (heading: string): string => {
  const [, level = ''] = new RegExp(`^(#+) ${heading}$`, 'm').exec(page) ?? [];
  const start = page.indexOf(`${level} ${heading}\n`);
  if (level === '' || start < 0) throw new Error(`The page has no heading "${heading}".`);
  const rest = page.slice(start + level.length + heading.length + 1);
  const end = rest.search(new RegExp(`^#{1,${level.length}} `, 'm'));
  return end < 0 ? rest : rest.slice(0, end);
};
const blocksIn = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, 'gm'))].map(([, block = '']) => block);
const commandsIn = (text: string): readonly string[] =>
  blocksIn(text, 'sh')
    .flatMap((block) => block.split('\n').map((line) => line.replace(/ +# .*$/, '').trim()))
    .filter((line) => line !== '');

/** The words of a command line, as a shell has them: quotes, and no more. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');

/** What the page says, in the place where this test plays it. */
type Place = { readonly said: string; readonly here: string };
let places: readonly Place[];
const here = (text: string): string => places.reduce((all, one) => all.replaceAll(one.said, one.here), text);

const timers = virtualTimers(Date.now());
let folder: string;
let file: string;
let kong: Kong;
let plugin: string;
let apigee: Apigee;
let pingOne: OpenPingOne;
let deployment: EnforcedDeployment;
let made: { readonly id: string; readonly value: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'page-'));
  file = join(folder, 'gateways.json');
  const deployed = join(folder, 'deployed.json');
  const hosts = { url: 'http://127.0.0.1:1', readBackUrl: 'http://127.0.0.1:1', signingSecret: 'none' };
  const named = { gatewayId: 'never-applied', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
  const kits = [{ kitId: 'names-this-machine', kind: 'webhook', owner: 'nobody', settings: hosts }];
  writeFileSync(deployed, JSON.stringify({ gateways: [{ ...named, kits }] }));
  writeFileSync(
    join(folder, 'worker.json'),
    JSON.stringify({ clientId: basicWorker.clientId, clientSecret: basicWorker.clientSecret }),
  );
  writeFileSync(join(folder, 'kong-token.txt'), adminToken);
  pingOne = await openPingOne({
    ...account({ nowMs: 0 }),
    timers: { now: timers.now, sleep: async () => undefined },
    port: 0,
  });
  pingOne.control.lastUsedLagMs = 60_000;
  made = pingOne.createByHand(atPingOne, pingOne.origin);
  kong = await openKong({ port: 0, adminToken, workerUpdateMs: 1_000, nowMs: timers.now });
  plugin = kong.addPlugin({ serviceUrl: pingOne.serviceUrl, sharedSecret: made.value });
  apigee = await openApigee({ port: 0, cacheMs: 0, nowMs: timers.now });
  apigee.addMap('organizations/acme/environments/prod/keyvaluemaps/ping', { shared_secret: made.value });
  writeFileSync(join(folder, 'apigee-key.json'), apigee.keyFile);
  deployment = await openForTest({ template: inject('template'), registryFile: deployed, timers });
  await deployment.cloud.startSchedules();
  const urls = { apiUrl: pingOne.apiUrl, tokenUrl: pingOne.tokenUrl, serviceUrl: pingOne.serviceUrl };
  places = [
    { said: 'https://kong.internal:8444', here: kong.adminUrl },
    { said: 'kong-internal-8444', here: `kong-127-0-0-1-${new URL(kong.adminUrl).port}` },
    {
      said: '--apigee-access-secret kits/apigee/key',
      here: `--apigee-access-secret kits/apigee/key --apigee-url ${apigee.origin} --apigee-token-url ${apigee.tokenUrl}`,
    },
    { said: ' gateways.json', here: ` ${file}` },
    { said: '--owner edge@example.com', here: `--owner edge@example.com --file ${file}` },
    {
      said: '--pingone-region EU',
      here: `--api-url ${urls.apiUrl} --token-url ${urls.tokenUrl} --service-url ${urls.serviceUrl}`,
    },
    { said: '"region": "EU"', here: JSON.stringify(urls).slice(1, -1) },
    { said: `https://http-access-api.pingone.eu/v1/environments/${environmentId}`, here: pingOne.serviceUrl },
  ];
});
afterAll(async () => {
  await deployment.close();
  await kong.close();
  await apigee.close();
  await pingOne.close();
  rmSync(folder, { recursive: true });
});

const clientRequest = () => statusFor(pingOne.serviceUrl, kong.currentCredential(plugin) ?? '', 1);
const refused: number[] = [];
/** Time goes on, with a client request now and then, until it is so. */
const underTrafficUntil = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let ticks = 0; ticks < 5_000; ticks += 1) {
    if (await isSo()) return;
    const status = await clientRequest();
    if (status !== 200) refused.push(status);
    await timers.advance(5_000);
  }
  throw new Error('It did not come about.');
};
const underTraffic = async <Done>(work: Promise<Done>): Promise<Done> => {
  let isDone = false;
  void work.finally(() => {
    isDone = true;
  });
  await underTrafficUntil(() => isDone);
  return work;
};

/** Runs a line of the page as it stands there. */
const run = async (line: string): Promise<Ran> => {
  const [program, ...words] = wordsOf(here(line));
  if (program === 'aws') return createSecret(words);
  expect([program, words[0]]).toEqual(['npx', 'gateway-credentials']);
  const [, ...ours] = words;
  const data = ['--data', dirname(deployment.cloud.credentialsFile())];
  const answers = ours[0] === 'compromised' ? [payments, true] : [true];
  const ran = await underTraffic(runCli([...ours, ...data], answers));
  expect(`${ran.out}${ran.said}`).not.toContain(adminToken);
  expect({ line, ...ran }).toMatchObject({ line, exitCode: 0 });
  return ran;
};

/** `aws secretsmanager create-secret`, as the AWS CLI reads it. */
const createSecret = async (words: readonly string[]): Promise<Ran> => {
  const [service, action, ...rest] = words;
  expect([service, action]).toEqual(['secretsmanager', 'create-secret']);
  const option = (name: string): string => rest[rest.indexOf(`--${name}`) + 1] ?? '';
  const [, Key = '', Value = ''] = /^Key=(.+),Value=(.+)$/.exec(option('tags')) ?? [];
  const SecretString = readFileSync(join(folder, option('secret-string').replace(/^file:\/\//, '')), 'utf8');
  await deployment.secretsManager.send(
    new CreateSecretCommand({ Name: option('name'), SecretString, Tags: [{ Key, Value }] }),
  );
  return { exitCode: 0, out: '', said: '', frames: [] };
};

const gateway = async () => {
  const found = await deployment.stores.gateways.read(payments);
  if (!found) throw new Error('The gateway is not registered.');
  return found;
};

/** Sections whose commands are played here, and beginnings of lines in the others that need what no test has. */
const played = ['Try it first', 'Day one', 'A compromise', 'A create that nobody knows the end of'];
const notPlayed = [
  /^npx cdk deploy -c gateways=gateways\.json$/,
  /^export PINGONE_/,
  /^npm run test:pingone-live$/,
  /^\(umask 077; aws secretsmanager get-secret-value/,
  /^curl -X PATCH /,
];

describe('docs/pingone.md, word by word', () => {
  it('has no command that nobody has typed', () => {
    const typed = played.flatMap((heading) => commandsIn(sectionOf(heading)));
    const others = commandsIn(page).filter((line) => !typed.includes(line));
    expect(others.filter((line) => !notPlayed.some((pattern) => pattern.test(line)))).toEqual([]);
  });

  it('tries out what there is: every line is understood, and asks for this machine', async () => {
    const [start, ...lines] = commandsIn(sectionOf('Try it first'));
    expect(start).toBe('npm start');
    for (const line of lines) {
      expect(line).toMatch(/ --local$/);
      const words = wordsOf(line.replace(/ --local$/, '')).slice(2);
      expect(await runCli([...words, '--data', join(folder, 'nothing')])).toMatchObject({ exitCode: 4 });
    }
    const { gateways } = readRegistry(readPage('gateways.json'));
    const kits = gateways.find(({ gatewayId }) => gatewayId === payments)?.kits ?? [];
    expect(kits.map(({ kitId, settings }) => [kitId, settings.adminUrl])).toEqual([
      ['kong-checkout', 'http://127.0.0.1:8111'],
      ['kong-payouts', 'http://127.0.0.1:8112'],
    ]);
  });

  it('leads through day one without a refused request, to one credential of ours', async () => {
    const commands = commandsIn(sectionOf('Day one')).filter((line) => !notPlayed.some((one) => one.test(line)));
    expect(commands.length).toBeGreaterThan(10);
    const ran = new Map<string, Ran>();
    for (const line of commands) {
      const result = await run(line);
      ran.set(line, result);
      if (line.includes('--file gateways.json')) expect(pingOne.live(atPingOne)).toEqual([made.id]);
    }
    const outOf = (part: string): string => [...ran].findLast(([line]) => line.includes(part))?.[1].out ?? '';
    expect(outOf('--write')).toContain('has all of this already');
    expect(outOf('--apigee ')).toContain('apigee-acme-prod-ping-shared-secret (new)');
    expect(outOf(' plan ')).toMatch(/A rotation of payments may start/);
    expect(outOf('status')).toContain('At rest');
    const { live, ended } = await gateway();
    expect(ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(pingOne.live(atPingOne)).toEqual(live.map(({ credentialId }) => credentialId));
    expect(pingOne.live(atPingOne)).not.toContain(made.id);
    expect(refused).toEqual([]);
  });

  it('shows the very file that import writes', () => {
    expect(existsSync(file)).toBe(true);
    const shown = blocksIn(sectionOf('Day one'), 'json').find((block) => block.includes('"gateways"')) ?? '';
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(here(shown)));
    expect(readRegistry(shown).gateways).toHaveLength(1);
  });

  it('shows two gateways of which one forwards to the other, that a file may have', () => {
    const [forward = ''] = blocksIn(sectionOf('Forward: PingOne decides, this system watches'), 'json');
    const where = `"environmentId": "${environmentId}", "gatewayId": "${atPingOne}", "region": "EU", "workerSecret": "pingone/worker"`;
    const file = forward.replace('"…": "…"', where);
    expect(readRegistry(file).gateways.map(({ gatewayId }) => gatewayId)).toEqual(['orders', 'payments']);
  });

  it('shows a schedule that the file may have', () => {
    const [schedule = ''] = blocksIn(sectionOf('From then on'), 'json');
    const before = readFileSync(file, 'utf8');
    const after = before.replace('"gatewayId": "payments",', `"gatewayId": "payments", ${schedule.trim()},`);
    expect(after).not.toBe(before);
    expect(readRegistry(after).gateways[0]?.schedule).toBeDefined();
  });

  it('ends a hold after a create that nobody knows the end of', async () => {
    pingOne.control.faults.push({ on: 'create-credential', fault: { kind: 'lost-answer' } });
    const [current] = pingOne.live(atPingOne);
    await deployment.stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: deployment.cloud.outputs.stateMachineArn,
        input: JSON.stringify({ gatewayId: payments, reason: 'quarterly' }),
      }),
    );
    await timers.runUntil(() => pingOne.control.faults.length === 0, 10_000);
    const [orphan] = pingOne.live(atPingOne).filter((id) => id !== current);
    const { id } = pingOne.createByHand(atPingOne, pingOne.origin);
    await underTrafficUntil(async () => (await gateway()).rotation?.held !== undefined);
    pingOne.deleteByHand(atPingOne, orphan ?? '');
    for (const line of commandsIn(sectionOf('A create that nobody knows the end of')))
      await run(line.replace('ID', id));
    await underTrafficUntil(async () => (await gateway()).rotation === undefined);
    expect((await gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(pingOne.live(atPingOne)).toEqual((await gateway()).live.map(({ credentialId }) => credentialId));
    expect(refused).toEqual([]);
  });

  it('replaces a compromised credential, and revokes it in time', async () => {
    const [old] = pingOne.live(atPingOne);
    for (const line of commandsIn(sectionOf('A compromise'))) await run(line);
    await underTrafficUntil(async () => (await gateway()).rotation === undefined);
    expect(pingOne.live(atPingOne)).not.toContain(old);
    expect((await gateway()).revoked.find(({ credentialId }) => credentialId === old)?.confirmedAtMs).toBeDefined();
    expect(refused).toEqual([]);
  });
});
