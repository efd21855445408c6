import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KitWork } from '../../lambdas/domain/kit.ts';
import { kitKindOf, kitKinds } from '../../lambdas/kits/kinds.ts';
import { documentName, first, type Nodes, runNodes, second } from './gateway-nodes.ts';
import { errorOf, expectNoSecretIn, installationOf, newer, older, startAtMs } from './installation.ts';
import { pauses } from './no-waiting.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const kind = kitKindOf('pinggateway');
const targetTag = { key: 'kit', value: 'edge-1' };

let nodes: Nodes;
beforeEach(async () => {
  pauses.meanwhile = undefined;
  nodes = await runNodes(older.value);
});
afterEach(() => nodes.close());

const settingsOf = (more: object = { targetTag }) => ({ runCommand: { documentName, ...more } });
const install = (more?: object, credential = newer, work?: KitWork) => {
  const settings = settingsOf(more);
  return kind.install(
    installationOf('pinggateway', settings, credential, work ? { work } : {}),
    settings,
    nodes.access,
  );
};
const held = () => [nodes.files[first], nodes.files[second]];
const workSince = (changedAtMs: number, state: KitWork['state'] = 'PENDING'): KitWork => ({
  ...{ rotationId: installationOf('manual', {}).rotationId, generation: 1, credentialId: newer.credentialId },
  ...{ state, attempts: 1, changedAtMs },
});

describe('a command', () => {
  test('says where the credential is, and carries nothing of it', async () => {
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(held()).toEqual([newer.value, newer.value]);
    expect(nodes.sent.map(({ asked }) => asked)).toEqual([
      {
        DocumentName: documentName,
        DocumentVersion: '$DEFAULT',
        Targets: [{ Key: 'tag:kit', Values: ['edge-1'] }],
        Comment: expect.stringMatching(
          new RegExp(`^gateway-credential-rotation [0-9a-f]{16} [0-9a-f]{8} ${newer.credentialId}$`),
        ),
        Parameters: {
          SecretArn: ['arn:aws:secretsmanager:us-east-1:000000000000:secret:gateway/orders-AbCdEf'],
          VersionStage: [`live-${newer.credentialId}`],
        },
        TimeoutSeconds: 600,
      },
    ]);
    expectNoSecretIn(nodes.sent.map(({ asked }) => asked));
  });

  test('goes to the nodes that are named, in the version that is named, and to no other', async () => {
    await install({ instanceIds: [second], documentVersion: '2' });
    expect(held()).toEqual([older.value, newer.value]);
    expect(nodes.sent[0]?.asked).toMatchObject({ InstanceIds: [second], DocumentVersion: '2' });
  });

  test('is done when the last node has said so', async () => {
    nodes.outcomes[second] = ['InProgress', 'InProgress'];
    pauses.meanwhile = () => nodes.settle();
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(held()).toEqual([newer.value, newer.value]);
  });

  test('that takes longer than a kit has is left to the next round, which finds it and sends none', async () => {
    nodes.outcomes[second] = ['Pending'];
    expect(await errorOf(install())).toMatchObject({
      ...{ name: 'KitUnreachable', code: 'TIMEOUT' },
      message: expect.stringContaining('ended on 1 of 2 nodes'),
    });
    nodes.settle();
    expect(await install(undefined, newer, workSince(startAtMs, 'FAILED'))).toEqual({ state: 'INSTALLED' });
    expect(nodes.sent).toHaveLength(1);
  });

  test('that still runs counts however long ago it was sent', async () => {
    nodes.outcomes[second] = ['Pending'];
    await errorOf(install());
    pauses.meanwhile = () => nodes.settle();
    nodes.outcomes[second] = ['Pending'];
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(nodes.sent).toHaveLength(1);
  });

  test('that a run which died had sent is not sent again', async () => {
    await install();
    expect(await install(undefined, newer, workSince(startAtMs))).toEqual({ state: 'INSTALLED' });
    expect(nodes.sent).toHaveLength(1);
  });

  test('is sent again to a kit that was seen on another credential since', async () => {
    await install();
    nodes.files[second] = older.value;
    await install(undefined, newer, workSince(startAtMs + 3_600_000));
    expect([nodes.sent.length, held()]).toEqual([2, [newer.value, newer.value]]);
  });

  test('of before a roll-back does not count after it', async () => {
    await install();
    await install(undefined, older);
    await install(undefined, newer, workSince(startAtMs));
    expect([nodes.sent.length, held()]).toEqual([3, [newer.value, newer.value]]);
  });

  test('to other nodes does not count', async () => {
    await install({ instanceIds: [first] });
    await install({ instanceIds: [second] }, newer, workSince(startAtMs));
    expect([nodes.sent.length, held()]).toEqual([2, [newer.value, newer.value]]);
  });
});

