import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { type App, Stack } from 'aws-cdk-lib/core';
import { afterAll, describe, expect, test } from 'vitest';
import { checked } from '../../lib/constructs/nag-checks.ts';
import type { Settings } from '../../lib/constructs/settings.ts';
import { rotationApp } from '../../lib/synthesise.ts';
import { deployments } from './every-choice.ts';
import { gateways } from './synthesised.ts';

const outdir = mkdtempSync(join(tmpdir(), 'nag-'));
afterAll(() => rmSync(outdir, { recursive: true }));

type Report = {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
};

/** What cdk-nag's AwsSolutions finds in the stack of these settings, after `change`. */
const findings = (settings: Partial<Settings>, change: (app: App) => void = () => undefined): readonly string[] => {
  const app = checked(
    rotationApp({
      outdir,
      builtinCloudFormationValidation: false,
      context: { gateways, ...settings, 'aws:cdk:bundling-stacks': [] },
    }),
  );
  change(app);
  try {
    app.synth();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ValidationFailed')) throw error;
  }
  const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
  const nag = report.pluginReports.find(({ pluginName }) => pluginName === 'AwsSolutions');
  expect(nag).toBeDefined();
  return (nag?.violations ?? []).flatMap(({ ruleName, violatingConstructs }) =>
    violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
};

describe('cdk-nag finds nothing that is not accepted for a reason', () => {
  test.for(Object.entries(deployments))('%s', ([, settings]) => expect(findings(settings)).toEqual([]));

  test.each([
    ['a function', 'function-kits.json'],
    ['at the edge of CloudFront', 'edge-kits.json'],
    ['a parameter, or a secret of another account', 'parameter-kits.json'],
    ['nodes that fetch their credential', 'command-kits.json'],
  ])('with a kit that is %s', (_, file) =>
    expect(findings({ gateways: join(import.meta.dirname, 'fixtures', file) })).toEqual([]),
  );

  test('and would find what is new', () => {
    const added = findings({}, (app) => {
      const stack = app.node.children[0];
      if (stack instanceof Stack) new Topic(stack, 'New');
    });
    expect(added).toEqual(['AwsSolutions-SNS3 GatewayCredentialRotation/New/Resource']);
  });
});
