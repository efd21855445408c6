import { readAnswer, type SidebandVerdict } from './sideband-answer.ts';
import { openSidebandClient } from './sideband-client.ts';

export type KitNodeOptions = {
  /** The Service URL of the kit: `<policy check URL>/gateways/<gatewayId>/kits/<kitId>`. */
  readonly policyCheckUrl: string;
  /** What a new request presents; `undefined` while the node has no credential, and then it asks nothing. */
  readonly currentCredential: () => string | undefined;
  /** A loopback address of its own (`127.0.0.2`), so that each node is a source of its own; 127.0.0.1 where there is none. */
  readonly localAddress: string;
};

/** `refused`: HTTP 4xx from the policy check, or denied. `failed`: no answer, 429, or one that a real kit cannot use: an outage, and no refusal. */
type Counts = { readonly requests: number; readonly refused: number; readonly failed: number };

/** Why so many requests were not allowed; never holds a credential. */
export type Problem = { readonly kind: 'REFUSED' | 'FAILED'; readonly reason: string; readonly count: number };

/** One node of a kit: the data plane that asks the policy check about client requests. */
export type KitNode = {
  readonly address: string;
  /** One client request, both legs with the credential that it began with; `undefined` without a credential. */
  request(): Promise<SidebandVerdict | undefined>;
  /** Client requests at a steady rate, at most 200 a second and 3 at once, until {@link KitNode.stop}. */
  start(requestsPerSecond: number): void;
  /** Ends traffic, waits for requests under way and closes connections. */
  stop(): Promise<void>;
  counts(): Counts;
  /** Why requests were not allowed, and how many each time. */
  problems(): readonly Problem[];
  /** Why the last request that was not allowed was not; never holds a credential. */
  lastProblem(): string | undefined;
};

const mostPerSecond = 200;
const mostAtOnce = 3; // a machine that is slow gets less traffic and not a queue: a kit waits for its answers too

export const openKitNode = async (options: KitNodeOptions): Promise<KitNode> => {
  const client = await openSidebandClient(options.policyCheckUrl, options.localAddress);
  const underWay = new Set<Promise<unknown>>();
  const counted = { requests: 0, refused: 0, failed: 0 };
  const problems = new Map<string, Problem>();
  let last: string | undefined;
  let ticker: ReturnType<typeof setInterval> | undefined;

  const legs = async (credential: string): Promise<SidebandVerdict> => {
    const original = originalRequest(client.address, counted.requests);
    const asked = await client.post('/sideband/request', credential, original);
    const first = readAnswer('request', asked.status, asked.retryAfter, asked.text);
    if (first.kind !== 'ALLOWED') return first;
    const answered = await client.post('/sideband/response', credential, responseOf(original, first.state));
    return readAnswer('response', answered.status, answered.retryAfter, answered.text);
  };
  const request = async (): Promise<SidebandVerdict | undefined> => {
    const credential = options.currentCredential();
    if (credential === undefined) return undefined;
    counted.requests += 1;
    const verdict = await legs(credential).catch(
      (error: unknown): SidebandVerdict => ({
        kind: 'FAILED',
        reason: error instanceof Error ? error.name : 'no answer',
      }),
    );
    if (verdict.kind === 'ALLOWED') return verdict;
    counted[verdict.kind === 'REFUSED' ? 'refused' : 'failed'] += 1;
    const { kind, reason } = verdict;
    const key = `${kind} ${reason}`;
    problems.set(key, { kind, reason, count: (problems.get(key)?.count ?? 0) + 1 });
    last = reason;
    return verdict;
  };
  const track = (work: Promise<unknown>) => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
    return work;
  };

  return {
    address: client.address,
    request: async () => {
      const work = request();
      track(work);
      return work;
    },
    start: (requestsPerSecond) => {
      clearInterval(ticker);
      const everyMs = 1000 / Math.min(Math.max(requestsPerSecond, 0.01), mostPerSecond);
      ticker = setInterval(() => {
        if (underWay.size < mostAtOnce) track(request());
      }, everyMs);
    },
    stop: async () => {
      clearInterval(ticker);
      await Promise.all(underWay);
      client.close();
    },
    counts: () => ({ ...counted }),
    problems: () => [...problems.values()],
    lastProblem: () => last,
  };
};

type OriginalRequest = ReturnType<typeof originalRequest>;

/** The request leg as kong-plugin-ping-auth sends it: the port as text, headers as one-key objects, an empty body. */
const originalRequest = (address: string, number: number) => ({
  source_ip: address,
  source_port: String(20_000 + (number % 40_000)),
  method: 'GET',
  url: 'https://api.example.com:443/orders?page=1',
  http_version: '1.1',
  headers: [{ accept: '*/*' }, { host: 'api.example.com' }],
  body: '',
});

/** The response leg: the opaque `state` when there was one, otherwise the original request, never both. */
const responseOf = (original: OriginalRequest, state: unknown) => ({
  method: original.method,
  url: original.url,
  http_version: original.http_version,
  headers: [{ 'content-type': 'application/json' }, { 'content-length': '2' }],
  body: '{}',
  response_code: '200',
  response_status: 'OK',
  ...(state === undefined ? { request: original } : { state }),
});
