import { RegistryRefused } from '../lambdas/registry/read-registry.ts';
import { refuseUndeployable } from './constructs/deployable-registry.ts';
import { checked } from './constructs/nag-checks.ts';
import { SettingsRefused, settingsOf } from './constructs/settings.ts';
import { rotationApp } from './synthesise.ts';

try {
  const app = checked(rotationApp());
  const { CDK_DEFAULT_ACCOUNT: accountId, CDK_DEFAULT_REGION: region } = process.env; // which CDK says when it has credentials
  refuseUndeployable(settingsOf(app.node), { accountId, region });
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsRefused || error instanceof RegistryRefused)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
