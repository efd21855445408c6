import { type Stack, Token } from 'aws-cdk-lib/core';
import { refuseForeignSecrets } from '../../lambdas/registry/foreign-secrets.ts';
import { RegistryRefused, withoutDemo } from '../../lambdas/registry/read-registry.ts';
import { refuseOtherFolders } from '../../lambdas/registry/registry-folders.ts';
import { hostsOf, refuseOtherHosts } from '../../lambdas/registry/registry-hosts.ts';
import { wholeRegistry } from '../registry-files/whole-registry.ts';
import type { Settings } from './settings.ts';

/** Where a stack is deployed to, where that is known at synthesis. */
type Home = { readonly accountId: string | undefined; readonly region: string | undefined };

/** Refuses at synthesis what applying the registry would refuse at the end of a deployment. Throws {@link RegistryRefused}. */
export const refuseUndeployable = (
  { gateways, kitHosts }: Pick<Settings, 'gateways' | 'kitHosts'>,
  { accountId, region }: Home,
): void => {
  const registry = withoutDemo(wholeRegistry(gateways).registry);
  if (accountId && region) refuseForeignSecrets(registry, { accountId, region });
  refuseOtherHosts(registry, { allowed: kitHosts.length > 0 ? kitHosts : hostsOf(registry), mayBeLocal: false });
  refuseOtherFolders(registry, []); // functions of AWS have none
};

/** The same as sentences, for the validation of a stack. */
export const problemsOfRegistry = (
  settings: Pick<Settings, 'gateways' | 'kitHosts'>,
  { account, region }: Stack,
): string[] => {
  const known = (value: string): string | undefined => (Token.isUnresolved(value) ? undefined : value);
  try {
    refuseUndeployable(settings, { accountId: known(account), region: known(region) });
    return [];
  } catch (error) {
    if (error instanceof RegistryRefused) return [error.message];
    throw error;
  }
};
