import { readFileSync } from 'node:fs';
import { readRegistry } from '../lambdas/registry/read-registry.ts';
import { checked } from './constructs/nag-checks.ts';
import { settingsOf } from './constructs/settings.ts';
import { rotationApp } from './synthesise.ts';

const app = checked(rotationApp());
readRegistry(readFileSync(settingsOf(app.node).gateways, 'utf8')); // refuses here what the deployment would refuse later
app.synth();
