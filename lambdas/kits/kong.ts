import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { longestPropagationSeconds } from '../domain/kit.ts';
import { KitMisconfigured, KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitKind } from './kit-kind.ts';
import { kongAdmin, type PingAuth } from './kong-admin.ts';
import { secureUrl } from './secure-url.ts';

const settings = z.strictObject({
  adminUrl: secureUrl('The URL of the Kong Admin API, for example https://kong.internal:8444.'),
  adminTokenSecret: z
    .string()
    .min(1)
    .optional()
    .describe('The name or ARN of the secret that holds the Kong-Admin-Token; leave it out when RBAC is off.'),
  workspace: z
    .string()
    .regex(/^[A-Za-z0-9._~-]+$/)
    .optional()
    .describe('The workspace of the plugins (Kong Enterprise); leave it out for the default one.'),
  serviceUrl: z
    .url()
    .optional()
    .describe('Only ping-auth plugins with this config.service_url belong to this kit. Required when they differ.'),
  propagationSeconds: z
    .number()
    .int()
    .min(1)
    .max(longestPropagationSeconds)
    .default(10)
    .describe('How long until all Kong workers use a changed plugin, in seconds.'),
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
  destinations: ({ adminUrl, adminTokenSecret }) => ({
    urls: [adminUrl],
    secrets: adminTokenSecret === undefined ? [] : [adminTokenSecret],
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
};

const adminOf = async (kit: Kit, settings: KongSettings, access: KitAccess) => {
  const secretId = settings.adminTokenSecret;
  const token = secretId === undefined ? undefined : (await access.readSecret(secretId)).trim();
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new KitMisconfigured('SECRET_UNUSABLE', {
      doing: `Reading the admin token from secret ${secretId}`,
      kit,
      answer: 'it is empty or has characters that no header may hold',
      todo: 'Put the bare Kong-Admin-Token into the secret.',
    });
  return kongAdmin(kit, { adminUrl: settings.adminUrl, workspace: settings.workspace, token }, access);
};

/** The plugins of this kit, at least one, all of one service URL and none with a vault reference. */
const ownPlugins = async (
  { kit }: Installation,
  { serviceUrl }: KongSettings,
  admin: ReturnType<typeof kongAdmin>,
): Promise<readonly PingAuth[]> => {
  const doing = 'Looking for the ping-auth plugins of Kong';
  const all = await admin.pingAuths();
  const plugins = all.filter(({ config }) => !serviceUrl || sameUrl(config.service_url, serviceUrl));
  if (plugins.length === 0)
    throw new KitMisconfigured('NOTHING_TO_UPDATE', {
      doing,
      kit,
      answer: `none of ${all.length} belongs to this kit`,
      todo: 'Check adminUrl, workspace and serviceUrl, and that the plugin is set up.',
    });
  const first = plugins[0]?.config.service_url ?? '';
  if (plugins.some(({ config }) => !sameUrl(config.service_url, first)))
    throw new KitMisconfigured('SEVERAL_GATEWAYS', {
      doing,
      kit,
      answer: 'they have different service URLs, so some may belong to another gateway',
      todo: "Give this kit's serviceUrl in its settings.",
    });
  if (plugins.some(({ config }) => config.shared_secret?.startsWith('{vault://')))
    throw new KitMisconfigured('VAULT_REFERENCE', {
      doing,
      kit,
      answer: 'shared_secret is a vault reference, which is not overwritten',
      todo: 'Register the kit with kind secrets-manager and the secret that the reference names.',
    });
  return plugins;
};

const sameUrl = (one: string, other: string): boolean => one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
