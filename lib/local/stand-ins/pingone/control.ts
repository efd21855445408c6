/** Everything that can be asked of the stand-in. */
export type Operation =
  | 'token'
  | 'read-environment'
  | 'list-gateways'
  | 'read-gateway'
  | 'list-credentials'
  | 'read-credential'
  | 'create-credential'
  | 'delete-credential'
  | 'sideband-request'
  | 'sideband-response';

/** What happens to one request instead of the usual. */
export type PingOneFault =
  /** Refused with PingOne's error body; nothing is done. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  /** 429; `retryAfter` as it stands in the header, seconds or an HTTP date. */
  | { readonly kind: 'limited'; readonly retryAfter?: string }
  /** Not JSON, and quotes the request, as a proxy in between may. Nothing is done. */
  | { readonly kind: 'page'; readonly status: number }
  /** Cut before anything is done. */
  | { readonly kind: 'lost-request' }
  /** Done, and cut before the answer. */
  | { readonly kind: 'lost-answer' }
  /** Never answered, and nothing is done. */
  | { readonly kind: 'silent' }
  /** Done at once, answered `ms` later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Never answered, and done `afterMs` later: a timed-out request that commits. */
  | { readonly kind: 'late-commit'; readonly afterMs: number }
  /** Answered as if it were done, and nothing is done. */
  | { readonly kind: 'dropped' };

/** Switches of the stand-in, for tests and the demo; deliberately not reachable over HTTP. All may be changed at any time. */
export type PingOneControl = {
  /** Used up one a request of that operation, first in, first out. */
  readonly faults: { readonly on: Operation; readonly fault: PingOneFault }[];
  /** Everything is down: 503 to every request, or no answer at all. */
  outage: 'none' | 'unavailable' | 'unreachable';
  tokenSeconds: number;
  /** Items in a page when the client names no `limit`. */
  pageSize: number;
  /** After how long `lastUsedAt` shows a use. */
  lastUsedLagMs: number;
  /** After how long the HTTP Access Policy service knows of a new credential, and of a deleted one. */
  creationPropagationMs: number;
  revokePropagationMs: number;
  /** The answer to a sixth credential, which PingOne does not document. */
  sixth: { readonly status: number; readonly code: string };
  /** The policy behind a good credential: what a real one decides belongs to its owner. */
  policy: { readonly bearerRequired: boolean; readonly deniedPaths: readonly string[] };
  /** Roles of workers that differ from those they were set up with, by client id. */
  readonly roles: Map<string, readonly string[]>;
  /** URLs of the backend that were called because a request held `access_token`. */
  readonly backendCalls: string[];
  /** Every operation that was asked, in order, faults included. */
  readonly asked: Operation[];
};

/** Nothing goes wrong, and everything takes effect at once. */
export const calm = (): PingOneControl => ({
  faults: [],
  outage: 'none',
  tokenSeconds: 3600,
  pageSize: 100,
  lastUsedLagMs: 0,
  creationPropagationMs: 0,
  revokePropagationMs: 0,
  sixth: { status: 400, code: 'INVALID_DATA' },
  policy: { bearerRequired: false, deniedPaths: [] },
  roles: new Map(),
  backendCalls: [],
  asked: [],
});

/** Takes the next fault of an operation off the list. */
export const nextFault = ({ faults }: PingOneControl, operation: Operation): PingOneFault | undefined => {
  const index = faults.findIndex(({ on }) => on === operation);
  return index < 0 ? undefined : faults.splice(index, 1)[0]?.fault;
};
