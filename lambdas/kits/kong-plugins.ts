import { digestOf } from '../domain/digest.ts';
import type { Kit } from '../domain/kit.ts';
import { parsePingOneCredential } from '../domain/pingone-credential.ts';
import type { KitAccess } from './kit-kind.ts';
import { adminOf } from './kong-access.ts';
import { shownId } from './kong-entities.ts';
import type { KongSettings } from './kong-settings.ts';
import { isReference } from './vault-reference.ts';

/** What the `shared_secret` of a plugin is; of a value only the ids in it and its digest. */
type Held =
  | {
      readonly kind: 'pingone';
      readonly credentialId: string;
      readonly environmentId: string;
      readonly gatewayId: string;
      readonly digest: string;
    }
  | { readonly kind: 'nothing' | 'reference' | 'other' };

/** A `ping-auth` plugin as whoever registers kits needs to know it. */
export type FoundPlugin = {
  readonly id: string;
  readonly attachedTo: string;
  readonly serviceUrl: string;
  readonly holds: Held;
};

/** Every `ping-auth` plugin of a Kong, to whichever kit it belongs. Throws the kit errors. */
export const pluginsOfKong = async (
  kit: Kit,
  settings: KongSettings,
  access: KitAccess,
): Promise<readonly FoundPlugin[]> => {
  const admin = await adminOf(kit, settings, access);
  return (await admin.pingAuths()).map(({ id, attachedTo, config }) => ({
    id: shownId(id),
    attachedTo,
    serviceUrl: config.service_url,
    holds: heldIn(config.shared_secret),
  }));
};

const heldIn = (value: string | null | undefined): Held => {
  if (!value) return { kind: 'nothing' };
  if (isReference(value)) return { kind: 'reference' };
  const credential = parsePingOneCredential(value);
  if (!credential) return { kind: 'other' };
  const { credentialId, environmentId, gatewayId } = credential;
  return { kind: 'pingone', credentialId, environmentId, gatewayId, digest: digestOf(value) };
};
