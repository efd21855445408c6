import { refuseForeignSecrets } from '../lambdas/registry/foreign-secrets.ts';
import { RegistryRefused, withoutDemo } from '../lambdas/registry/read-registry.ts';
import { refuseOtherFolders } from '../lambdas/registry/registry-folders.ts';
import { hostsOf, refuseOtherHosts } from '../lambdas/registry/registry-hosts.ts';
import { checked } from './constructs/nag-checks.ts';
import { SettingsRefused, settingsOf } from './constructs/settings.ts';
import { wholeRegistry } from './registry-files/whole-registry.ts';
import { rotationApp } from './synthesise.ts';

try {
  const app = checked(rotationApp());
  // Refuses here what the deployment would refuse later; the CDK says where it will deploy, when it has credentials.
  const { gateways, kitHosts } = settingsOf(app.node);
  const registry = withoutDemo(wholeRegistry(gateways).registry);
  const { CDK_DEFAULT_ACCOUNT: accountId, CDK_DEFAULT_REGION: region } = process.env;
  if (accountId && region) refuseForeignSecrets(registry, { accountId, region });
  refuseOtherHosts(registry, { allowed: kitHosts.length > 0 ? kitHosts : hostsOf(registry), mayBeLocal: false });
  refuseOtherFolders(registry, []); // functions of AWS have none
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsRefused || error instanceof RegistryRefused)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
