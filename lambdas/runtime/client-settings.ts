import type { Environment } from './environment.ts';
import type { Runtime } from './host.ts';
import { withinMs } from './time-limit.ts';
import type { RequestHandler, Signer } from './transport.ts';

/** What every AWS SDK client of a function is made with: its own region, key and endpoint, from its own environment. */
export type ClientSettings = {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly cacheMiddleware: true;
  readonly requestHandler: HttpLimits | RequestHandler;
  readonly signer?: Signer;
};
type HttpLimits = { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: true };

/** One try of a call; a service that hangs is tried again on another connection. */
const usualLimits = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true } as const;
/** A call with all its tries, and with the whole of its answer. */
const callWithinMs = 15_000;

/** What of a client takes part in every call. */
type Client = {
  readonly middlewareStack: {
    add(
      part: <Given, Answer>(next: (given: Given) => Promise<Answer>) => (given: Given) => Promise<Answer>,
      where: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
};

/** The same client, whose every call ends: one that had no answer in its time is rejected with TookTooLong. */
export const limited = <Made extends Client>(client: Made): Made => {
  client.middlewareStack.add((next) => (given) => withinMs(callWithinMs, () => next(given)), {
    step: 'initialize',
    name: 'timeLimit',
  });
  return client;
};

/** The keys that Lambda has put into the environment by now; `undefined` where there are none. */
export const credentialsIn = ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
}: Environment): ClientSettings['credentials'] =>
  accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
    : undefined;

/** Reads the variables that Lambda sets (AWS_REGION, AWS_ACCESS_KEY_ID, …) and AWS_ENDPOINT_URL; what is not set is left to the SDK. A transport takes the place of the network. */
export const clientSettings = (
  { environment, transport }: Pick<Runtime, 'environment' | 'transport'>,
  limits: HttpLimits = usualLimits,
): ClientSettings => {
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = environment;
  const credentials = credentialsIn(environment);
  return {
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint } : {}),
    ...(credentials ? { credentials } : {}),
    cacheMiddleware: true,
    ...(transport?.sdk ?? { requestHandler: limits }),
  };
};
