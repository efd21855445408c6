import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Port } from '../../emulator/wire/held-port.ts';
import { failed, jsonIn, merged, readPatch, type Stored } from './kubernetes-patch.ts';
import { type RunningWorkload, runWorkload, type WorkloadGiven, type WorkloadKind } from './kubernetes-workload.ts';
import { type Answered, type Asked, type Fault, openLoopbackServer } from './loopback-server.ts';

type Verb = 'get' | 'patch';
type Resource = 'secrets' | 'deployments' | 'statefulsets' | 'daemonsets';

export type KubernetesOptions = {
  readonly port: Port;
  readonly namespace: string;
  /** The tokens that it knows, and what their roles allow. */
  readonly tokens: Readonly<Record<string, readonly `${Verb} ${Resource}`[]>>;
  /** Whether pods are replaced as soon as their template changes; else by `settle` of the workload. */
  readonly rollsOutAtOnce: boolean;
};

type SecretGiven = {
  readonly data: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly immutable?: boolean;
  /** Its metadata besides name and version. */
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** The API server of a Kubernetes cluster: secrets and workloads of one namespace. */
export type Kubernetes = {
  readonly apiUrl: string;
  readonly faults: Fault[];
  /** Every request it got, without bodies and queries. */
  readonly requests: readonly string[];
  /** `data` in plain text. */
  addSecret(name: string, secret: SecretGiven): void;
  secret(name: string): Stored | undefined;
  /** The plain text under a key. */
  value(name: string, key: string): string | undefined;
  /** Another tool writes a key; `undefined` takes it away. */
  set(name: string, key: string, value: string | undefined): void;
  addWorkload(given: WorkloadGiven): RunningWorkload;
  /** Another tool puts a workload back to a template without annotations. */
  dropAnnotations(kind: WorkloadKind, name: string): void;
  close(): Promise<void>;
};

const review = z.object({
  spec: z.object({ resourceAttributes: z.object({ verb: z.string(), resource: z.string() }) }),
});
/**
 * Starts an API server that answers as the reference of the Kubernetes API says: bearer tokens, Status as the body of a
 * refusal, merge patches with optimistic concurrency by `metadata.resourceVersion`, strict field validation where it is asked
 * for, `data` in base64, and immutable secrets.
 */
export const openKubernetes = async ({
  port,
  namespace,
  tokens,
  rollsOutAtOnce,
}: KubernetesOptions): Promise<Kubernetes> => {
  const objects = new Map<string, Stored>();
  const running = new Map<string, RunningWorkload>();
  const requests: string[] = [];
  let version = 41_000;
  const put = (path: string, object: Stored): Stored => {
    version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    objects.set(path, stored);
    return stored;
  };
  const textOf = (path: string, key: string): string | undefined => {
    const data = z.object({ data: z.record(z.string(), z.string()) }).safeParse(objects.get(path)).data?.data;
    const held = data && Object.hasOwn(data, key) ? data[key] : undefined;
    return held === undefined ? undefined : Buffer.from(held, 'base64').toString();
  };
  const shown = (path: string, object: Stored): Stored => {
    const workload = running.get(path);
    return workload ? { ...object, status: workload.status() } : object;
  };
  const patched = (path: string, before: Stored, patch: Record<string, unknown>): Stored => {
    const workload = running.get(path);
    const after = merged(before, patch) as Stored;
    const isNewTemplate = JSON.stringify(templateOf(after)) !== JSON.stringify(templateOf(before));
    if (!workload || !isNewTemplate) return put(path, after);
    const generation = Number(before.metadata.generation) + 1;
    const stored = put(path, { ...after, metadata: { ...after.metadata, generation } });
    workload.changed();
    if (rollsOutAtOnce) workload.settle();
    return stored;
  };

  const answerPatch = (path: string, isSecret: boolean, asked: Asked): Answered => {
    const before = objects.get(path);
    if (!before) return failed(404, 'NotFound', `${path} not found`);
    const patch = readPatch(before, isSecret, asked);
    return 'refused' in patch ? patch.refused : { status: 200, json: shown(path, patched(path, before, patch.given)) };
  };

  const answer = (asked: Asked): Answered => {
    const { method, url, headers, body } = asked;
    const allowed = tokens[/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''];
    if (!allowed) return failed(401, 'Unauthorized', 'Unauthorized');
    if (url.pathname === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews' && method === 'POST') {
      const given = review.safeParse(jsonIn(body));
      if (!given.success) return failed(400, 'BadRequest', `not a review: ${body}`);
      const { verb, resource } = given.data.spec.resourceAttributes;
      const isAllowed = allowed.some((one) => one === `${verb} ${resource}`);
      return { status: 201, json: { ...given.data, status: { allowed: isAllowed } } };
    }
    const found = /^\/(?:api|apis\/apps)\/v1\/namespaces\/([^/]+)\/([a-z]+)\/[^/]+$/.exec(url.pathname);
    const [, inNamespace, resource = ''] = found ?? [];
    const isSecret = resource === 'secrets';
    if (!found || url.pathname.startsWith('/api/') !== isSecret) return failed(404, 'NotFound', 'no such resource');
    if (method !== 'GET' && method !== 'PATCH') return failed(405, 'MethodNotAllowed', `${method} is not supported`);
    const verb = method === 'GET' ? 'get' : 'patch';
    if (inNamespace !== namespace || !allowed.some((one) => one === `${verb} ${resource}`))
      return failed(403, 'Forbidden', `cannot ${verb} resource ${resource} in namespace ${inNamespace}: ${body}`);
    if (method === 'PATCH') return answerPatch(url.pathname, isSecret, asked);
    const object = objects.get(url.pathname);
    return object
      ? { status: 200, json: shown(url.pathname, object) }
      : failed(404, 'NotFound', `${url.pathname} not found`);
  };

  const secretPath = (name: string) => `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const workloadPath = (kind: WorkloadKind, name: string) =>
    `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
  const change = (path: string, patch: Record<string, unknown>): void => {
    const before = objects.get(path);
    if (before) patched(path, before, patch);
  };
  const server = await openLoopbackServer(port, (asked) => {
    requests.push(`${asked.method} ${asked.url.pathname}`);
    return answer(asked);
  });
  return {
    apiUrl: server.origin,
    faults: server.faults,
    requests,
    addSecret: (name, { data, type = 'Opaque', immutable, metadata }) =>
      void put(secretPath(name), {
        ...{ apiVersion: 'v1', kind: 'Secret', type },
        ...(immutable === undefined ? {} : { immutable }),
        metadata: { ...metadata, name, namespace, uid: randomUUID() },
        data: Object.fromEntries(Object.entries(data).map(([key, one]) => [key, Buffer.from(one).toString('base64')])),
      }),
    secret: (name) => objects.get(secretPath(name)),
    value: (name, key) => textOf(secretPath(name), key),
    set: (name, key, value) =>
      change(secretPath(name), { data: { [key]: value === undefined ? null : Buffer.from(value).toString('base64') } }),
    addWorkload: (given) => {
      const { kind, name, replicas = 2, spec } = given;
      const path = workloadPath(kind, name);
      const workload = runWorkload(given, () => Number(objects.get(path)?.metadata.generation));
      put(path, {
        ...{ apiVersion: 'apps/v1', kind, metadata: { name, namespace, uid: randomUUID(), generation: 1 } },
        spec: {
          ...(kind === 'DaemonSet' ? {} : { replicas }),
          template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'gateway' }] } },
          ...spec,
        },
      });
      running.set(path, workload);
      return workload;
    },
    dropAnnotations: (kind, name) =>
      change(workloadPath(kind, name), { spec: { template: { metadata: { annotations: null } } } }),
    close: server.close,
  };
};

const templateOf = (object: Stored): unknown =>
  z.object({ spec: z.object({ template: z.unknown() }) }).safeParse(object).data?.spec.template;
