import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppProps } from 'aws-cdk-lib/core';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { type Settings, SettingsRefused, settingsOf } from './constructs/settings.ts';
import type { Template } from './emulator/cloudformation/template.ts';
import { RotationStack } from './rotation-stack.ts';

/** The CDK app of one deployment: a stack for whatever account and region it is deployed to. Throws when a setting is refused. */
export const rotationApp = ({ context, ...props }: AppProps = {}): App => {
  const app = new App({ ...props, analyticsReporting: false, context: { ...featureFlags, ...context } });
  const settings = settingsOf(app.node);
  new RotationStack(app, settings.stackName, settings);
  return app;
};

/** The template without any code bundled: what the local deployment reads. The metadata `source` of each function names its entry. */
export const synthesise = (settings: Partial<Settings> = {}): Template => {
  const outdir = mkdtempSync(join(tmpdir(), 'gateway-credential-rotation-'));
  try {
    const app = rotationApp({
      outdir,
      treeMetadata: false,
      stackTraces: false,
      builtinCloudFormationValidation: false, // half of the time; `npx cdk synth` validates the same template
      context: { ...settings, 'aws:cdk:bundling-stacks': [] },
    });
    const { templateFullPath } = app
      .synth({ skipValidation: true }) // of what AWS alone does not allow
      .getStackArtifact(app.node.children[0]?.node.id ?? '');
    return JSON.parse(readFileSync(templateFullPath, 'utf8')) as Template;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
};

/** Where the quota of no account is shared: what one machine cannot answer, its policy check turns away by itself. */
const unshared: Partial<Settings> = { requestsPerSecond: 100_000, requestBurst: 50_000 };

if (import.meta.main) {
  const [gateways] = process.argv.slice(2);
  try {
    process.stdout.write(
      `${JSON.stringify(synthesise(gateways === undefined ? {} : { gateways, ...unshared }), null, 1)}\n`,
    );
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
