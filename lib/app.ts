import { readFileSync } from 'node:fs';
import { RegistryRefused, readRegistry } from '../lambdas/registry/read-registry.ts';
import { checked } from './constructs/nag-checks.ts';
import { SettingsRefused, settingsOf } from './constructs/settings.ts';
import { rotationApp } from './synthesise.ts';

try {
  const app = checked(rotationApp());
  readRegistry(readFileSync(settingsOf(app.node).gateways, 'utf8')); // refuses here what the deployment would refuse later
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsRefused || error instanceof RegistryRefused)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
