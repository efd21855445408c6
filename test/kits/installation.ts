import { inspect } from 'node:util';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import { kitSecretsIn } from '../../lambdas/aws/kit-secrets.ts';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import { type CredentialValue, composeCredential } from '../../lambdas/domain/credential.ts';
import { type CredentialId, isGatewayId, isKitId, isRotationId } from '../../lambdas/domain/ids.ts';
import type { Kit, KitWork } from '../../lambdas/domain/kit.ts';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import type { Installation, KitAccess } from '../../lambdas/kits/kit-kind.ts';
import { currentCredentialIn } from '../../lambdas/workflow/shared/current-version.ts';
import { noCommands, noEdge, noFiles, noFunctions, noOwnersPlaces } from './reach.ts';

type Credential = { readonly credentialId: CredentialId; readonly value: CredentialValue };

/** Two credentials whose text is easy to find wherever it does not belong. */
export const older: Credential = composeCredential(Array.from({ length: 53 }, (_, index) => (index * 3) % 62));
export const newer: Credential = composeCredential(Array.from({ length: 53 }, (_, index) => (index * 7 + 11) % 62));

export const signingSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const adminToken = 'marked-admin-token';
export const startAtMs = Date.UTC(2026, 0, 1, 12);
const secretArn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:gateway/orders-AbCdEf';

export const ids = (() => {
  const [gatewayId, kitId, rotationId] = ['orders', 'edge-1', '6d0f5a3e-1111-4222-8333-944455556666'] as const;
  if (isGatewayId(gatewayId) && isKitId(kitId) && isRotationId(rotationId)) return { gatewayId, kitId, rotationId };
  throw new Error('The fixture is wrong.');
})();

/** `credential` for a kit of this kind. */
export const installationOf = (
  kind: string,
  settings: Kit['settings'],
  credential: Credential = newer,
  more: { readonly work?: KitWork; readonly secretArn?: string } = {},
): Installation => ({
  kit: {
    gatewayId: ids.gatewayId,
    kitId: ids.kitId,
    kind,
    owner: 'team-edge',
    traits: kitKindOf(kind).traits(settings),
    lookBackSeconds: 3600,
    settings,
    registeredAtMs: startAtMs,
    ...(more.work ? { work: more.work } : {}),
  },
  credentialId: credential.credentialId,
  value: credential.value,
  rotationId: ids.rotationId,
  secretArn: more.secretArn ?? secretArn,
  deadlineAtMs: startAtMs + 86_400_000,
});

/** Access with real HTTP, named secrets from a map, and what owners were told. */
export const accessTo = (secrets: SecretsManagerClient, more: Partial<KitAccess> = {}) => {
  const told: Parameters<KitAccess['notifyOwner']>[0][] = [];
  const named: Readonly<Record<string, string>> = { 'kong-token': `${adminToken}\n`, 'signing-key': signingSecret };
  const access: KitAccess = {
    fetch: keptFetch(),
    readSecret: async (secretId) => named[secretId] ?? '',
    secrets: kitSecretsIn(secrets)(ids),
    functions: noFunctions,
    ...noOwnersPlaces,
    edge: noEdge,
    files: noFiles,
    commands: noCommands,
    currentIn: (arn) => currentCredentialIn({ secretVersions: secretVersionsIn(secrets) }, arn),
    notifyOwner: async (message) => {
      told.push(message);
    },
    nowMs: () => startAtMs,
    signal: new AbortController().signal,
    ...more,
  };
  return { access, told };
};

/** Whether any secret of these tests is in anything reachable from a value: messages, stacks, hidden properties. */
export const expectNoSecretIn = (found: unknown): void => {
  const text = `${inspect(found, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null })}${JSON.stringify(found)}`;
  for (const secret of [older.value, newer.value, adminToken, signingSecret.slice(6)])
    expect(text).not.toContain(secret);
};

/** The error that a promise rejects with, after a look for secrets in it. */
export const errorOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.then(
    (value) => expect.fail(`It did not fail: ${inspect(value)}`),
    (reason: unknown) => reason,
  );
  expectNoSecretIn(error);
  return error;
};
