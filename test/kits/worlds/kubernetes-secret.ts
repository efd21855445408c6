import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openKubernetes } from '../../../lib/local/stand-ins/kubernetes.ts';
import { accessTo } from '../installation.ts';
import type { KindUnderContract, World } from './world.ts';

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const token = 'marked-service-account-token';
const allowed = ['get secrets', 'patch secrets', 'get deployments', 'patch deployments'] as const;
const [secretName, key] = ['ping', 'gateway-credential'] as const;

const open = async (value: string, restarts: boolean): Promise<World> => {
  const kubernetes = await openKubernetes({
    port: 0,
    namespace: 'edge',
    tokens: { [token]: allowed },
    rollsOutAtOnce: true,
  });
  kubernetes.addSecret(secretName, { data: { [key]: value, other: 'stays' } });
  if (restarts)
    kubernetes.addWorkload({ kind: 'Deployment', name: 'kong', reads: () => kubernetes.value(secretName, key) });
  return {
    settings: {
      ...{ apiUrl: kubernetes.apiUrl, namespace: 'edge', secretName, key, tokenSecret: 'kubernetes-token' },
      ...(restarts ? { restart: { kind: 'Deployment', name: 'kong' } } : {}),
    },
    access: accessTo(secrets, { readSecret: async () => token }).access,
    held: async () => kubernetes.value(secretName, key),
    set: async (one) => kubernetes.set(secretName, key, one),
    secrets: [token],
    close: kubernetes.close,
  };
};

export const kubernetesSecrets: readonly KindUnderContract[] = [
  { name: 'kubernetes-secret', kind: 'kubernetes-secret', open: (value) => open(value, false), shows: 'value' },
  {
    name: 'kubernetes-secret with a restart',
    kind: 'kubernetes-secret',
    open: (value) => open(value, true),
    shows: 'value',
  },
];