describe('refuses to call it installed', () => {
  test('when it failed on one node, and sends it again the next time', async () => {
    nodes.outcomes[second] = ['Failed'];
    expect(await errorOf(install())).toMatchObject({
      ...{ name: 'KitRefused', code: 'REQUEST_REFUSED' },
      message: expect.stringContaining('rights of the nodes'),
    });
    expect(await install(undefined, newer, workSince(startAtMs, 'FAILED'))).toEqual({ state: 'INSTALLED' });
    expect(nodes.sent).toHaveLength(2);
  });

  test('when a node did not take it', async () => {
    nodes.outcomes[first] = ['DeliveryTimedOut'];
    expect(await errorOf(install())).toMatchObject({ name: 'KitUnreachable', code: 'NO_CONNECTION' });
  });

  test('when no node has the tag, though such a command succeeds', async () => {
    const error = await errorOf(install({ targetTag: { key: 'kit', value: 'edge-2' } }));
    expect(error).toMatchObject({ name: 'KitMisconfigured', code: 'NOTHING_TO_UPDATE' });
  });

  test.each([
    [{ targetTag, documentName: 'not-there' }, /InvalidDocument, HTTP 400/],
    [{ targetTag, documentVersion: '3' }, /InvalidDocumentVersion, HTTP 400/],
    [{ instanceIds: ['i-00000000'] }, /InvalidInstanceId, HTTP 400/],
    [{ targetTag, documentName: 'another-one' }, /InvalidParameters, HTTP 400/],
  ])('when Systems Manager refuses %j', async (more, message) => {
    expect(await errorOf(install(more))).toMatchObject({
      ...{ name: 'KitRefused', code: 'REQUEST_REFUSED' },
      message: expect.stringMatching(message),
    });
    expect(held()).toEqual([older.value, older.value]);
  });
});

describe('when it is only asked', () => {
  const check = (more?: object) =>
    kind.check({ kit: installationOf('pinggateway', settingsOf(more)).kit }, settingsOf(more), nodes.access);

  test('says what would be sent where, and what nobody shows', async () => {
    expect(await check()).toEqual({
      seen: [`Document ${documentName} is there, and takes SecretArn and VersionStage.`],
      notShown: [
        'Which credential is on all nodes with tag kit=edge-1: the nodes fetch it, and show nothing.',
        'Whether all nodes with tag kit=edge-1 can be reached, and may read the secret of the gateway: that is seen when they do.',
      ],
      would: [
        `Run document ${documentName} on all nodes with tag kit=edge-1, with the ARN of the gateway's secret and the label of the version; no value is in it.`,
      ],
      holds: [],
    });
    expect(nodes.sent).toEqual([]);
  });

  test('refuses a document that is not there, and one that takes something else', async () => {
    expect(await errorOf(check({ targetTag, documentName: 'not-there' }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await errorOf(check({ targetTag, documentName: 'another-one' }))).toMatchObject({
      code: 'SETTINGS_WRONG',
      message: expect.stringContaining('no parameter SecretArn and no parameter VersionStage'),
    });
  });
});

test('proves nothing when it is read back, and says to whom a credential goes', () => {
  expect(kind.traits(settingsOf())).toMatchObject({ readBackProves: 'nothing', propagationSeconds: 300 });
  expect(kind.destinations(settingsOf())).toEqual({
    ...{ urls: [], secrets: [] },
    documents: [`${documentName} on all nodes with tag kit=edge-1`],
  });
  expect(kind.destinations(settingsOf({ instanceIds: [first, second] }))).toMatchObject({
    documents: [`${documentName} on nodes ${first}, ${second}`],
  });
});

test.each([
  {},
  { folder: { path: '/mnt/ping', fileName: 'secret.id' }, ...settingsOf() },
  settingsOf({}),
  settingsOf({ targetTag, instanceIds: [first] }),
  settingsOf({ targetTag, documentName: 'AWS-RunShellScript' }),
  settingsOf({ targetTag, documentName: 'arn:aws:ssm:us-east-1:444455556666:document/x' }),
  settingsOf({ instanceIds: ['*'] }),
  settingsOf({ targetTag: { key: 'a*', value: 'b' } }),
  settingsOf({ targetTag: { key: 'a', value: '*' } }),
])('refuses settings with no way, with two, or with documents and nodes of others: %j', (settings) => {
  expect(kitKinds.pinggateway.settings.safeParse(settings).success).toBe(false);
});
