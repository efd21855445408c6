import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Anypoint, openAnypoint } from '../../../lib/local/stand-ins/anypoint.ts';
import { accessTo, startAtMs } from '../installation.ts';
import type { KindUnderContract, World } from './world.ts';

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const organizationId = '5f6b7c1a-2d3e-4f50-8a91-b2c3d4e5f601';
const environmentId = '8c1d2e3f-4a5b-4c6d-9e7f-a0b1c2d3e4f5';
const [apiId, policyId] = ['17', '42'] as const;

const open = async (value: string, shows: Anypoint['shows']): Promise<World> => {
  const anypoint = await openAnypoint({ port: 0, organizationId, environmentId, nowMs: () => startAtMs });
  anypoint.shows = shows;
  anypoint.addPolicy(
    apiId,
    policyId,
    [
      { propertyName: 'serviceUrl', type: 'string' },
      { propertyName: 'clientToken', type: 'string', sensitive: true },
      { propertyName: 'timeout', type: 'int', optional: true },
    ],
    { serviceUrl: 'https://policy.example/edge-1', clientToken: value, timeout: 20 },
  );
  const { client } = anypoint;
  return {
    settings: {
      ...{ organizationId, environmentId, apiId, policyId, field: 'clientToken' },
      ...{ accessSecret: 'connected-app', anypointUrl: anypoint.anypointUrl },
      ...(shows === 'value' ? {} : { masksValues: true }),
    },
    access: accessTo(secrets, { readSecret: async () => JSON.stringify(client) }).access,
    held: async () => String(anypoint.stored(apiId, policyId)?.clientToken),
    set: async (one) => anypoint.change(apiId, policyId, { clientToken: one }),
    secrets: [client.clientSecret, 'marked-token-'],
    close: anypoint.close,
  };
};

export const mulesofts: readonly KindUnderContract[] = [
  { name: 'mulesoft', kind: 'mulesoft', open: (value) => open(value, 'value'), shows: 'value' },
  { name: 'mulesoft that masks', kind: 'mulesoft', open: (value) => open(value, 'absent'), shows: 'nothing' },
];
