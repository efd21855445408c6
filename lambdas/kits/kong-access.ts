import type { Kit } from '../domain/kit.ts';
import { bareToken, readHeaders } from './header-secret.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';
import { kongAdmin } from './kong-admin.ts';
import type { KongSettings } from './kong-settings.ts';
import { accessTrusting } from './private-ca.ts';

/** The Admin API as the settings reach it. Throws KitMisconfigured for secrets that cannot be used. */
export const adminOf = async (kit: Kit, settings: KongSettings, access: KitAccess) => {
  const { adminUrl, workspace, caCertificateSecret } = settings;
  const headers = { ...(await headersOf(kit, settings, access)), ...(await tokenOf(kit, settings, access)) };
  return kongAdmin(kit, { adminUrl, workspace, headers }, await accessTrusting(kit, caCertificateSecret, access));
};

const unusable = (kit: Kit, what: string, secretId: string, answer: string, todo: string): KitMisconfigured =>
  new KitMisconfigured('SECRET_UNUSABLE', { doing: `Reading ${what} from secret ${secretId}`, kit, answer, todo });

type Headers = Readonly<Record<string, string>>;

const tokenOf = async (kit: Kit, { adminTokenSecret }: KongSettings, access: KitAccess): Promise<Headers> => {
  if (adminTokenSecret === undefined) return {};
  const token = bareToken(await access.readSecret(adminTokenSecret));
  if (token !== undefined) return { 'kong-admin-token': token };
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
