import type { Kit } from '../domain/kit.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitRefused, KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitCheck, KitKind, OnlyAsked } from './kit-kind.ts';
import { annotation, isMarkOf, markOf } from './kubernetes-annotation.ts';
import { type KubernetesApi, kubernetesApi, pathOfSecret, pathOfWorkload } from './kubernetes-api.ts';
import { restartedFor, rolloutOf, type Workload, whyNotRolledOut, workloadSchema } from './kubernetes-rollout.ts';
import { type KubernetesSecretSettings, kubernetesSecretSettings } from './kubernetes-secret-settings.ts';
import { readSecret, type Secret } from './kubernetes-secret-shown.ts';
import { retryWhileTime } from './retry-while-time.ts';

/**
 * A secret of a Kubernetes cluster that holds the credential under one key; on wish the pods are replaced after it. Reading
 * back proves what the secret holds and, with `restart`, that every pod was made after that: not which value its process
 * presents, since nothing shows that it reads this very secret, and the kubelet may start a pod with what it has cached.
 */
export const kubernetesSecret: KitKind<KubernetesSecretSettings> & { readonly kind: 'kubernetes-secret' } = {
  kind: 'kubernetes-secret',
  settings: kubernetesSecretSettings,
  traits: ({ propagationSeconds }) => ({ installedBy: 'us', readBackProves: 'store', propagationSeconds }),
  destinations: (settings) => {
    const { apiUrl, namespace, tokenSecret, caCertificateSecret, restart } = settings;
    const paths = [pathOfSecret(settings), ...(restart ? [pathOfWorkload(namespace, restart)] : [])];
    return {
      urls: paths.map((path) => apiUrl.replace(/\/+$/, '') + path), // another secret is another destination
      secrets: [tokenSecret, caCertificateSecret].filter((one) => one !== undefined),
    };
  },
  install: (installation, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const { api, secret, workload } = await lookAt(installation, settings, access);
      const written = isWritten(secret, installation, settings)
        ? secret
        : await write(api, secret, installation, settings);
      if (settings.restart && workload && restartedFor(workload) !== written.mark)
        await restart(api, settings.namespace, settings.restart, written.mark);
      return { state: 'INSTALLED' };
    }),
  readBack: (installation, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const { secret, workload } = await lookAt(installation, settings, access);
      if (!isWritten(secret, installation, settings)) return { matches: false };
      if (!settings.restart || !workload) return { matches: true };
      if (restartedFor(workload) !== secret.mark) return { matches: false };
      const rollout = rolloutOf(settings.restart.kind, workload);
      if (rollout === 'STALLED') throw stalled(installation.kit, settings.restart);
      return rollout === 'COMPLETE' ? { matches: true } : undefined; // neither yes nor a reason to do it again
    }),
  check: (asked, settings, access) =>
    retryWhileTime(access.signal, async () => checkOne(asked.kit, settings, await lookAt(asked, settings, access))),
};

type Found = { readonly api: KubernetesApi; readonly secret: Secret; readonly workload: Workload | undefined };
type Restarted = NonNullable<KubernetesSecretSettings['restart']>;

/** The secret, and the workload that is restarted. Throws for what cannot be done, before anything is. */
const lookAt = async ({ kit }: OnlyAsked, settings: KubernetesSecretSettings, access: KitAccess): Promise<Found> => {
  const api = await kubernetesApi(kit, settings, access);
  const secret = await readSecret(api, kit, settings);
  const { restart: restarted, namespace } = settings;
  if (!restarted) return { api, secret, workload: undefined };
  const what = wordsOf(restarted);
  const workload = await api.get(`Reading ${what}`, pathOfWorkload(namespace, restarted), workloadSchema);
  const answer = whyNotRolledOut(workload);
  if (answer === undefined) return { api, secret, workload };
  const todo = 'Let a change of its template replace all pods, or leave restart out.';
  throw new KitRefused('NOT_SUPPORTED', { doing: `Reading ${what}`, kit, answer, todo });
};

/** Whether the secret holds the credential; for a restart, also which write it was, so that pods are known to be newer. */
const isWritten = (
  { value, mark }: Secret,
  installation: Installation,
  { restart }: KubernetesSecretSettings,
): boolean => value === installation.value && (!restart || isMarkOf(mark, installation.credentialId));

