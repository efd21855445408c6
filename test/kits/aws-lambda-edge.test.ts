import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { kitEdgeIn } from '../../lambdas/aws/kit-edge.ts';
import { KitCallFailed } from '../../lambdas/domain/kit-call-failed.ts';
import { kitKindOf, kitSettingsSchema } from '../../lambdas/kits/kinds.ts';
import type { KitEdge } from '../../lambdas/ports.ts';
import { arnOf, configWith, distributionConfig, distributionId, openEdge, program } from './edge.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, older } from './installation.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const kind = kitKindOf('aws-lambda-edge');
const filesWith = (value: string) => ({ 'index.js': program, 'config.json': configWith(value), 'lib/z.js': 'z' });

let world: Awaited<ReturnType<typeof openEdge>>;
let settings: Record<string, unknown>;
const open = async (files: Readonly<Record<string, string>> = filesWith(older.value), times = {}) => {
  await world?.close();
  world = await openEdge(files, times);
};
beforeEach(async () => {
  settings = { functionName: 'edge-kit', distributionId, file: 'config.json', jsonPointer: '/pingone/sharedSecret' };
  world = await openEdge(filesWith(older.value));
});
afterEach(() => world.close());

const access = (edge: KitEdge = world.edge) => accessTo(secrets, { edge, signal: AbortSignal.timeout(20_000) }).access;
const install = (edge?: KitEdge, credential = newer) =>
  kind.install(installationOf('aws-lambda-edge', settings, credential), settings, access(edge));
const readBack = () => kind.readBack?.(installationOf('aws-lambda-edge', settings), settings, access());
const check = async () => {
  const found = await kind.check({ kit: installationOf('aws-lambda-edge', settings).kit }, settings, access());
  expectNoSecretIn(found);
  return found;
};
const versions = () => ['1', '2', '3', '4'].filter((one) => world.configured.version(arnOf(one)));

/** The edge with a step at which something happens: `before` it is made, or `after`. */
const at = (step: 'write' | 'publish' | 'associate', when: 'before' | 'after', happens: () => unknown): KitEdge => {
  const { functions, packages, distributions } = world.edge;
  let isFirst = true;
  const met =
    <Given extends readonly unknown[], Made>(one: typeof step, work: (...given: Given) => Promise<Made>) =>
    async (...given: Given): Promise<Made> => {
      const isIt = one === step && isFirst;
      if (isIt) isFirst = false;
      if (isIt && when === 'before') await happens();
      const made = await work(...given);
      if (isIt && when === 'after') await happens();
      return made;
    };
  return {
    functions: { ...functions, publish: met('publish', functions.publish) },
    packages: { ...packages, write: met('write', packages.write) },
    distributions: { ...distributions, associate: met('associate', distributions.associate) },
  };
};
const killed = () => {
  throw new Error('killed');
};

describe('A function at the edge', () => {
  test('gets the credential into its package, a version of it, and the distribution calls that', async () => {
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(await world.files()).toEqual(filesWith(newer.value));
    expect(world.cloudFront.config(distributionId)).toBe(distributionConfig([['viewer-request', arnOf('2')]]));
  });

  test('is changed once, however often it is asked', async () => {
    await install();
    const etag = await world.etag();
    await install();
    expect([await world.etag(), versions()]).toEqual([etag, ['1', '2']]);
  });

  test('is called in place of its old version wherever that was called at this event, and nowhere else', async () => {
    const put = (version: string) =>
      distributionConfig(
        [
          ['viewer-request', arnOf(version)],
          ['origin-request', arnOf('1')],
        ],
        [
          ['viewer-request', arnOf(version)],
          ['viewer-response', arnOf('1', 'edge-kit-2')],
        ],
      );
    world.configured.add({ name: 'edge-kit-2', variables: {} });
    world.configured.publish('edge-kit-2');
    world.cloudFront.put(distributionId, put('1'));
    await install();
    expect(world.cloudFront.config(distributionId)).toBe(put('2'));
  });

  test('shows nothing while the distribution is in progress, and is not given again what it has', async () => {
    await open(filesWith(older.value), { deployMs: 60_000 });
    expect(await readBack()).toEqual({ matches: false });
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(await readBack()).toBeUndefined();
    const etag = await world.etag();
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(await world.etag()).toBe(etag);
    world.time.nowMs += 60_000;
    expect(await readBack()).toEqual({ matches: true });
    expect(kind.traits(settings)).toEqual({ installedBy: 'us', readBackProves: 'store', propagationSeconds: 900 });
  });

  test('shows at once that another tool has set it back, wholly or in one behaviour, and is set again', async () => {
    const twoOf = (one: string, other: string) =>
      distributionConfig([['viewer-request', arnOf(one)]], [['viewer-request', arnOf(other)]]);
    await install();
    world.cloudFront.put(distributionId, twoOf('2', '1'));
    expect(await readBack()).toEqual({ matches: false });
    await install();
    expect(world.cloudFront.config(distributionId)).toBe(twoOf('2', '2'));
    await world.deploy(filesWith(older.value));
    expect(await readBack()).toEqual({ matches: false });
    await install();
    expect([await world.files(), await readBack()]).toEqual([filesWith(newer.value), { matches: true }]);
  });

  test('is associated only when its version is active', async () => {
    await open(filesWith(older.value), { updateMs: 1_000 });
    const states: string[] = [];
    const show: KitEdge['functions']['show'] = async (...given) => {
      const shown = await world.edge.functions.show(...given);
      states.push(`${given[1] ?? 'unpublished'} ${shown?.state}`);
      if (shown?.state === 'CHANGING') world.time.nowMs += 1_000;
      return shown;
    };
    await install({ ...world.edge, functions: { ...world.edge.functions, show } });
    expect(states).toEqual(expect.arrayContaining(['unpublished CHANGING', '2 CHANGING', '2 READY']));
    expect(world.called()).toBe('2');
  });
});

