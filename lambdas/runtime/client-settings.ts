import type { Environment } from './environment.ts';

/** What every AWS SDK client of a function is made with: its own region, key and endpoint, from its own environment. */
export type ClientSettings = {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly cacheMiddleware: true;
};

/** Reads the variables that Lambda sets (AWS_REGION, AWS_ACCESS_KEY_ID, …) and AWS_ENDPOINT_URL; what is not set is left to the SDK. */
export const clientSettings = (environment: Environment): ClientSettings => {
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = environment;
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  return {
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint } : {}),
    ...(accessKeyId && secretAccessKey
      ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } }
      : {}),
    cacheMiddleware: true,
  };
};
