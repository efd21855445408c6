import { DatabaseSync } from 'node:sqlite';
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { getMigrations } from 'better-auth/db/migration';
import { checkAPIKey, extractShortToken, generateAPIKey } from 'prefixed-api-key';
import { serveParent } from '../child.ts';
import { verifiesFor } from '../verifies-for.ts';

/** better-auth with the settings that it comes with, but without its rate limit: 10 a day for each key. */
const openBetterAuth = async (database) => {
  const options = {
    database,
    secret: 'no-secret-of-anybody-since-nobody-reaches-this',
    baseURL: 'http://127.0.0.1',
    emailAndPassword: { enabled: true },
    plugins: [apiKey({ rateLimit: { enabled: false } })],
    telemetry: { enabled: false },
  };
  if (database instanceof DatabaseSync) await (await getMigrations(options)).runMigrations();
  const { api } = betterAuth(options);
  const { user } = await api.signUpEmail({ body: { email: 'kit@example.com', password: 'of-nobody-1', name: 'kit' } });
  const { key } = await api.createApiKey({ body: { userId: user.id, name: 'kit' } });
  return async () => (await api.verifyApiKey({ body: { key } })).valid;
};

/** The package splits and compares; where the hashes are is left to who uses it. */
const openPrefixed = async () => {
  const { token, shortToken, longTokenHash } = await generateAPIKey({ keyPrefix: 'bench' });
  const hashes = new Map([[shortToken, longTokenHash]]);
  return async () => checkAPIKey(token, hashes.get(extractShortToken(token)) ?? '');
};

const open = {
  memory: () => openBetterAuth(memoryAdapter({ user: [], session: [], account: [], verification: [], apikey: [] })),
  sqlite: () => openBetterAuth(new DatabaseSync(':memory:')),
  prefixed: openPrefixed,
};
serveParent(verifiesFor(await open[process.argv[2]]()));
