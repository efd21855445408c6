import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { credentialIdPattern } from '../domain/ids.ts';
import { ask } from './http-request.ts';
import { KitMisconfigured, KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitKind, OnlyAsked } from './kit-kind.ts';
import { propagationFrom } from './propagation.ts';
import { retryWhileTime } from './retry-while-time.ts';
import { secureUrl, withoutQuery } from './secure-url.ts';
import { parseSigningKeys, type SigningKey, signedHeaders } from './webhook-signature.ts';

const settings = z.strictObject({
  url: secureUrl('Where the new credential is sent: a signed POST (Standard Webhooks) to your own endpoint.'),
  readBackUrl: secureUrl(
    'A signed GET of this answers {"credentialId": "..."}: the credential that the kit really presents.',
  ),
  signingSecret: z
    .string()
    .min(1)
    .describe('The name or ARN of the secret that holds the signing key, whsec_ and base64 of 24 to 64 bytes.'),
  propagationSeconds: propagationFrom(1)
    .default(60)
    .describe('How long until all nodes behind the endpoint use a new credential, in seconds.'),
});
type Settings = z.infer<typeof settings>;

const shown = z.object({ credentialId: z.string() });
const readable = z.object({ credentialId: z.string().nullable() });

/**
 * A kit behind an endpoint of its owner. The message is
 * `{type: "gateway.credential.install", timestamp, data: {gatewayId, kitId, rotationId, credentialId, credential}}`, signed
 * as in Standard Webhooks 1.0.0. Any 2xx means that it was taken; only an answer `{"credentialId"}` that repeats ours is
 * an acknowledgement, because a proxy's default page is a 200 as well. A retry keeps its `webhook-id`.
 */
export const webhook: KitKind<Settings> & { readonly kind: 'webhook' } = {
  kind: 'webhook',
  settings,
  traits: ({ propagationSeconds }) => ({ installedBy: 'us', readBackProves: 'data-plane', propagationSeconds }),
  destinations: ({ url, readBackUrl, signingSecret }) => ({ urls: [url, readBackUrl], secrets: [signingSecret] }),
  install: async (installation, settings, access) => {
    const keys = await keysOf(installation, settings, access);
    const { kit, credentialId } = installation;
    const wasAnotherOne = kit.work !== undefined && kit.work.credentialId !== credentialId; // it was not given this one last
    if (!wasAnotherOne && (await alreadyDone(installation, settings, keys, access)))
      return { state: 'INSTALLED', acknowledged: true };
    const id = `msg_${randomUUID()}`;
    const body = messageOf(installation, access.nowMs());
    const { json } = await retryWhileTime(access.signal, () =>
      ask(access, {
        doing: 'Sending the credential to the webhook',
        kit,
        method: 'POST',
        url: settings.url,
        headers: signedHeaders(keys, id, access.nowMs(), body),
        body,
      }),
    );
    const answer = shown.safeParse(json);
    return {
      state: 'INSTALLED',
      acknowledged: answer.success && answer.data.credentialId === credentialId,
    };
  },
  readBack: async (installation, settings, access) => {
    const keys = await keysOf(installation, settings, access);
    return { matches: (await readShown(installation, settings, keys, access)) === installation.credentialId };
  },
  check: async (asked, settings, access) => {
    const keys = await keysOf(asked, settings, access);
    const shown = await readShown(asked, settings, keys, access);
    const isId = shown !== null && credentialIdPattern.test(shown);
    return {
      seen: [
        `Secret ${settings.signingSecret} holds a signing key.`,
        `The readBackUrl answered a signed GET with ${shown === null ? 'no credential' : isId ? `credential ${shown}` : 'a text that is no id of a credential'}.`,
      ],
      notShown: ['Whether url takes the message: it is sent only with a credential.'],
      would: [`POST a signed message with the credential to ${withoutQuery(settings.url)}.`],
      holds: isId ? [shown] : [],
    };
  },
};

const messageOf = ({ kit, rotationId, credentialId, value }: Installation, nowMs: number): string =>
  JSON.stringify({
    type: 'gateway.credential.install',
    timestamp: new Date(nowMs).toISOString(),
    data: { gatewayId: kit.gatewayId, kitId: kit.kitId, rotationId, credentialId, credential: value },
  });

const keysOf = async ({ kit }: OnlyAsked, settings: Settings, access: KitAccess): Promise<readonly SigningKey[]> => {
  const keys = parseSigningKeys(await access.readSecret(settings.signingSecret));
  if (!keys)
    throw new KitMisconfigured('SECRET_UNUSABLE', {
      doing: `Reading the signing key from secret ${settings.signingSecret}`,
      kit,
      answer: 'it is not whsec_ followed by the base64 of 24 to 64 bytes',
      todo: 'Put a Standard Webhooks signing key into the secret.',
    });
  return keys;
};

/** Whether the kit presents the credential already; when that cannot be learnt now, it is sent (sending twice is harmless). */
const alreadyDone = async (
  installation: Installation,
  settings: Settings,
  keys: readonly SigningKey[],
  access: KitAccess,
): Promise<boolean> => {
  try {
    return (await readShown(installation, settings, keys, access)) === installation.credentialId;
  } catch (error) {
    if (error instanceof KitUnreachable && !access.signal.aborted) return false;
    throw error;
  }
};

const readShown = async (
  { kit }: OnlyAsked,
  settings: Settings,
  keys: readonly SigningKey[],
  access: KitAccess,
): Promise<string | null> => {
  const doing = 'Asking the webhook which credential it uses';
  const headers = signedHeaders(keys, `msg_${randomUUID()}`, access.nowMs(), '');
  const { json } = await ask(access, { doing, kit, method: 'GET', url: settings.readBackUrl, headers });
  const answer = readable.safeParse(json);
  if (!answer.success)
    throw new KitUnreachable('UNREADABLE_ANSWER', {
      doing,
      kit,
      answer: 'HTTP 2xx without {"credentialId": ...}',
      todo: 'Let readBackUrl answer the id of the credential in use, or null when there is none.',
    });
  return answer.data.credentialId;
};
