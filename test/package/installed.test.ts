import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { blockOf, readPage } from '../docs/pages.ts';
import { type Installed, installPackage } from './installed.ts';

let installed: Installed;
beforeAll(() => {
  installed = installPackage();
});
afterAll(() => installed.remove());

const read = (...path: readonly string[]): string => readFileSync(join(installed.folder, ...path), 'utf8');

describe('Installed in an empty folder, the package', () => {
  test('brings what it runs with, and nothing of what it is made with', () => {
    expect(installed.packages).toEqual(expect.arrayContaining(['aws-cdk-lib', 'constructs', 'dynalite', 'zod']));
    const tools = ['esbuild', 'typescript', 'vitest', 'knip', 'fast-check', 'playwright-core', 'aws-cdk', 'cdk-nag'];
    expect(tools.filter((name) => installed.packages.includes(name))).toEqual([]);
  });

  test('holds no TypeScript but types: Node runs none below node_modules', () => {
    const sources = globSync('node_modules/gateway-credential-rotation/**/*.ts', { cwd: installed.folder });
    expect(sources.filter((name) => !name.endsWith('.d.ts') && !/rotation\/node_modules\//.test(name))).toEqual([]);
  });

  test('answers as the command line, on whatever Node is installed', () => {
    expect(installed.run('gateway-credentials', '--version')).toEqual({
      ...{ status: 0, stdout: `${packageJson.version}\n`, stderr: '' },
    });
    const { status, stdout } = installed.run('gateway-credentials', '--help');
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^Usage: gateway-credentials/) });
    expect(installed.run('gateway-credentials', 'statsu')).toMatchObject({ status: 2, stdout: '' });
  });

  test('has the schema of every document that --json prints, and of the URLs of functions', () => {
    for (const name of ['documents/status.v1.schema.json', 'openapi/operate.v1.openapi.json'])
      expect(
        installed.run('node', '-p', `require.resolve('gateway-credential-rotation/schemas/${name}')`),
      ).toMatchObject({ status: 0, stdout: expect.stringContaining(name) });
  });

  test('plays the cloud: the demo rotates every gateway, without a refused request', () => {
    const ports = ['--port', '0', '--aws-port', '0', '--console-port', '0'];
    const start = ['start', '--ephemeral', '--once', ...ports, '--report', 'report.json'];
    const { status, stderr } = installed.run('gateway-credentials', ...start);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { rotations } = JSON.parse(read('report.json')) as {
      rotations: { status: string; requests: number; refused: number }[];
    };
    expect(rotations.map(({ status, refused }) => ({ status, refused }))).toEqual([
      { status: 'COMPLETED', refused: 0 },
      { status: 'COMPLETED', refused: 0 },
    ]);
    expect(rotations.every(({ requests }) => requests > 100)).toBe(true);
  });
});

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> };

describe("A user's own app", () => {
  const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, skipLibCheck: false, types: ['node'] };
  const write = (source: string): void => {
    writeFileSync(join(installed.folder, 'app.ts'), source);
    writeFileSync(join(installed.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
  };
  const page = blockOf(readPage('docs/aws.md'), '## In an app of your own', 'ts');

  test('compiles as the page has it, our types among those that are checked', () => {
    write(page);
    expect(installed.run('tsc')).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  describe('synthesises', () => {
    let resources: Readonly<Record<string, Resource>>;
    let outputs: readonly string[];
    const ofType = (type: string): readonly (readonly [string, Resource])[] =>
      Object.entries(resources).filter(([, { Type }]) => Type === type);
    beforeAll(() => {
      const { status, stderr } = installed.run('node', 'app.js');
      expect({ status, stderr }).toMatchObject({ status: 0 });
      const template = JSON.parse(read('cdk.out', 'Access.template.json'));
      resources = template.Resources;
      outputs = Object.keys(template.Outputs);
    });

    test('and cdk-nag finds nothing that is not accepted for a reason', () => {
      const { pluginReports } = JSON.parse(read('cdk.out', 'validation-report.json'));
      expect(pluginReports).toMatchObject([{ pluginName: 'AwsSolutions', conclusion: 'success', violations: [] }]);
    });

    test('with its own network, key, topic and bus, and none of ours beside them', () => {
      expect(ofType('AWS::SNS::Topic').map(([id]) => id)).toEqual([expect.stringMatching(/OwnerNotificationsTopic/)]);
      expect(ofType('AWS::Events::EventBus').map(([id]) => id)).toEqual([expect.stringMatching(/CompromiseButtonBus/)]);
      expect(ofType('AWS::KMS::Key').map(([id]) => id)).toEqual([expect.stringMatching(/EvidenceKey/)]);
      const text = JSON.stringify(resources);
      for (const shared of ['Key', 'Alarms', 'Bus'])
        expect(text).toMatch(new RegExp(`Base:ExportsOutput\\w*${shared}`));
      const inside = ofType('AWS::Lambda::Function').filter(([, { Properties }]) => Properties.VpcConfig);
      expect(inside.map(([id]) => id.replace(/^Rotation|[0-9A-F]{8}$/g, ''))).toContain('DistributeShard');
      expect(JSON.stringify(inside[0])).toContain('subnet-0a1b2c3d');
    });

    test('with the outputs by which the command line finds it', () => {
      expect(outputs).toEqual(expect.arrayContaining(['ConsoleFunction', 'StateMachineArn', 'OperatorPolicyArn']));
    });

    test('with the code of each function, bundled before it came', () => {
      const functions = ofType('AWS::Lambda::Function').length;
      expect(globSync('cdk.out/asset.*/index.mjs', { cwd: installed.folder })).toHaveLength(functions);
      expect(globSync('cdk.out/asset.*/gateways.json', { cwd: installed.folder })).toHaveLength(1);
    });
  });

  test('refuses at synthesis what is not allowed, with what was given and what is', () => {
    const wrong = read('app.js').replace(
      "gateways: './gateways.json',",
      "gateways: './gateways.json', requestsPerSecond: 0,",
    );
    writeFileSync(join(installed.folder, 'wrong.js'), wrong);
    expect(installed.run('node', 'wrong.js')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        'The props were refused. requestsPerSecond: given 0; allowed is a whole number from 1 to 100000.',
      ),
    });
  });
});
