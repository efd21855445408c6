import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf, kitKinds } from '../../lambdas/kits/kinds.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { type Kubernetes, openKubernetes } from '../../lib/local/stand-ins/kubernetes.ts';
import type { RunningWorkload, WorkloadKind } from '../../lib/local/stand-ins/kubernetes-workload.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, older } from './installation.ts';
import { openTlsInFront } from './tls-in-front.ts';

const realFetch = keptFetch();

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const tokens = {
  'marked-editor': [
    ...(['get secrets', 'patch secrets', 'get deployments', 'patch deployments'] as const),
    ...(['get statefulsets', 'patch statefulsets', 'get daemonsets', 'patch daemonsets'] as const),
  ],
  'marked-writer': ['get secrets', 'patch secrets', 'get deployments'],
  'marked-reader': ['get secrets', 'get deployments'],
} as const;
const kind = kitKindOf('kubernetes-secret');
const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const path = '/api/v1/namespaces/edge/secrets/ping';

let kubernetes: Kubernetes;
beforeEach(async () => {
  kubernetes = await openKubernetes({ port: 0, namespace: 'edge', tokens, rollsOutAtOnce: false });
});
afterEach(() => kubernetes.close());

const addSecret = (more: object = {}) =>
  kubernetes.addSecret('ping', { data: { credential: older.value, other: 'stays' }, ...more });
const settingsOf = (more: object = {}) => ({
  ...{ apiUrl: kubernetes.apiUrl, namespace: 'edge', secretName: 'ping', key: 'credential', tokenSecret: 'token' },
  ...more,
});
const accessWith = (token: string, fetch: KitFetch = realFetch) =>
  accessTo(secrets, { readSecret: async () => `${token}\n`, fetch }).access;
const install = (more: object = {}, access = accessWith('marked-editor'), credential = newer) =>
  kind.install(installationOf('kubernetes-secret', settingsOf(more), credential), settingsOf(more), access);
const readBack = (more: object = {}) =>
  kind.readBack?.(installationOf('kubernetes-secret', settingsOf(more)), settingsOf(more), accessWith('marked-editor'));
const check = async (more: object = {}, token = 'marked-editor') => {
  const { kit } = installationOf('kubernetes-secret', settingsOf(more));
  const found = await kind.check({ kit }, settingsOf(more), accessWith(token));
  expectNoSecretIn(found);
  return found;
};
const patches = () => kubernetes.requests.filter((one) => one.startsWith('PATCH'));

/** Real HTTP; what is given runs before the first request of this method. */
const before = (method: string, act: () => void): KitFetch => {
  let isDone = false;
  return (url, init) => {
    if (init?.method === method && !isDone) {
      isDone = true;
      act();
    }
    return realFetch(url, init);
  };
};

