import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialIn } from '../../lambdas/kits/held-credential.ts';
import { openAnypoint } from '../../lib/local/stand-ins/anypoint.ts';
import { openApigee } from '../../lib/local/stand-ins/apigee.ts';
import { openAzure } from '../../lib/local/stand-ins/azure-apim.ts';
import { openKong } from '../../lib/local/stand-ins/kong.ts';
import { openKonnect } from '../../lib/local/stand-ins/konnect.ts';
import { openKubernetes } from '../../lib/local/stand-ins/kubernetes.ts';
import { openWebhookReceiver } from '../../lib/local/stand-ins/webhook-receiver.ts';

/** What a kit holds, looked at from behind, and another tool that sets it. */
export type Held = { held(): Promise<unknown>; set(value: string): Promise<void> };

/** A kit outside AWS, with the own key that it is reached with. */
export type KitElsewhere = Held & {
  readonly settings: object;
  readonly key?: { readonly secretId: string; readonly text: string };
  close(): Promise<void>;
};

const [none, propagationSeconds] = ['none yet', 1];
const serviceUrl = 'https://policy.example/kit';
const uuid = '5f6b7c1a-2d3e-4f50-8a91-b2c3d4e5f601';

const kong = async (nowMs: () => number): Promise<KitElsewhere> => {
  const text = 'marked-admin-token';
  const one = await openKong({ port: 0, adminToken: text, workerUpdateMs: 0, nowMs });
  const id = one.addPlugin({ serviceUrl, sharedSecret: none });
  return {
    settings: { adminUrl: one.adminUrl, adminTokenSecret: 'keys/kong', propagationSeconds },
    key: { secretId: 'keys/kong', text },
    held: async () => one.storedSecret(id),
    set: async (value) => one.setSecret(id, value),
    close: one.close,
  };
};

const konnect = async (): Promise<KitElsewhere> => {
  const text = 'kpat_marked-token';
  const one = await openKonnect({ port: 0, controlPlaneId: uuid, tokens: { [text]: 'editor' } });
  const config = { service_url: serviceUrl, secret_header_name: 'CLIENT-TOKEN', shared_secret: none };
  const id = one.addPlugin({ config });
  return {
    settings: { apiUrl: one.apiUrl, controlPlaneId: uuid, tokenSecret: 'keys/konnect', propagationSeconds },
    key: { secretId: 'keys/konnect', text },
    held: async () => Object(one.plugin(id)?.config).shared_secret,
    set: async (value) => one.change(id, { shared_secret: value }),
    close: one.close,
  };
};

const apigee = async (nowMs: () => number): Promise<KitElsewhere> => {
  const path = 'organizations/acme/environments/prod/keyvaluemaps/ping';
  const one = await openApigee({ port: 0, cacheMs: 0, nowMs });
  one.addMap(path, { shared_secret: none });
  return {
    settings: {
      ...{ organization: 'acme', environment: 'prod', keyValueMap: 'ping', accessSecret: 'keys/apigee' },
      ...{ baseUrl: one.origin, tokenUrl: one.tokenUrl, cacheSeconds: 1 },
    },
    key: { secretId: 'keys/apigee', text: one.keyFile },
    held: async () => one.stored(path, 'shared_secret'),
    set: async (value) => one.put(path, 'shared_secret', value),
    close: one.close,
  };
};

const azureApim = async (nowMs: () => number): Promise<KitElsewhere> => {
  const service = `subscriptions/${uuid}/resourceGroups/edge/providers/Microsoft.ApiManagement/service/acme`;
  const one = await openAzure({ port: 0, tenantId: uuid, service, nowMs });
  one.addValue('ClientToken', none);
  return {
    settings: {
      ...{ subscriptionId: uuid, resourceGroup: 'edge', service: 'acme', namedValue: 'ClientToken', tenantId: uuid },
      ...{ accessSecret: 'keys/azure', managementUrl: one.origin, loginUrl: one.origin, propagationSeconds },
    },
    key: { secretId: 'keys/azure', text: JSON.stringify(one.client) },
    held: async () => one.stored('ClientToken'),
    set: async (value) => one.put('ClientToken', value),
    close: one.close,
  };
};

const mulesoft = async (nowMs: () => number): Promise<KitElsewhere> => {
  const at = { organizationId: uuid, environmentId: uuid };
  const one = await openAnypoint({ port: 0, ...at, nowMs });
  one.addPolicy('17', '42', [{ propertyName: 'clientToken', type: 'string', sensitive: true }], { clientToken: none });
  return {
    settings: {
      ...{ ...at, apiId: '17', policyId: '42', field: 'clientToken', accessSecret: 'keys/mulesoft' },
      ...{ anypointUrl: one.anypointUrl, propagationSeconds },
    },
    key: { secretId: 'keys/mulesoft', text: JSON.stringify(one.client) },
    held: async () => one.stored('17', '42')?.clientToken,
    set: async (value) => one.change('17', '42', { clientToken: value }),
    close: one.close,
  };
};

const kubernetesSecret = async (): Promise<KitElsewhere> => {
  const text = 'marked-service-account-token';
  const tokens = { [text]: ['get secrets', 'patch secrets'] } as const;
  const one = await openKubernetes({ port: 0, namespace: 'edge', tokens, rollsOutAtOnce: true });
  one.addSecret('ping', { data: { credential: none } });
  return {
    settings: {
      ...{ apiUrl: one.apiUrl, namespace: 'edge', secretName: 'ping', key: 'credential' },
      ...{ tokenSecret: 'keys/kubernetes', propagationSeconds },
    },
    key: { secretId: 'keys/kubernetes', text },
    held: async () => one.value('ping', 'credential'),
    set: async (value) => one.set('ping', 'credential', value),
    close: one.close,
  };
};

const pingGateway = async (): Promise<KitElsewhere> => {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'pinggateway-'));
  const [fileName, file] = ['gateway.secret.id', join(path, 'gateway.secret.id')];
  writeFileSync(file, none, { mode: 0o640 });
  return {
    settings: { folder: { path, fileName, format: 'PLAIN' }, leaseExpirySeconds: 1 },
    held: async () => readFileSync(file, 'utf8'),
    set: async (value) => writeFileSync(file, value),
    close: async () => rmSync(path, { recursive: true }),
  };
};

const webhook = async (nowMs: () => number): Promise<KitElsewhere> => {
  const text = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const one = await openWebhookReceiver({ port: 0, signingSecret: text, applyMs: 0, nowMs });
  return {
    settings: { url: one.url, readBackUrl: one.readBackUrl, signingSecret: 'keys/webhook', propagationSeconds },
    key: { secretId: 'keys/webhook', text },
    held: async () => one.currentCredential(),
    set: async (credential) => one.set({ credentialId: credentialIn(credential)?.credentialId ?? '', credential }),
    close: one.close,
  };
};

/** One kit of each kind that is outside AWS and shows what it holds. */
export const openKitsElsewhere = async (nowMs: () => number) => ({
  kong: await kong(nowMs),
  konnect: await konnect(),
  apigee: await apigee(nowMs),
  'azure-apim': await azureApim(nowMs),
  mulesoft: await mulesoft(nowMs),
  'kubernetes-secret': await kubernetesSecret(),
  pinggateway: await pingGateway(),
  webhook: await webhook(nowMs),
});
