import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openApigee } from '../../../lib/local/stand-ins/apigee.ts';
import { accessTo, startAtMs } from '../installation.ts';
import type { KindUnderContract, World } from './world.ts';

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const path = 'organizations/acme/environments/prod/keyvaluemaps/ping';
const token = 'marked-edge-token';

const open = async (value: string, isEdge: boolean): Promise<World> => {
  const edge = isEdge ? { edgeAuthorization: `Bearer ${token}` } : {};
  const apigee = await openApigee({ port: 0, cacheMs: 0, nowMs: () => startAtMs, ...edge });
  apigee.addMap(path, { shared_secret: value });
  const secret = isEdge ? JSON.stringify({ token }) : apigee.keyFile;
  return {
    settings: {
      ...{ organization: 'acme', environment: 'prod', keyValueMap: 'ping', accessSecret: 'apigee-access' },
      baseUrl: apigee.origin,
      ...(isEdge ? { edition: 'edge' } : { tokenUrl: apigee.tokenUrl }),
    },
    access: accessTo(secrets, { readSecret: async () => secret }).access,
    held: async () => apigee.stored(path, 'shared_secret'),
    set: async (one) => apigee.put(path, 'shared_secret', one),
    secrets: [token, 'ya29.', 'PRIVATE KEY'],
    close: apigee.close,
  };
};

export const apigees: readonly KindUnderContract[] = [
  { name: 'apigee', kind: 'apigee', open: (value) => open(value, false), shows: 'value' },
  { name: 'apigee edge', kind: 'apigee', open: (value) => open(value, true), shows: 'value' },
];
