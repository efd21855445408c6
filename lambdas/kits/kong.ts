import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { longestPropagationSeconds } from '../domain/kit.ts';
import { parsePingOneCredential } from '../domain/pingone-credential.ts';
import { readHeaders } from './header-secret.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitMisconfigured, KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitKind } from './kit-kind.ts';
import { cannotBeChanged, kongAdmin, type PingAuth, shownId } from './kong-admin.ts';
import { certificatesIn } from './private-ca.ts';
import { baseUrl } from './secure-url.ts';

const settings = z
  .strictObject({
    adminUrl: baseUrl('The URL of the Kong Admin API, for example https://kong.internal:8444.'),
    adminTokenSecret: z
      .string()
      .min(1)
      .optional()
      .describe('The name or ARN of the secret that holds the Kong-Admin-Token; leave it out when RBAC is off.'),
    adminHeadersSecret: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The name or ARN of the secret that holds more headers as a JSON object of names and values, for what stands before the Admin API (key-auth, basic-auth).',
      ),
    caCertificateSecret: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The name or ARN of the secret that holds the PEM certificates of a private CA; then the Admin API must have a certificate of that one.',
      ),
    workspace: z
      .string()
      .regex(/^(?!\.{1,2}$)[A-Za-z0-9._~-]+$/, 'must be the name of a workspace: letters, digits, and . _ ~ -')
      .optional()
      .describe('The workspace of the plugins (Kong Enterprise); leave it out for the default one.'),
    serviceUrl: z
      .url()
      .optional()
      .describe('Only ping-auth plugins with this config.service_url belong to this kit. Required when they differ.'),
    pluginIds: z
      .array(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a plugin'))
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Only the ping-auth plugins with these ids belong to this kit. Needed where several gateways of a PingOne environment, which has one Service URL, share a Kong.',
      ),
    propagationSeconds: z
      .number()
      .int()
      .min(1)
      .max(longestPropagationSeconds)
      .default(10)
      .describe('How long until all Kong workers use a changed plugin, in seconds.'),
  })
  .refine(({ adminUrl, caCertificateSecret }) => caCertificateSecret === undefined || adminUrl.startsWith('https:'), {
    path: ['caCertificateSecret'],
    error: 'is for an https adminUrl',
  });
export type KongSettings = z.infer<typeof settings>;

/**
 * Kong Gateway with the `ping-auth` plugin: sets `config.shared_secret` of every plugin of this kit through the Admin
 * API. Reading back proves what Kong stores, not what each worker uses. All checks come before the first change.
 */
export const kong: KitKind<KongSettings> & { readonly kind: 'kong' } = {
  kind: 'kong',
  settings,
  traits: ({ propagationSeconds }) => ({ installedBy: 'us', readBackProves: 'store', propagationSeconds }),
  destinations: ({ adminUrl, adminTokenSecret, adminHeadersSecret, caCertificateSecret }) => ({
    urls: [adminUrl],
    secrets: [adminTokenSecret, adminHeadersSecret, caCertificateSecret].filter((one) => one !== undefined),
  }),
  install: async (installation, settings, access) => {
    const admin = await adminOf(installation.kit, settings, access);
    const differing = (plugins: readonly PingAuth[]) =>
      plugins.filter(({ config }) => config.shared_secret !== installation.value);
    for (const plugin of differing(await ownPlugins(installation, settings, admin)))
      await admin.setSharedSecret(plugin, installation.value);
    const left = differing(await ownPlugins(installation, settings, admin)).length;
    if (left > 0)
      throw new KitUnreachable('NOT_STORED', {
        doing: 'Reading the plugins of Kong back',
        kit: installation.kit,
        answer: `HTTP 200, but ${left} of them do not hold the new credential`,
        todo: 'It is tried again; look for another tool that writes the same plugins (decK, an operator).',
      });
    return { state: 'INSTALLED' };
  },
  readBack: async (installation, settings, access) => {
    const admin = await adminOf(installation.kit, settings, access);
    const plugins = await ownPlugins(installation, settings, admin);
    return { matches: plugins.every(({ config }) => config.shared_secret === installation.value) };
  },
  check: async ({ kit }, settings, access) => {
    const admin = await adminOf(kit, settings, access);
    const plugins = await ownPlugins({ kit }, settings, admin);
    const hasDatabase = await admin.hasDatabase();
    if (hasDatabase === false)
      throw cannotBeChanged({ doing: 'Reading the node of Kong', kit, answer: 'it runs without a database' });
    const ids = plugins.flatMap(({ config }) => credentialIn(config.shared_secret)?.credentialId ?? []);
    return {
      seen: plugins.map(
        ({ id, attachedTo, config }) =>
          `Plugin ${shownId(id)} of ${attachedTo} holds ${heldWords(config.shared_secret)}.`,
      ),
      notShown: [
        ...(hasDatabase ? [] : ['Whether Kong runs with a database: it does not show its node.']),
        'Whether Kong lets us change plugins: that is seen at the first change.',
      ],
      would: plugins.map(
        ({ id, attachedTo }) => `PATCH plugin ${shownId(id)} of ${attachedTo}: config.shared_secret, and nothing else.`,
      ),
      holds: [...new Set(ids)],
    };
  },
};

/** The Admin API as the settings reach it. Throws KitMisconfigured for secrets that cannot be used. */
export const adminOf = async (kit: Kit, settings: KongSettings, access: KitAccess) => {
  const { adminUrl, workspace } = settings;
  const headers = { ...(await headersOf(kit, settings, access)), ...(await tokenOf(kit, settings, access)) };
  return kongAdmin(kit, { adminUrl, workspace, headers }, await trusting(kit, settings, access));
};

