import type { Kit } from '../domain/kit.ts';
import { hostOf, isLocal, refusalOfUrl } from '../domain/kit-hosts.ts';
import type { KitFetch, KitReach } from '../ports.ts';
import { KitMisconfigured } from './kit-errors.ts';

type OneKit = Pick<Kit, 'gatewayId' | 'kitId'>;

/**
 * Asks the URLs of one kit, and no other host than the deployment allows, whatever the record says that somebody has applied
 * before; throws KitMisconfigured. Nor does it ask a name that leads to the machine itself, or a redirect.
 */
export const guardedFetch =
  ({ hosts, addressesOf, fetch }: KitReach, kit: OneKit): KitFetch =>
  async (url, init) => {
    const refused = (answer: string): never => {
      throw new KitMisconfigured('HOST_NOT_ALLOWED', {
        doing: 'Asking its URL',
        kit,
        answer,
        todo: 'Nothing was sent.',
      });
    };
    const refusal = refusalOfUrl(url, hosts);
    if (refusal) refused(refusal);
    const host = hostOf(url) ?? '';
    if (!hosts.mayBeLocal) {
      const addresses = await addressesOf(host).catch(() => []); // a name without an address has no connection either
      const address = addresses.find(isLocal);
      if (address) refused(`the host ${host} has the address ${address}, which is the machine itself`);
    }
    return fetch(url, init);
  };
