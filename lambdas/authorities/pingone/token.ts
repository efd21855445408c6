import * as z from 'zod';
import { StepFailed } from '../../domain/failure.ts';
import { type Answered, askAgainWhenLimited, type PingOneAccess, type Question } from './ask.ts';
import { failureOf } from './failures.ts';

/** What `workerSecret` holds: a worker application, in PingOne's words. */
const workerApp = z.strictObject({
  clientId: z.string().regex(/^[\x21-\x7e]+$/),
  clientSecret: z.string().regex(/^[\x21-\x7e]+$/),
  tokenEndpointAuthMethod: z.enum(['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST']).default('CLIENT_SECRET_BASIC'),
});
type WorkerApp = z.infer<typeof workerApp>;

const granted = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/), expires_in: z.number().positive() });

/** Access tokens of the worker application, for every request to the management API. */
export type WorkerToken = {
  /** One that is good for a while, fetched when there is none. */
  current(): Promise<string>;
  /** Another one in place of one that was answered 401; however many ask, one is fetched. */
  inPlaceOf(refused: string): Promise<string>;
};

/** A token is not used in its last minute, or in its second half if it lives shorter. */
const spareMs = 60_000;

/** `readSecret` is asked at every fetch, so that a changed worker secret is used without a restart. */
export const workerToken = (
  access: PingOneAccess,
  { tokenUrl, workerSecret }: { readonly tokenUrl: string; readonly workerSecret: string },
  readSecret: (secretId: string) => Promise<string>,
): WorkerToken => {
  let held: { readonly token: string; readonly goodUntilMs: number } | undefined;
  let underWay: Promise<string> | undefined;

  const fetchOne = async (): Promise<string> => {
    const app = parseApp(await readSecret(workerSecret), workerSecret);
    const doing = 'Fetching an access token';
    const askedAtMs = access.now();
    const outcome = await askAgainWhenLimited(access, tokenRequest(tokenUrl, app));
    if (outcome.kind === 'ANSWERED' && outcome.status >= 400 && outcome.status < 500 && outcome.status !== 429)
      throw refused(doing, workerSecret, app, outcome);
    const read = outcome.kind === 'ANSWERED' && outcome.status === 200 ? granted.safeParse(outcome.json) : undefined;
    if (!read?.success) throw failureOf(doing, outcome);
    const lifeMs = read.data.expires_in * 1000;
    held = { token: read.data.access_token, goodUntilMs: askedAtMs + lifeMs - Math.min(spareMs, lifeMs / 2) };
    return held.token;
  };
  const fresh = (): Promise<string> => {
    underWay ??= fetchOne().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  return {
    current: async () => (held && access.now() < held.goodUntilMs ? held.token : fresh()),
    inPlaceOf: async (refusedToken) => (held && held.token !== refusedToken ? held.token : fresh()),
  };
};

const parseApp = (text: string, secretId: string): WorkerApp => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const read = workerApp.safeParse(json);
  if (read.success) return read.data;
  throw new StepFailed(
    `Secret ${secretId} does not hold a worker application; it is JSON with clientId, clientSecret and, unless CLIENT_SECRET_BASIC, tokenEndpointAuthMethod (CLIENT_SECRET_POST).`,
  );
};

/** RFC 6749 2.3.1 and 4.4.2; the method has to be the one that the application is set to. */
const tokenRequest = (url: string, { clientId, clientSecret, tokenEndpointAuthMethod }: WorkerApp): Question => {
  const isBasic = tokenEndpointAuthMethod === 'CLIENT_SECRET_BASIC';
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (isBasic) {
    const pair = [clientId, clientSecret].map(formEncoded).join(':');
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  } else {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  return { method: 'POST', url, headers, body: form.toString() };
};

const formEncoded = (text: string): string => new URLSearchParams({ text }).toString().slice('text='.length);

const refused = (doing: string, secretId: string, app: WorkerApp, { status }: Answered): StepFailed =>
  new StepFailed(
    `${doing}: PingOne answered HTTP ${status} to the worker application of secret ${secretId}. Check its clientId and clientSecret, that it is enabled, and that its token endpoint authentication method is ${app.tokenEndpointAuthMethod} in PingOne too.`,
  );
