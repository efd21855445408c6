import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openAzure } from '../../../lib/local/stand-ins/azure-apim.ts';
import { accessTo, startAtMs } from '../installation.ts';
import type { KindUnderContract, World } from './world.ts';

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const subscriptionId = '0b1f6471-1bf0-4dda-aec3-111122223333';
const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const id = 'AuthorizeSidebandClientToken';

const open = async (value: string, isVaulted: boolean): Promise<World> => {
  const service = `subscriptions/${subscriptionId}/resourceGroups/edge/providers/Microsoft.ApiManagement/service/acme`;
  const azure = await openAzure({ port: 0, tenantId, service, nowMs: () => startAtMs });
  const { vault, client } = azure;
  if (isVaulted) {
    vault.set('gateway-credential', value);
    azure.addReference(id, 'gateway-credential');
  } else azure.addValue(id, value);
  return {
    settings: {
      ...{ subscriptionId, resourceGroup: 'edge', service: 'acme', namedValue: id, tenantId },
      ...{ accessSecret: 'azure-application', managementUrl: azure.origin, loginUrl: azure.origin },
      ...(isVaulted ? { keyVault: { vaultUrl: vault.vaultUrl, secretName: 'gateway-credential' } } : {}),
    },
    access: accessTo(secrets, { readSecret: async () => JSON.stringify(client) }).access,
    held: async () => azure.stored(id),
    set: async (one) => {
      if (!isVaulted) return azure.put(id, one);
      vault.set('gateway-credential', one);
      azure.refresh(id);
    },
    secrets: [client.clientSecret, 'marked-token-'],
    close: azure.close,
  };
};

export const azureApims: readonly KindUnderContract[] = [
  { name: 'azure-apim', kind: 'azure-apim', open: (value) => open(value, false), shows: 'value' },
  { name: 'azure-apim with Key Vault', kind: 'azure-apim', open: (value) => open(value, true), shows: 'value' },
];
