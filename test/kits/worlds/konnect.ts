import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openKonnect } from '../../../lib/local/stand-ins/konnect.ts';
import { accessTo } from '../installation.ts';
import type { KindUnderContract, World } from './world.ts';

const controlPlaneId = '9524ec7d-36d9-465d-a8c5-83a3c9390458';
const token = 'kpat_marked-token';
const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const config = { service_url: 'https://policy.example/edge-1', secret_header_name: 'CLIENT-TOKEN' };

const openOne = async () => {
  const konnect = await openKonnect({ port: 0, controlPlaneId, tokens: { [token]: 'editor' } });
  const access = accessTo(secrets, { readSecret: async () => token }).access;
  const settings = { apiUrl: konnect.apiUrl, controlPlaneId, tokenSecret: 'konnect-token' };
  return { konnect, settings, world: { access, secrets: [token], close: konnect.close } };
};

const open = async (value: string): Promise<World> => {
  const { konnect, settings, world } = await openOne();
  const id = konnect.addPlugin({ config: { ...config, shared_secret: value }, tags: ['edge'], route: { id: 'r1' } });
  return {
    ...world,
    settings,
    held: async () =>
      String(Object.entries(konnect.plugin(id)?.config ?? {}).find(([name]) => name === 'shared_secret')?.[1]),
    set: async (one) => konnect.change(id, { shared_secret: one }),
  };
};

const openStore = async (value: string): Promise<World> => {
  const { konnect, settings, world } = await openOne();
  const key = 'edge-credential';
  const storeId = konnect.addConfigStore({ [key]: value });
  konnect.addVault({ prefix: 'kits', name: 'konnect', config: { config_store_id: storeId } });
  konnect.addPlugin({ config: { ...config, shared_secret: `{vault://kits/${key}}` } });
  return {
    ...world,
    settings: { ...settings, configStore: { id: storeId, key } },
    held: async () => konnect.entry(storeId, key),
    set: async (one) => konnect.setEntry(storeId, key, one),
  };
};

export const konnects: readonly KindUnderContract[] = [
  { name: 'konnect', kind: 'konnect', open, shows: 'value' },
  { name: 'konnect with a Config Store', kind: 'konnect', open: openStore, shows: 'nothing' },
];
