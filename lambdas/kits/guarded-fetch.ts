import { hostOf, isLocal, refusalOfUrl } from '../domain/kit-hosts.ts';
import type { SecretUser } from '../domain/secret-tag.ts';
import type { KitReach } from '../ports.ts';
import { KitMisconfigured } from './kit-errors.ts';

/**
 * Asks the URLs of one kit, and no other host than the deployment allows, whatever the record says that somebody has applied
 * before; throws KitMisconfigured. Nor does it ask a name that leads to the machine itself, or a redirect.
 */
export const guardedFetch =
  ({ hosts, fetch, addressesOf }: KitReach, kit: SecretUser): typeof globalThis.fetch =>
  async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const refused = (answer: string): never => {
      throw new KitMisconfigured('HOST_NOT_ALLOWED', {
        doing: 'Asking its URL',
        kit,
        answer,
        todo: 'Nothing was sent.',
      });
    };
    const refusal = refusalOfUrl(url, hosts);
    if (refusal) return refused(refusal);
    const host = hostOf(url) ?? '';
    if (!hosts.mayBeLocal) {
      const addresses = await addressesOf(host).catch(() => []); // a name without an address has no connection either
      const address = addresses.find(isLocal);
      if (address) return refused(`the host ${host} has the address ${address}, which is the machine itself`);
    }
    return fetch(input, { ...init, redirect: 'manual' });
  };
