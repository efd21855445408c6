import { hostOf, isLocal, refusalOfUrl } from '../domain/kit-hosts.ts';
import type { SecretUser } from '../domain/secret-tag.ts';
import type { KitReach } from '../ports.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { KitFetch } from './kit-kind.ts';
import { fetchTrusting } from './private-ca.ts';

/**
 * Asks the URLs of one kit, and no other host than the deployment allows, whatever the record says that somebody has applied
 * before; throws KitMisconfigured. Nor does it ask a name that leads to the machine itself, or a redirect.
 */
export const guardedFetch = (reach: KitReach, kit: SecretUser): typeof globalThis.fetch => {
  const check = guard(reach, kit);
  return async (input, init) => {
    await check(input instanceof Request ? input.url : String(input));
    return reach.fetch(input, { ...init, redirect: 'manual' });
  };
};

/** The same of a server whose certificate a private authority has issued. */
export const guardedFetchTrusting =
  (reach: KitReach, kit: SecretUser) =>
  (ca: readonly string[]): KitFetch =>
  async (url, init) => {
    await guard(reach, kit)(url);
    return fetchTrusting(ca)(url, init);
  };

const guard =
  ({ hosts, addressesOf }: Pick<KitReach, 'hosts' | 'addressesOf'>, kit: SecretUser) =>
  async (url: string): Promise<void> => {
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
  };
