import * as z from 'zod';
import { propagationFrom } from './propagation.ts';
import { baseUrl } from './secure-url.ts';

/** The workloads whose pods can be rolled out anew. */
const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

/** The name of an object (RFC 1123 subdomain): nothing that could lead to another path. */
const objectName = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, `must be the name of a ${what}: small letters, digits, - and .`);

/** The settings of a kit of kind `kubernetes-secret`. */
export const kubernetesSecretSettings = z
  .strictObject({
    apiUrl: baseUrl('The URL of the API server of the cluster, such as https://kubernetes.internal:6443.'),
    tokenSecret: z.string().min(1).describe('The name or ARN of the secret that holds the token of a service account.'),
    caCertificateSecret: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The name or ARN of the secret that holds the PEM certificate of the CA of the cluster; then the API server must have a certificate of that one.',
      ),
    namespace: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be the name of a namespace: small letters, digits and -')
      .describe('The namespace of the secret, and of what is restarted.'),
    secretName: objectName('secret').describe('The name of the Kubernetes secret; it has to be there.'),
    key: z
      .string()
      .max(253)
      .regex(/^(?!\.{1,2}$)[-._A-Za-z0-9]+$/, 'must be a key of a secret: letters, digits, - _ and .')
      .describe('The key in its data that holds the credential.'),
    createsKey: z
      .boolean()
      .default(false)
      .describe('Whether the key may be added to the secret when it is not there: a misspelt one would never be read.'),
    restart: z
      .strictObject({
        kind: z.enum(workloadKinds).describe('What the pods of the kit belong to.'),
        name: objectName('workload').describe('Its name.'),
      })
      .optional()
      .describe('Whose pods are replaced after a change, for pods that read the secret only when they start.'),
    propagationSeconds: propagationFrom(1)
      .default(120)
      .describe(
        'How long until all pods use a changed secret, in seconds: the kubelet takes 60 to 90 s to renew a mounted file; with restart, how long a roll-out takes with the end of the last old pod.',
      ),
  })
  .refine(({ apiUrl, caCertificateSecret }) => caCertificateSecret === undefined || apiUrl.startsWith('https:'), {
    path: ['caCertificateSecret'],
    error: 'is for an https apiUrl',
  });
export type KubernetesSecretSettings = z.infer<typeof kubernetesSecretSettings>;
