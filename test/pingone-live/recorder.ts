import * as z from 'zod';
import type { PingOneAccess } from '../../lambdas/authorities/pingone/ask.ts';

/** One answer of PingOne as it may be shown: no body, no header value but these. */
export type Seen = {
  readonly method: string;
  /** The last part of the path, and no id. */
  readonly of: string;
  readonly status: number;
  /** `code` of an error body, when it has the form of one. */
  readonly code?: string;
  readonly hasDate: boolean;
  readonly retryAfter: boolean;
  /** For a list: how many items, and whether another page is named. */
  readonly page?: { readonly items: number; readonly hasNext: boolean };
};

const problem = z.object({ code: z.string().regex(/^[A-Z][A-Z0-9_]{1,60}$/) });
const list = z.object({
  _links: z.object({ next: z.unknown() }).partial().optional(),
  _embedded: z.object({ credentials: z.array(z.unknown()) }),
});

/** The same access, which notes what came back. */
export const recording = (access: PingOneAccess): { readonly access: PingOneAccess; readonly seen: Seen[] } => {
  const seen: Seen[] = [];
  const fetch: PingOneAccess['fetch'] = async (input, init) => {
    const response = await access.fetch(input, init);
    const json: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const error = problem.safeParse(json);
    const page = list.safeParse(json);
    const { pathname } = new URL(String(input));
    seen.push({
      method: init?.method ?? 'GET',
      of: pathname.split('/').findLast((part) => /^[a-z]+$/.test(part)) ?? '',
      status: response.status,
      ...(error.success && response.status >= 400 ? { code: error.data.code } : {}),
      hasDate: response.headers.has('date'),
      retryAfter: response.headers.has('retry-after'),
      ...(page.success
        ? { page: { items: page.data._embedded.credentials.length, hasNext: page.data._links?.next !== undefined } }
        : {}),
    });
    return response;
  };
  return { access: { ...access, fetch }, seen };
};