describe('A function at the edge whose work was cut off', () => {
  test.each(
    (['write', 'publish', 'associate'] as const).flatMap((step) =>
      (['before', 'after'] as const).map((when) => ({ step, when })),
    ),
  )('$when $step gets one version in the end', async ({ step, when }) => {
    await expect(install(at(step, when, killed))).rejects.toThrow('killed');
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(await world.files()).toEqual(filesWith(newer.value));
    expect(versions()).toEqual(['1', '2']);
  });

  test('is not written again when its package has the credential', async () => {
    await expect(install(at('write', 'after', killed))).rejects.toThrow('killed');
    expect(await install(at('write', 'before', killed))).toEqual({ state: 'INSTALLED' });
  });

  test.each(['write', 'publish', 'associate'] as const)('by a lost answer to %s is found done', async (step) => {
    const lost = () => {
      throw new KitCallFailed('NO_CONNECTION', 'cut');
    };
    expect(await install(at(step, 'after', lost))).toEqual({ state: 'INSTALLED' });
    expect([versions(), world.called()]).toEqual([['1', '2'], '2']);
  });
});

describe('A function at the edge beside other writers', () => {
  const commented = (version: string) =>
    distributionConfig([['viewer-request', arnOf(version)]]).replace(
      '<PriceClass>PriceClass_All',
      '<PriceClass>PriceClass_100',
    );

  test.each(['before associate', 'before UpdateDistribution'])(
    'keeps what somebody changes in the distribution %s: that is read again',
    async (moment) => {
      const change = () => world.cloudFront.put(distributionId, commented('1'));
      let isFirst = true;
      world.clients.cloudFront.middlewareStack.add(
        (next, { commandName }) =>
          async (given) => {
            if (moment === `before UpdateDistribution` && commandName === 'UpdateDistributionCommand' && isFirst) {
              isFirst = false;
              change();
            }
            return next(given);
          },
        { step: 'initialize' },
      );
      await install(moment === 'before associate' ? at('associate', 'before', change) : undefined);
      expect(world.cloudFront.config(distributionId)).toBe(commented('2'));
    },
  );

  test('is read again when somebody has the distribution call another version meanwhile', async () => {
    await install(at('associate', 'before', () => world.deploy(filesWith('another'))));
    expect(await world.files()).toEqual(filesWith(newer.value));
  });

  test.each(['write', 'publish'] as const)('never puts live what somebody deploys before %s', async (step) => {
    const other = { ...filesWith(older.value), 'index.js': 'other' };
    const edge = await openEdge(other);
    const zip = edge.configured.code('edge-kit');
    await edge.close();
    const refused = install(at(step, 'before', () => world.configured.change('edge-kit', { code: zip })));
    expect(await errorOf(refused)).toMatchObject({ name: 'KitRefused', code: 'REQUEST_REFUSED' });
    expect([world.called(), versions()]).toEqual(['1', ['1']]);
  });

  test('refuses to put unpublished code live', async () => {
    const other = await openEdge({ ...filesWith(older.value), 'lib/z.js': 'y' });
    world.configured.change('edge-kit', { code: other.configured.code('edge-kit') });
    await other.close();
    expect(await errorOf(install())).toMatchObject({ name: 'KitRefused', code: 'REQUEST_REFUSED' });
    expect(await errorOf(check())).toMatchObject({ name: 'KitRefused', code: 'REQUEST_REFUSED' });
    expect([world.called(), versions()]).toEqual(['1', ['1']]);
  });

  test('refuses behaviours that call versions with different code', async () => {
    await world.deploy({ ...filesWith(older.value), 'index.js': 'other' });
    const both = distributionConfig([['viewer-request', arnOf('2')]], [['viewer-request', arnOf('1')]]);
    world.cloudFront.put(distributionId, both);
    expect(await errorOf(install())).toMatchObject({
      name: 'KitRefused',
      message: expect.stringContaining('version 1'),
    });
    expect(world.cloudFront.config(distributionId)).toBe(both);
  });
});

