import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openKong } from '../../../lib/local/stand-ins/kong.ts';
import { accessTo, adminToken, startAtMs } from '../installation.ts';
import { openSecret } from './secrets-manager.ts';
import type { KindUnderContract, World } from './world.ts';

const serviceUrl = 'http://127.0.0.1:8080/gateways/orders/kits/edge-1';
const secrets = new SecretsManagerClient({ region: 'us-east-1' });

const open = async (sharedSecret: string, dbLess: boolean): Promise<World> => {
  const kong = await openKong({ port: 0, adminToken, workerUpdateMs: 0, nowMs: () => startAtMs, dbLess });
  const id = kong.addPlugin({ serviceUrl, sharedSecret });
  return {
    settings: {
      adminUrl: kong.adminUrl,
      adminTokenSecret: 'kong-token',
      ...(dbLess ? { declarativeConfig: true } : {}),
    },
    access: accessTo(secrets).access,
    held: async () => String(kong.storedSecret(id)),
    set: async (value) => kong.setSecret(id, value),
    secrets: [adminToken],
    close: kong.close,
  };
};

const openVault = async (value: string): Promise<World> => {
  const kong = await openKong({ port: 0, adminToken, workerUpdateMs: 0, nowMs: () => startAtMs });
  kong.addPlugin({ serviceUrl, sharedSecret: '{vault://aws/kits/edge-1/credential}' });
  const secret = await openSecret(value, 'credential');
  const { secretId, jsonKey } = secret.settings;
  return {
    ...secret,
    settings: {
      adminUrl: kong.adminUrl,
      adminTokenSecret: 'kong-token',
      vaultSecret: { secretId, jsonKey, ttlSeconds: 60 },
    },
    secrets: [adminToken],
    close: async () => void (await Promise.all([kong.close(), secret.close()])),
  };
};

export const kongs: readonly KindUnderContract[] = [
  { name: 'kong', kind: 'kong', open: (value) => open(value, false), shows: 'value' },
  { name: 'kong without a database', kind: 'kong', open: (value) => open(value, true), shows: 'value' },
  { name: 'kong with a vault reference', kind: 'kong', open: openVault, shows: 'value' },
];