const unusable = (kit: Kit, what: string, secretId: string, answer: string, todo: string): KitMisconfigured =>
  new KitMisconfigured('SECRET_UNUSABLE', { doing: `Reading ${what} from secret ${secretId}`, kit, answer, todo });

type Headers = Readonly<Record<string, string>>;

const tokenOf = async (kit: Kit, { adminTokenSecret }: KongSettings, access: KitAccess): Promise<Headers> => {
  if (adminTokenSecret === undefined) return {};
  const token = (await access.readSecret(adminTokenSecret)).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return { 'kong-admin-token': token };
  const answer = 'it is empty or has characters that no header may hold';
  const todo = 'Put the bare Kong-Admin-Token into the secret.';
  throw unusable(kit, 'the admin token', adminTokenSecret, answer, todo);
};

const headersOf = async (kit: Kit, settings: KongSettings, access: KitAccess): Promise<Headers> => {
  const { adminHeadersSecret, adminTokenSecret } = settings;
  if (adminHeadersSecret === undefined) return {};
  const read = readHeaders(await access.readSecret(adminHeadersSecret));
  const todo = 'Put a JSON object of header names and values into the secret, such as {"apikey": "…"}.';
  if ('wrong' in read) throw unusable(kit, 'headers', adminHeadersSecret, read.wrong, todo);
  if (adminTokenSecret !== undefined && 'kong-admin-token' in read.headers)
    throw unusable(
      kit,
      'headers',
      adminHeadersSecret,
      'it has a Kong-Admin-Token, and so has adminTokenSecret',
      'Leave one of them out.',
    );
  return read.headers;
};

const trusting = async (kit: Kit, { caCertificateSecret }: KongSettings, access: KitAccess): Promise<KitAccess> => {
  if (caCertificateSecret === undefined) return access;
  const certificates = certificatesIn(await access.readSecret(caCertificateSecret));
  if (certificates) return { ...access, fetch: access.trusting(certificates) };
  const answer = 'it does not hold certificates alone, in the form of PEM';
  const todo =
    'Put the certificate of the CA into the secret, from -----BEGIN CERTIFICATE----- on, and no private key.';
  throw unusable(kit, 'the CA', caCertificateSecret, answer, todo);
};

/** The plugins of this kit, at least one, all of one service URL and none with a vault reference. */
const ownPlugins = async (
  { kit, value }: Pick<Installation, 'kit'> & Partial<Pick<Installation, 'value'>>,
  { serviceUrl, pluginIds }: KongSettings,
  admin: ReturnType<typeof kongAdmin>,
): Promise<readonly PingAuth[]> => {
  const doing = 'Looking for the ping-auth plugins of Kong';
  const all = await admin.pingAuths();
  const plugins = all.filter(
    ({ id, config }) =>
      (!serviceUrl || sameUrl(config.service_url, serviceUrl)) && (!pluginIds || pluginIds.includes(id)),
  );
  const missing = pluginIds?.filter((id) => !plugins.some((plugin) => plugin.id === id)) ?? [];
  if (plugins.length > 0 && missing.length > 0)
    throw new KitMisconfigured('NOTHING_TO_UPDATE', {
      doing,
      kit,
      answer: `it has no ping-auth plugin ${missing.join(', ')}`,
      todo: 'Correct pluginIds; a plugin that was made anew has another id.',
    });
  if (plugins.length === 0)
    throw new KitMisconfigured('NOTHING_TO_UPDATE', {
      doing,
      kit,
      answer: `none of ${all.length} belongs to this kit`,
      todo: 'Check adminUrl, workspace, serviceUrl and pluginIds, and that the plugin is set up.',
    });
  const first = plugins[0]?.config.service_url ?? '';
  if (plugins.some(({ config }) => !sameUrl(config.service_url, first)))
    throw new KitMisconfigured('SEVERAL_GATEWAYS', {
      doing,
      kit,
      answer: 'they have different service URLs, so some may belong to another gateway',
      todo: "Give this kit's serviceUrl in its settings.",
    });
  if (plugins.some(({ config }) => isReference(config.shared_secret)))
    throw new KitMisconfigured('VAULT_REFERENCE', {
      doing,
      kit,
      answer: 'shared_secret is a vault reference, which is not overwritten',
      todo: 'Register the kit with kind secrets-manager and the secret that the reference names.',
    });
  if (pingOneGatewaysIn([value, ...plugins.map(({ config }) => config.shared_secret)]).size > 1)
    throw new KitMisconfigured('SEVERAL_GATEWAYS', {
      doing,
      kit,
      answer: 'one of them holds a credential of another PingOne gateway, which has the same service URL',
      todo: "Give this kit's pluginIds in its settings.",
    });
  return plugins;
};

/** Whether Kong resolves the value itself, from a vault. */
export const isReference = (value: string | null | undefined): boolean => value?.startsWith('{vault://') ?? false;

/** The gateways of PingOne whose credentials are among the values. */
const pingOneGatewaysIn = (values: readonly (string | null | undefined)[]): ReadonlySet<string> =>
  new Set(
    values.flatMap((value) => {
      const named = value ? parsePingOneCredential(value) : undefined;
      return named ? [`${named.environmentId} ${named.gatewayId}`] : [];
    }),
  );

const sameUrl = (one: string, other: string): boolean => one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