describe('A function at the edge refuses', () => {
  test.each([
    [{ functionName: 'nobody' }, 'NOTHING_TO_UPDATE', /none of its cache behaviours calls function nobody/],
    [{ functionName: 'edge-ki' }, 'NOTHING_TO_UPDATE', /none of its cache behaviours/],
    [{ functionName: 'arn:aws:lambda:us-east-1:111122223333:function:edge-kit' }, 'NOTHING_TO_UPDATE', /none of its/],
    [{ eventType: 'origin-request' }, 'NOTHING_TO_UPDATE', /at origin-request/],
    [{ distributionId: 'E1234567890123' }, 'NOT_FOUND', /functionName and distributionId/],
    [{ file: 'config.jso' }, 'NOTHING_TO_UPDATE', /no one file config.jso/],
    [{ jsonPointer: '/pingone' }, 'NOTHING_TO_UPDATE', /at \/pingone/],
    [{ jsonPointer: '/pingone/shared' }, 'NOTHING_TO_UPDATE', /at \/pingone\/shared/],
  ])('what is not there: %j', async (wrong, code, message) => {
    Object.assign(settings, wrong);
    expect(await errorOf(install())).toMatchObject({
      name: 'KitMisconfigured',
      code,
      message: expect.stringMatching(message),
    });
    expect([world.called(), versions()]).toEqual(['1', ['1']]);
  });

  test('a package that is too large to hold, and one that is no zip', async () => {
    world.configured.add({ name: 'edge-kit', variables: {}, zip: new Uint8Array(5_000_001) });
    world.configured.publish('edge-kit');
    expect(await errorOf(install())).toMatchObject({
      code: 'NOT_SUPPORTED',
      message: expect.stringContaining('5000001'),
    });
    world.configured.add({ name: 'edge-kit', variables: {} });
    world.configured.publish('edge-kit');
    expect(await errorOf(install())).toMatchObject({
      code: 'REQUEST_REFUSED',
      message: expect.stringContaining('no zip file'),
    });
  });

  test('a package at another host than one of AWS', async () => {
    const { lambda, cloudFront } = world.clients;
    const strict = kitEdgeIn(
      { lambda: () => lambda, cloudFront: () => cloudFront },
      { fetch: globalThis.fetch, mayBeLocal: false },
    );
    expect(await errorOf(install(strict))).toMatchObject({
      code: 'REQUEST_REFUSED',
      message: expect.stringMatching(/at no host of AWS/),
    });
  });

  test.each([
    { jsonPointer: undefined },
    { variable: 'SHARED_SECRET' },
    { jsonPointer: 'sharedSecret' },
    { jsonPointer: '/a~2' },
    { jsonPointer: undefined, variable: 'A-B' },
    { functionName: 'edge-kit:1' },
    { functionName: 'arn:aws:lambda:eu-central-1:111122223333:function:edge-kit' },
    { distributionId: 'e2qwruhapomqzl' },
    { distributionId: undefined },
    { file: '/config.json' },
    { file: '' },
    { eventType: 'viewer' },
    { propagationSeconds: 0 },
    { more: 1 },
  ])('settings %j', (wrong) => {
    const parse = (more: object) =>
      kitSettingsSchema.safeParse({ kind: 'aws-lambda-edge', settings: { ...settings, ...more } }).success;
    expect([parse({}), parse(wrong)]).toEqual([true, false]);
  });

  test.each([
    ['ACCESS_DENIED', /gateways.json of the deployment and deploy it/],
    ['REQUEST_REFUSED', /room for code/],
  ] as const)('%s, and says what to do', async (problem, message) => {
    const failing = at('write', 'before', () => {
      throw new KitCallFailed(problem, 'HTTP 403');
    });
    expect(await errorOf(install(failing))).toMatchObject({ code: problem, message: expect.stringMatching(message) });
  });
});

test('A function at the edge that is only asked shows what it holds and what would change, and stays as it is', async () => {
  const etag = await world.etag();
  expect(await check()).toEqual({
    seen: [
      `Distribution ${distributionId} is deployed, and calls function edge-kit at viewer-request of *.`,
      `config.json of version 1 holds credential ${older.credentialId}.`,
    ],
    notShown: [
      expect.stringContaining('may be changed'),
      'Whether the function reads config.json.',
      expect.stringContaining('within 900 s'),
    ],
    would: [
      'Change the credential in config.json of function edge-kit; the rest of its package stays as it is.',
      `Publish a version of it, and have distribution ${distributionId} call that in place of 1.`,
    ],
    holds: [older.credentialId],
  });
  expect([await world.etag(), versions()]).toEqual([etag, ['1']]);
  expect(kind.destinations(settings)).toEqual({
    urls: [],
    secrets: [],
    functions: [`edge-kit at the edge of distribution ${distributionId}`],
  });
});
