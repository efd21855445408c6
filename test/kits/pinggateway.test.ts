import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { kitKindOf, kitKinds } from '../../lambdas/kits/kinds.ts';
import { filesOfThisMachine } from '../../lambdas/kits/kit-files.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, older } from './installation.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const kind = kitKindOf('pinggateway');
const { access } = accessTo(new SecretsManagerClient({ region: 'us-east-1' }), { files: filesOfThisMachine });

describe('the file of a FileSystemSecretStore', () => {
  let path: string;
  let file: string;
  beforeEach(() => {
    path = mkdtempSync(join(realpathSync(tmpdir()), 'pinggateway-'));
    file = join(path, 'gateway.secret.id');
  });
  afterEach(() => rmSync(path, { recursive: true }));

  const settingsOf = (more: object = {}) => ({ folder: { path, fileName: 'gateway.secret.id', ...more } });
  const add = (text: string) => writeFileSync(file, text, { mode: 0o640 });
  const install = (more: object = {}) =>
    kind.install(installationOf('pinggateway', settingsOf(more)), settingsOf(more), access);
  const check = async (more: object = {}) => {
    const { kit } = installationOf('pinggateway', settingsOf(more));
    const found = await kind.check({ kit }, settingsOf(more), access);
    expectNoSecretIn(found);
    return found;
  };

  test('has the credential in base64, as the store takes it without a format', async () => {
    add('');
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(readFileSync(file, 'utf8')).toBe(Buffer.from(newer.value).toString('base64'));
  });

  test('has it to the byte in plain, without the line end that an editor has put there', async () => {
    add(`${newer.value}\n`);
    const settings = settingsOf({ format: 'PLAIN' });
    const installation = installationOf('pinggateway', settings);
    expect(await kind.readBack?.(installation, settings, access)).toEqual({ matches: false });
    await install({ format: 'PLAIN' });
    expect(readFileSync(file, 'utf8')).toBe(newer.value);
    expect(await kind.readBack?.(installation, settings, access)).toEqual({ matches: true });
  });

  test('proves a store, and is used when the lease has expired', () => {
    expect(kind.traits({ ...settingsOf(), leaseExpirySeconds: 60 })).toEqual({
      installedBy: 'us',
      readBackProves: 'store',
      propagationSeconds: 60,
    });
    expect(kind.traits(settingsOf()).propagationSeconds).toBe(300);
    expect(kind.destinations(settingsOf())).toEqual({ urls: [], secrets: [], files: [file] });
  });

  test('is only looked at when it is asked', async () => {
    add(Buffer.from(older.value).toString('base64'));
    expect(await check()).toEqual({
      seen: [`The file gateway.secret.id in ${path} is there, and holds credential ${older.credentialId}.`],
      notShown: [
        'Whether the file may be replaced: that is seen when it is.',
        'Whether the store of PingGateway has this folder, this format and a leaseExpiry of 300 s, and no versionSuffix.',
      ],
      would: [`Replace the file gateway.secret.id in ${path}, with its owner and its mode.`],
      holds: [older.credentialId],
    });
    expect((await check({ format: 'PLAIN' })).holds).toEqual([]);
  });

  test('refuses one that is not there, and one that every user of the machine may read', async () => {
    expect(await errorOf(install())).toMatchObject({ name: 'KitMisconfigured', code: 'NOT_FOUND' });
    add('');
    chmodSync(file, 0o644);
    expect(await errorOf(install())).toMatchObject({
      name: 'KitRefused',
      code: 'REQUEST_REFUSED',
      message: expect.stringMatching(/every user of the machine.*chmod 640/),
    });
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});

test.each([
  { path: 'relative' },
  { path: '/' },
  { path: '/mnt/' },
  { path: '/mnt/../etc' },
  { path: '/mnt//x' },
  { path: '/a:/b' },
  { fileName: '../x' },
  { fileName: '.hidden' },
  { fileName: 'a/b' },
  { format: 'HEX' },
])('refuses a folder that is none, or leads elsewhere: %j', (more) => {
  const folder = { path: '/mnt/ping', fileName: 'secret.id' };
  expect(kitKinds.pinggateway.settings.safeParse({ folder }).success).toBe(true);
  expect(kitKinds.pinggateway.settings.safeParse({ folder: { ...folder, ...more } }).success).toBe(false);
});
