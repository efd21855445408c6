import { z } from 'zod';
import type { Answered, Asked } from './loopback-server.ts';

/** An object of the cluster as it is kept. */
export type Stored = Readonly<Record<string, unknown>> & { readonly metadata: Readonly<Record<string, unknown>> };

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
/** The fields of a Secret and of a workload, as far as a patch of them may go. */
const fields = {
  secrets: z.strictObject({
    ...{ apiVersion: z.unknown(), kind: z.unknown(), metadata: z.unknown(), type: z.unknown() },
    ...{ data: z.unknown(), stringData: z.unknown(), immutable: z.unknown() },
  }),
  workloads: z.strictObject({
    ...{ apiVersion: z.unknown(), kind: z.unknown(), metadata: z.unknown(), status: z.unknown() },
    spec: z
      .looseObject({ template: z.strictObject({ metadata: z.unknown(), spec: z.unknown() }).partial() })
      .partial()
      .optional(),
  }),
};

/** A merge patch of an object that may be made, or its refusal as the API server words it. */
export const readPatch = (
  before: Stored,
  isSecret: boolean,
  { headers, url, body }: Asked,
): { readonly given: Record<string, unknown> } | { readonly refused: Answered } => {
  const refused = (code: number, reason: string, message: string) => ({ refused: failed(code, reason, message) });
  const contentType = headers['content-type'] ?? '';
  if (!patchTypes.includes(contentType)) return refused(415, 'UnsupportedMediaType', `body was ${contentType}`);
  if (contentType !== 'application/merge-patch+json')
    return refused(500, 'InternalError', 'This stand-in merges only.');
  const patch = z.record(z.string(), z.unknown()).safeParse(jsonIn(body));
  if (!patch.success) return refused(400, 'BadRequest', `error decoding patch: ${body}`);
  const isStrict = url.searchParams.get('fieldValidation') === 'Strict';
  if (isStrict && !(isSecret ? fields.secrets : fields.workloads).partial().safeParse(patch.data).success)
    return refused(400, 'BadRequest', `strict decoding error: unknown field in ${body}`);
  const given = z
    .object({ metadata: z.object({ resourceVersion: z.string() }), data: z.record(z.string(), z.string().nullable()) })
    .partial()
    .safeParse(patch.data);
  if (!given.success) return refused(400, 'BadRequest', `cannot unmarshal ${body}`);
  const { metadata, data = {} } = given.data;
  if (metadata && metadata.resourceVersion !== before.metadata.resourceVersion)
    return refused(409, 'Conflict', 'the object has been modified; please apply your changes to the latest version');
  if (Object.values(data).some((one) => one !== null && !isBase64(one)))
    return refused(400, 'BadRequest', `illegal base64 data: ${body}`);
  if (before.immutable === true && 'data' in patch.data)
    return refused(422, 'Invalid', 'data: Forbidden: field is immutable when `immutable` is set');
  return { given: patch.data };
};

/** A refusal as Kubernetes gives it. */
export const failed = (code: number, reason: string, message: string): Answered => ({
  status: code,
  json: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
});

const isBase64 = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A target with a merge patch of RFC 7396. */
export const merged = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch;
  const entries = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) entries.delete(key);
    else entries.set(key, merged(entries.get(key), value));
  }
  return Object.fromEntries(entries);
};

/** The value of a JSON text; `undefined` when it is none. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
