import type { Kit } from '../domain/kit.ts';
import { type Held, heldIn } from './held-credential.ts';
import type { KitAccess } from './kit-kind.ts';
import { adminOf } from './kong-access.ts';
import { shownId } from './kong-entities.ts';
import type { KongSettings } from './kong-settings.ts';
import { isReference } from './vault-reference.ts';

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
    holds:
      config.shared_secret && isReference(config.shared_secret) ? { kind: 'reference' } : heldIn(config.shared_secret),
  }));
};
