import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { bareToken } from './header-secret.ts';
import { type Answer, ask, type Question } from './http-request.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';
import type { KubernetesSecretSettings } from './kubernetes-secret-settings.ts';
import { accessTrusting } from './private-ca.ts';

type Restarted = NonNullable<KubernetesSecretSettings['restart']>;

/** The path of the secret in the API, and of the workload that is restarted. */
export const pathOfSecret = ({ namespace, secretName }: KubernetesSecretSettings): string =>
  `/api/v1/namespaces/${namespace}/secrets/${secretName}`;
export const pathOfWorkload = (namespace: string, { kind, name }: Restarted): string =>
  `/apis/apps/v1/namespaces/${namespace}/${resourceOf(kind)}/${name}`;
const resourceOf = (kind: Restarted['kind']): string => `${kind.toLowerCase()}s`;

/** Writes are in this name in `managedFields`; an unknown field is refused by the API server and not dropped. */
const ofWrites = '?fieldManager=gateway-credential-rotation&fieldValidation=Strict';

const reviewed = z.object({ status: z.object({ allowed: z.boolean() }) });

/**
 * The Kubernetes API as the settings reach it: GET, and PATCH as a JSON merge patch (RFC 7396), which changes what it names
 * and nothing else. Throws KitMisconfigured for secrets that cannot be used.
 */
export const kubernetesApi = async (kit: Kit, settings: KubernetesSecretSettings, given: KitAccess) => {
  const { apiUrl, tokenSecret, caCertificateSecret, namespace } = settings;
  const access = await accessTrusting(kit, caCertificateSecret, given);
  const token = bareToken(await access.readSecret(tokenSecret));
  if (token === undefined)
    throw new KitMisconfigured('SECRET_UNUSABLE', {
      doing: `Reading the token from secret ${tokenSecret}`,
      kit,
      answer: 'it is empty or has characters that no header may hold',
      todo: 'Put the bare token of the service account into the secret.',
    });
  const root = apiUrl.replace(/\/+$/, '');
  const authorization = `Bearer ${token}`;
  const asked = (question: Pick<Question, 'doing' | 'method'>, path: string, headers: object, body?: object) =>
    ask(access, {
      ...question,
      kit,
      url: root + path,
      headers: { authorization, ...headers },
      json: body,
      meaningOf: (status) => meaningOf({ doing: question.doing, kit }, status),
    });
  const read = <Shown>(answer: Answer, doing: string, schema: z.ZodType<Shown>): Shown => {
    const parsed = schema.safeParse(answer.json);
    if (parsed.success) return parsed.data;
    throw new KitUnreachable('UNREADABLE_ANSWER', {
      doing,
      kit,
      answer: 'HTTP 200, but not what the API of Kubernetes answers',
      todo: 'Check that apiUrl is the API server of the cluster.',
    });
  };

  return {
    get: async <Shown>(doing: string, path: string, schema: z.ZodType<Shown>): Promise<Shown> =>
      read(await asked({ doing, method: 'GET' }, path, {}), doing, schema),
    patch: async (doing: string, path: string, patch: object): Promise<void> => {
      const headers = { 'content-type': 'application/merge-patch+json' };
      await asked({ doing, method: 'PATCH' }, path + ofWrites, headers, patch);
    },
    /** Whether the token may patch it, by Kubernetes' own word (SelfSubjectAccessReview); `undefined` where that may not be asked. */
    mayPatch: async (kind: 'Secret' | Restarted['kind'], name: string): Promise<boolean | undefined> => {
      const doing = 'Asking for permissions';
      const group = kind === 'Secret' ? '' : 'apps';
      const attributes = { namespace, verb: 'patch', group, resource: `${kind.toLowerCase()}s`, name };
      const review = {
        ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' },
        spec: { resourceAttributes: attributes },
      };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const answer = asked({ doing, method: 'POST' }, path, {}, review).then((one) => read(one, doing, reviewed));
      return answer.then(({ status }) => status.allowed).catch(unlessRefused);
    },
  };
};
export type KubernetesApi = Awaited<ReturnType<typeof kubernetesApi>>;

const unlessRefused = (error: unknown): undefined => {
  if (error instanceof KitRefused || error instanceof KitMisconfigured) return undefined;
  throw error;
};

/** What a refusal means; Kubernetes answers with a Status, whose message may quote the request and is not read. */
const meaningOf = ({ doing, kit }: Pick<Said, 'doing' | 'kit'>, status: number): KitError | undefined => {
  const said = (todo: string): Said => ({ doing, kit, answer: `HTTP ${status}`, todo });
  if (status === 401)
    return new KitRefused(
      'ACCESS_DENIED',
      said('Check the token in the secret of tokenSecret: it may have ended, or be of another cluster.'),
    );
  if (status === 403)
    return new KitRefused(
      'ACCESS_DENIED',
      said('Give the service account a role in this namespace with get and patch for this object by its name.'),
    );
  if (status === 404)
    return new KitMisconfigured(
      'NOT_FOUND',
      said('Correct namespace and name, or create it: this system makes no secret and no workload.'),
    );
  if (status === 409)
    return new KitUnreachable(
      'CHANGED_MEANWHILE',
      said('Somebody else changed it at the same time; it is read again.'),
    );
  return undefined;
};
