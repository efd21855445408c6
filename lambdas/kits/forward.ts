import * as z from 'zod';
import { forwardedValueSeconds } from '../domain/forward.ts';
import { KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitKind } from './kit-kind.ts';

const settings = z.strictObject({}).prefault({});
type Settings = z.infer<typeof settings>;

/**
 * Our own policy check, where gateways forward to this one: it presents what is AWSCURRENT in the gateway's secret.
 * Nothing is written, since the rotation moves that label itself; and it is what every instance presents once the time has
 * passed for which one keeps what it has read.
 */
export const forward: KitKind<Settings> & { readonly kind: 'forward' } = {
  kind: 'forward',
  settings,
  destinations: () => ({ urls: [], secrets: [] }), // where it goes is the decision of the gateways that forward to it
  traits: { installedBy: 'us', readBackProves: 'data-plane', propagationSeconds: forwardedValueSeconds },
  install: async (installation, _, access) => {
    if (await isCurrent(installation, access)) return { state: 'INSTALLED' };
    throw new KitUnreachable('NOT_STORED', {
      doing: 'Reading what the policy check presents to PingOne',
      kit: installation.kit,
      answer: 'AWSCURRENT of the secret of this gateway is not the new credential',
      todo: 'It is tried again; look for another writer of the secret if this stays.',
    });
  },
  readBack: async (installation, _, access) => ({ matches: await isCurrent(installation, access) }),
  check: async ({ secretArn }, _, access) => {
    const held = secretArn === undefined ? undefined : await access.currentIn(secretArn);
    return {
      seen: held === undefined ? [] : [`The policy check presents credential ${held}, which is AWSCURRENT.`],
      notShown:
        held === undefined ? ['What the policy check presents: the secret of the gateway has no credential yet.'] : [],
      would: ['Write nothing: a rotation moves AWSCURRENT itself, and the policy check presents that.'],
      holds: held === undefined ? [] : [held],
    };
  },
};

const isCurrent = async ({ secretArn, credentialId }: Installation, access: KitAccess): Promise<boolean> =>
  (await access.currentIn(secretArn)) === credentialId;
