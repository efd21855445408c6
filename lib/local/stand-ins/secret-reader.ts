import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

export type SecretReaderOptions = {
  readonly secrets: SecretsManagerClient;
  readonly secretId: string;
  /** The credential is under this key of a JSON object; absent: it is the whole text. */
  readonly jsonKey?: string;
  /** How long it uses what it read before it asks again. */
  readonly cacheMs: number;
};

/** A kit that reads its credential from its own secret and caches it, like Kong's AWS vault. */
export type SecretReader = {
  /** Reads once; a failed read keeps what was known and counts. */
  poll(): Promise<void>;
  /** Polls every `cacheMs` until {@link SecretReader.stop}. */
  start(): void;
  stop(): Promise<void>;
  currentCredential(): string | undefined;
  readonly failedReads: number;
};

export const createSecretReader = ({ secrets, secretId, jsonKey, cacheMs }: SecretReaderOptions): SecretReader => {
  let credential: string | undefined;
  let failedReads = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let polling: Promise<void> = Promise.resolve();
  let isStarted = false;

  const poll = async () => {
    try {
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
      credential = credentialIn(SecretString, jsonKey) ?? credential;
    } catch {
      failedReads += 1;
    }
  };
  const loop = async () => {
    await poll();
    if (isStarted) timer = setTimeout(() => (polling = loop()), cacheMs);
  };
  return {
    poll,
    start: () => {
      if (isStarted) return;
      isStarted = true;
      polling = loop();
    },
    stop: async () => {
      isStarted = false;
      clearTimeout(timer);
      await polling;
    },
    currentCredential: () => credential,
    get failedReads() {
      return failedReads;
    },
  };
};

const credentialIn = (text: string | undefined, jsonKey: string | undefined): string | undefined => {
  if (text === undefined || jsonKey === undefined) return text;
  const json: unknown = JSON.parse(text);
  const found: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, jsonKey) : undefined;
  return typeof found === 'string' ? found : undefined;
};