/** Writes the one key on the very version that was read, and reads it back. */
const write = async (
  api: KubernetesApi,
  { version }: Secret,
  installation: Installation,
  settings: KubernetesSecretSettings,
): Promise<Secret> => {
  const { secretName, key } = settings;
  const mark = { annotations: { [annotation]: markOf(installation.credentialId, version) } };
  await api.patch(`Writing secret ${secretName}`, pathOfSecret(settings), {
    metadata: { resourceVersion: version, ...(settings.restart ? mark : {}) },
    data: { [key]: Buffer.from(installation.value).toString('base64') },
  });
  const after = await readSecret(api, installation.kit, settings);
  if (isWritten(after, installation, settings)) return after;
  throw new KitUnreachable('NOT_STORED', {
    doing: `Reading secret ${secretName} back`,
    kit: installation.kit,
    answer: 'it does not show the new credential',
    todo: 'It is tried again; look for another tool that writes the secret (GitOps, External Secrets) if this stays.',
  });
};

/** Has all pods replaced, once for each write: the same annotation again changes nothing. */
const restart = (api: KubernetesApi, namespace: string, restarted: Restarted, mark: string | undefined) =>
  api.patch(`Restarting ${wordsOf(restarted)}`, pathOfWorkload(namespace, restarted), {
    spec: { template: { metadata: { annotations: { [annotation]: mark } } } },
  });

const wordsOf = ({ kind, name }: Restarted): string => `${kind} ${name}`;

const stalled = (kit: Kit, restarted: Restarted) =>
  new KitRefused('REQUEST_REFUSED', {
    doing: `Reading the roll-out of ${wordsOf(restarted)}`,
    kit,
    answer: 'it does not get on within its progressDeadlineSeconds',
    todo: 'See why its new pods do not become ready; the old ones still present the old credential.',
  });

const rolloutWords = { COMPLETE: 'complete', UNDER_WAY: 'under way', STALLED: 'not getting on' } as const;

const checkOne = async (
  kit: Kit,
  { secretName, namespace, key, restart: restarted }: KubernetesSecretSettings,
  { api, secret, workload }: Found,
): Promise<KitCheck> => {
  const maySecret = await api.mayPatch('Secret', secretName);
  const mayWorkload = restarted ? await api.mayPatch(restarted.kind, restarted.name) : true;
  if (maySecret === false || mayWorkload === false)
    throw new KitRefused('ACCESS_DENIED', {
      doing: 'Asking for permissions',
      kit,
      answer: `the service account may not patch ${maySecret === false ? `secret ${secretName}` : restarted ? wordsOf(restarted) : ''}`,
      todo: 'Give it a role in this namespace with get and patch for this object by its name.',
    });
  const id = credentialIn(secret.value)?.credentialId;
  const isKnown = maySecret === true && mayWorkload === true;
  return {
    seen: [
      `Secret ${secretName} in namespace ${namespace} is there; ${key} ${secret.value === undefined ? 'is not in it yet' : `holds ${heldWords(secret.value)}`}.`,
      ...(secret.isOwned ? ['It belongs to another object of the cluster, whose controller may set it back.'] : []),
      ...(restarted && workload
        ? [`${wordsOf(restarted)} is there; its roll-out is ${rolloutWords[rolloutOf(restarted.kind, workload)]}.`]
        : []),
      ...(isKnown ? ['The service account may change what has to be changed.'] : []),
    ],
    notShown: [
      ...(isKnown ? [] : ['Whether the service account may change it: that is seen when it does.']),
      restarted
        ? `Whether the pods of ${wordsOf(restarted)} read this secret.`
        : 'Whether pods read a changed secret: one in a variable, or mounted by subPath, is read only when they start (restart).',
    ],
    would: [
      `${secret.value === undefined ? 'Add' : 'Change'} ${key} of secret ${secretName}; its other keys stay as they are.`,
      ...(restarted ? [`Replace the pods of ${wordsOf(restarted)} by a roll-out.`] : []),
    ],
    holds: id === undefined ? [] : [id],
  };
};