describe('a secret of a cluster', () => {
  test('has one key changed, and nothing else', async () => {
    const metadata = { labels: { app: 'kong' }, annotations: { team: 'edge' } };
    addSecret({ type: 'example.com/gateway', metadata });
    const was = kubernetes.secret('ping');
    expect(await install()).toEqual({ state: 'INSTALLED' });
    const credential = Buffer.from(newer.value).toString('base64');
    expect(kubernetes.secret('ping')).toEqual({
      ...was,
      metadata: { ...was?.metadata, resourceVersion: expect.any(String) },
      data: { credential, other: 'c3RheXM=' },
    });
    expect(patches()).toEqual([`PATCH ${path}`]);
  });

  test('keeps what somebody else changes in the same moment', async () => {
    addSecret();
    const fetch = before('PATCH', () => kubernetes.set('ping', 'other', 'changed'));
    expect(await install({}, accessWith('marked-editor', fetch))).toEqual({ state: 'INSTALLED' });
    expect([kubernetes.value('ping', 'credential'), kubernetes.value('ping', 'other')]).toEqual([
      newer.value,
      'changed',
    ]);
    expect(patches()).toHaveLength(2);
  });

  test('is given a key that it does not have where the settings allow it', async () => {
    kubernetes.addSecret('ping', { data: {} });
    expect(await readBack({ createsKey: true })).toEqual({ matches: false });
    await install({ createsKey: true });
    expect(kubernetes.value('ping', 'credential')).toBe(newer.value);
  });

  test.each([
    ['that is not there', () => undefined, { name: 'KitMisconfigured', code: 'NOT_FOUND' }],
    [
      'without the key',
      () => kubernetes.addSecret('ping', { data: { other: 'stays' } }),
      { name: 'KitMisconfigured', code: 'NOTHING_TO_UPDATE', message: expect.stringContaining('createsKey') },
    ],
    [
      'that is immutable',
      () => addSecret({ immutable: true }),
      { name: 'KitRefused', code: 'NOT_SUPPORTED', message: expect.stringContaining('immutable') },
    ],
    [
      'of a type of Kubernetes itself',
      () => addSecret({ type: 'kubernetes.io/service-account-token' }),
      { name: 'KitMisconfigured', code: 'SETTINGS_WRONG' },
    ],
  ])('refuses one %s, and writes nothing', async (_, add, error) => {
    add();
    expect(await errorOf(install())).toMatchObject(error);
    expect(await errorOf(check())).toMatchObject(error);
    expect(patches()).toEqual([]);
  });

  test('refuses a key that only every object of the language has', async () => {
    addSecret();
    expect(await errorOf(install({ key: 'constructor' }))).toMatchObject({ code: 'NOTHING_TO_UPDATE' });
  });

  test('refuses a token that has ended, and one whose role does not do, saying which', async () => {
    addSecret();
    const ended = await errorOf(install({}, accessWith('marked-ended')));
    expect(ended).toMatchObject({ code: 'ACCESS_DENIED', message: expect.stringMatching(/401.*tokenSecret/) });
    const denied = await errorOf(install({}, accessWith('marked-reader')));
    expect(denied).toMatchObject({ code: 'ACCESS_DENIED', message: expect.stringMatching(/403.*get and patch/) });
    for (const error of [ended, denied]) expect(String(error)).not.toContain('marked-');
    expect(await errorOf(install({}, accessWith('two words')))).toMatchObject({ code: 'SECRET_UNUSABLE' });
    expect(kubernetes.value('ping', 'credential')).toBe(older.value);
  });

  test('is reached through a server with a certificate of the CA in the settings, and through no other', async () => {
    addSecret();
    const front = await openTlsInFront(kubernetes.apiUrl);
    const access = (ca: string) =>
      accessTo(secrets, { readSecret: async (name) => (name === 'ca' ? ca : 'marked-editor') }).access;
    const more = { apiUrl: front.url, caCertificateSecret: 'ca' };
    expect(await errorOf(install(more, access(front.otherCa)))).toMatchObject({ code: 'NO_CONNECTION' });
    expect(await install(more, access(front.ca))).toEqual({ state: 'INSTALLED' });
    await front.close();
    expect(kind.destinations(settingsOf(more)).secrets).toEqual(['token', 'ca']);
    expect(kitKinds['kubernetes-secret'].settings.safeParse(settingsOf({ caCertificateSecret: 'ca' })).success).toBe(
      false,
    );
  });

  test.each([
    { secretName: '../pods/x' },
    { secretName: 'Ping' },
    { namespace: 'edge/secrets' },
    { namespace: 'edge.eu' },
    { key: '..' },
    { key: 'a/b' },
    { restart: { kind: 'Pod', name: 'kong' } },
    { restart: { kind: 'Deployment', name: 'kong?x' } },
  ])('refuses settings that lead elsewhere: %j', (more) => {
    expect(kitKinds['kubernetes-secret'].settings.safeParse(settingsOf(more)).success).toBe(false);
  });
});

describe('pods that are restarted', () => {
  const restart = { restart: { kind: 'Deployment', name: 'kong' } };
  const add = (of: WorkloadKind = 'Deployment', spec = {}): RunningWorkload =>
    kubernetes.addWorkload({ kind: of, name: 'kong', spec, reads: () => kubernetes.value('ping', 'credential') });
  const restarts = () => patches().filter((one) => one.endsWith('/kong')).length;
  beforeEach(() => addSecret());

  test.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)(
    'of a %s are a proof when the last one is replaced, and neither yes nor no before',
    async (of) => {
      const pods = add(of);
      const more = { restart: { kind: of, name: 'kong' } };
      expect(await readBack(more)).toEqual({ matches: false });
      expect(await install(more)).toEqual({ state: 'INSTALLED' });
      expect(await readBack(more)).toBeUndefined(); // not seen by the controller yet
      pods.settle(1);
      expect([await readBack(more), pods.values()]).toEqual([undefined, [newer.value, older.value]]);
      pods.settle();
      expect([await readBack(more), pods.values()]).toEqual([{ matches: true }, [newer.value, newer.value]]);
      expect(kind.traits(settingsOf(more)).readBackProves).toBe('store');
    },
  );

  test('are restarted once, however often the credential is installed', async () => {
    add();
    for (let run = 0; run < 3; run += 1) await install(restart);
    expect([restarts(), patches().length]).toEqual([1, 2]);
  });

  test('are restarted when the secret held the credential already, since they may have started before', async () => {
    kubernetes.set('ping', 'credential', newer.value);
    add();
    expect(await readBack(restart)).toEqual({ matches: false });
    await install(restart);
    expect(restarts()).toBe(1);
  });

  test('that read an old value in between, because another tool set it back, are restarted again', async () => {
    const pods = add();
    await install(restart);
    kubernetes.set('ping', 'credential', older.value);
    pods.settle();
    expect(pods.values()).toEqual([older.value, older.value]);
    expect(await readBack(restart)).toEqual({ matches: false });
    await install(restart);
    pods.settle();
    expect([await readBack(restart), pods.values(), restarts()]).toEqual([
      { matches: true },
      [newer.value, newer.value],
      2,
    ]);
  });

  test('whose restart was lost after the write of the secret are restarted by the next run', async () => {
    add();
    const denied = await errorOf(install(restart, accessWith('marked-writer')));
    expect(denied).toMatchObject({ name: 'KitRefused', code: 'ACCESS_DENIED' });
    expect([kubernetes.value('ping', 'credential'), await readBack(restart)]).toEqual([
      newer.value,
      { matches: false },
    ]);
    await install(restart);
    expect(patches().filter((one) => one.endsWith('/ping'))).toHaveLength(1);
    expect(await readBack(restart)).toBeUndefined();
  });

  test('whose template another tool put back are no proof', async () => {
    const pods = add();
    await install(restart);
    pods.settle();
    kubernetes.dropAnnotations('Deployment', 'kong');
    expect(await readBack(restart)).toEqual({ matches: false });
  });

  test('that do not become ready are told as such, and are no proof', async () => {
    const pods = add();
    await install(restart);
    pods.stall();
    expect(await errorOf(Promise.resolve(readBack(restart)))).toMatchObject({
      name: 'KitRefused',
      code: 'REQUEST_REFUSED',
      message: expect.stringContaining('progressDeadlineSeconds'),
    });
  });

  test.each([
    ['Deployment', { paused: true }, /paused/],
    ['StatefulSet', { updateStrategy: { type: 'OnDelete' } }, /OnDelete/],
    ['StatefulSet', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }, /partition/],
    ['DaemonSet', { updateStrategy: { type: 'OnDelete' } }, /OnDelete/],
  ] as const)('refuses a %s with %j, and writes nothing', async (of, spec, message) => {
    add(of, spec);
    const error = await errorOf(install({ restart: { kind: of, name: 'kong' } }));
    expect(error).toMatchObject({ code: 'NOT_SUPPORTED', message: expect.stringMatching(message) });
    expect(patches()).toEqual([]);
  });

  test('refuses a workload that is not there, and writes nothing', async () => {
    expect(await errorOf(install(restart))).toMatchObject({ name: 'KitMisconfigured', code: 'NOT_FOUND' });
    expect(patches()).toEqual([]);
  });
});

describe('when it is only asked', () => {
  const restart = { restart: { kind: 'Deployment', name: 'kong' } };

  test('says what it would change, by whose word it may, and what nobody shows', async () => {
    addSecret({ metadata: { ownerReferences: [{ kind: 'ExternalSecret', name: 'ping' }] } });
    kubernetes.addWorkload({ kind: 'Deployment', name: 'kong', reads: () => undefined });
    expect(await check(restart)).toEqual({
      seen: [
        `Secret ping in namespace edge is there; credential holds credential ${older.credentialId}.`,
        'It belongs to another object of the cluster, whose controller may set it back.',
        'Deployment kong is there; its roll-out is complete.',
        'The service account may change what has to be changed.',
      ],
      notShown: ['Whether the pods of Deployment kong read this secret.'],
      would: [
        'Change credential of secret ping; its other keys stay as they are.',
        'Replace the pods of Deployment kong by a roll-out.',
      ],
      holds: [older.credentialId],
    });
  });

  test.each([
    ['marked-reader', {}, /may not patch secret ping/],
    ['marked-writer', restart, /may not patch Deployment kong/],
  ])('refuses a role that lets it read and not write (%s)', async (token, more, message) => {
    addSecret();
    kubernetes.addWorkload({ kind: 'Deployment', name: 'kong', reads: () => undefined });
    expect(await errorOf(check(more, token))).toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(message),
    });
  });
});

describe('the stand-in of Kubernetes', () => {
  const send = async (contentType: string, body: unknown, query = '?fieldValidation=Strict') => {
    const response = await fetch(`${kubernetes.apiUrl}${path}${query}`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer marked-editor', 'content-type': contentType },
      body: JSON.stringify(body),
    });
    const { kind: of, reason, code } = (await response.json()) as Record<string, unknown>;
    return [response.status, of, reason, code];
  };
  const merge = 'application/merge-patch+json';

  test.each([
    [415, 'UnsupportedMediaType', 'application/json', { data: {} }],
    [400, 'BadRequest', merge, { datas: {} }],
    [400, 'BadRequest', merge, { data: { credential: 'no base64!' } }],
    [409, 'Conflict', merge, { metadata: { resourceVersion: '1' }, data: {} }],
    [422, 'Invalid', merge, { data: { credential: 'eA==' } }],
  ])('refuses with %i %s', async (status, reason, contentType, body) => {
    addSecret({ immutable: true });
    expect(await send(contentType, body)).toEqual([status, 'Status', reason, status]);
    expect(kubernetes.value('ping', 'credential')).toBe(older.value);
  });
});
