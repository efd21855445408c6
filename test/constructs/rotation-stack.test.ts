import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RotationStack } from '../../lib/rotation-stack.ts';
import { rotationApp, synthesise } from '../../lib/synthesise.ts';
import { gateways, synthesised, text } from './synthesised.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'rotation-stack-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('synthesis', () => {
  test('for one machine prints the template and nothing else, without a rate that others of an account need', () => {
    const printed = execFileSync(process.execPath, ['lib/synthesise.ts', gateways], { cwd: root, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual(synthesise({ gateways, requestsPerSecond: 100_000, requestBurst: 50_000 }));
  });

  test('names no machine, account or region', () => {
    expect(JSON.stringify(synthesise({ gateways }))).not.toContain(root);
    const stack = rotationApp({ context: { gateways, 'aws:cdk:bundling-stacks': [] } }).node.findAll()[1];
    expect(stack).toBeInstanceOf(RotationStack);
    expect(stack instanceof RotationStack && stack.environment).toBe('aws://unknown-account/unknown-region');
  });

  test("passes CDK's own rules", () => {
    const app = rotationApp({ context: { gateways, 'aws:cdk:bundling-stacks': [] } });
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a whole synthesis, code and all', () => {
  const outdirs = ['first', 'second'].map((name) => join(folder, name));
  beforeAll(() => {
    for (const outdir of outdirs)
      rotationApp({ outdir, context: { gateways }, builtinCloudFormationValidation: false }).synth();
  });
  const inBoth = (name: string): readonly string[] => outdirs.map((outdir) => readFileSync(join(outdir, name), 'utf8'));

  test('of an unchanged configuration gives the same template and the same assets: deploying it changes nothing', () => {
    for (const kind of ['template', 'assets']) {
      const [first, second] = inBoth(`GatewayCredentialRotation.${kind}.json`);
      expect(second).toBe(first);
    }
    const [first, second] = outdirs.map((outdir) => globSync('asset.*', { cwd: outdir }).toSorted());
    expect(first?.length).toBe(synthesised().functions.size);
    expect(second).toEqual(first);
  });

  test('puts the registry beside the code of the function that applies it, and of no other', () => {
    const [outdir = ''] = outdirs;
    const beside = globSync('asset.*/gateways.json', { cwd: outdir });
    expect(beside.map((found) => readFileSync(join(outdir, found), 'utf8'))).toEqual([readFileSync(gateways, 'utf8')]);
    const files = readdirSync(join(outdir, dirname(beside[0] ?? '')));
    expect(files).toContain('index.mjs');
    expect(files.filter((name) => !name.endsWith('.mjs'))).toEqual(['gateways.json']);
  });
});

describe('the workflow', () => {
  const stack = synthesised();
  const [[, { Properties: machine = {} } = {}] = []] = stack.ofType('AWS::StepFunctions::StateMachine');

  test('is the definition in the file, unchanged', () => {
    expect(machine.DefinitionString).toBe(readFileSync(join(root, 'lib', 'rotation.asl.json'), 'utf8'));
    expect(machine.StateMachineType).toBe('STANDARD');
  });

  test('gives each name in the definition the function of that name', () => {
    expect(Object.entries(machine.DefinitionSubstitutions ?? {}).map(([name, arn]) => [name, text(arn)])).toEqual([
      ['BeginRotation', '{BeginRotation.Arn}'],
      ['CreateCredential', '{CreateCredential.Arn}'],
      ['DistributeShard', '{DistributeShard.Arn}'],
      ['VerifyKits', '{VerifyKits.Arn}'],
      ['RevokeCredential', '{RevokeCredential.Arn}'],
      ['ConfirmRevoked', '{ConfirmRevoked.Arn}'],
    ]);
  });

  test('logs every step without its data, and is traced', () => {
    expect(machine.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
    expect(machine.TracingConfiguration).toEqual({ Enabled: true });
  });
});

describe('the registry', () => {
  const applied = (path: string) =>
    synthesised({ gateways: path }).ofType('Custom::GatewayRegistry')[0]?.[1].Properties;
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  test('is applied by its function', () => {
    expect(text(applied(file('one.json', '{"gateways":[]}'))?.ServiceToken)).toBe('{GatewayRegistryApplyRegistry.Arn}');
  });

  test('is one document with everything that its files name, and is applied again when one of those changes', () => {
    const kits = file('several.csv', 'kitId,kind,owner,settings.adminUrl\none,kong,team,https://kong.example.com\n');
    const fields = { authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
    file('more.json', JSON.stringify({ gateways: [{ gatewayId: 'edge', ...fields, kits: { file: 'several.csv' } }] }));
    const several = file('several.json', JSON.stringify({ include: ['more.json'], gateways: [] }));
    const outdir = join(folder, 'several');
    rotationApp({ outdir, context: { gateways: several }, builtinCloudFormationValidation: false }).synth();
    const [beside = ''] = globSync('asset.*/gateways.json', { cwd: outdir });
    expect(JSON.parse(readFileSync(join(outdir, beside), 'utf8'))).toMatchObject({
      gateways: [{ gatewayId: 'edge', kits: [{ kitId: 'one', settings: { adminUrl: 'https://kong.example.com' } }] }],
    });
    const before = applied(several)?.Hash;
    writeFileSync(kits, readFileSync(kits, 'utf8').replace('team', 'others'));
    expect(applied(several)?.Hash).not.toBe(before);
  });

  test('is applied again when, and only when, the file changes', () => {
    const before = applied(file('before.json', '{"gateways":[]}'))?.Hash;
    expect(applied(file('same.json', '{"gateways":[]}'))?.Hash).toBe(before);
    expect(applied(file('after.json', '{"gateways": []}'))?.Hash).not.toBe(before);
  });

  const kit = (kitId: string, kind: string, settings: object) => ({ kitId, kind, owner: 'team', settings });
  const withKits = file(
    'kits.json',
    JSON.stringify({
      gateways: [
        {
          gatewayId: 'orders',
          authority: { kind: 'builtin' },
          decision: { kind: 'allow-all' },
          kits: [
            {
              ...kit('one', 'kong', { adminUrl: 'https://KONG.example.com:8444/a' }),
              probeUrl: 'http://api.example.com',
            },
            kit('two', 'secrets-manager', { secretId: 'kits/two', propagationSeconds: 60 }),
          ],
        },
        {
          gatewayId: 'demo',
          demo: true,
          decision: { kind: 'allow-all' },
          kits: [kit('one', 'kong', { adminUrl: 'https://demo.example.com' })],
        },
      ],
    }),
  );
  const hostsIn = (context: object) =>
    ['begin-rotation', 'distribute-shard', 'verify-kits', 'revoke-credential', 'apply-registry'].map((name) => {
      const variables = synthesised({ gateways: withKits, ...context }).functionOf(`lambdas/${name}.ts`).Properties
        ?.Environment as { Variables: Record<string, unknown> };
      return [variables.Variables.KIT_HOSTS, variables.Variables.LOCAL_KITS];
    });

  test('says which hosts functions may ask: those that it names, without demo gateways; never the machine itself', () => {
    const hosts = ['api.example.com kong.example.com', undefined];
    expect(hostsIn({})).toEqual([hosts, hosts, hosts, hosts, hosts]);
  });

  test('a setting says so in its place', () => {
    const hosts = ['*.kits.example.com 192.0.2.7', undefined];
    expect(hostsIn({ kitHosts: '*.kits.example.com,192.0.2.7' })).toEqual([hosts, hosts, hosts, hosts, hosts]);
  });

  test('is applied after everything that a first rotation needs stands', () => {
    const [[, resource] = []] = synthesised().ofType('Custom::GatewayRegistry');
    const after = ((resource as unknown as { DependsOn: string[] }).DependsOn ?? []).join();
    for (const needed of [
      'WorkflowStateMachine',
      'PolicyCheckApiDeploymentStage',
      'PolicyCheckAuthorize',
      'RotateSecretSecretsManager',
    ])
      expect(after).toContain(needed);
  });
});

describe('settings', () => {
  const refusal = (context: Record<string, unknown>): string => {
    try {
      rotationApp({ context: { gateways, 'aws:cdk:bundling-stacks': [], ...context } });
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return 'not refused';
  };

  test('refuses an unknown one and names those that are known', () => {
    expect(refusal({ authorizerMemory: 1024 })).toBe(
      'The settings were refused. authorizerMemory: unknown; allowed are stackName, gateways, kitHosts, operatorsEmail, requestsPerSecond, requestBurst, authorizeMemoryMb, authorizeProvisioned, logEveryDecision, kitWorkersAtOnce, domainName, certificateArn, domainKept, subnetIds, securityGroupIds, privateEndpointIds, firewall, logRetentionDays, pressTrail, setAccountLogRole, compromisePrincipals.',
    );
  });

  test('refuses a number out of range, all at once', () => {
    expect(refusal({ authorizeMemoryMb: '64', requestsPerSecond: 0 })).toBe(
      'The settings were refused. requestsPerSecond: given 0; allowed is a whole number from 1 to 100000. authorizeMemoryMb: given "64"; allowed is a whole number from 128 to 10240.',
    );
  });

  test('refuses what is not a number', () => {
    expect(refusal({ requestBurst: 'many' })).toBe(
      'The settings were refused. requestBurst: given "many"; allowed is a whole number from 1 to 50000.',
    );
    expect(refusal({ requestBurst: '' })).toBe(
      'The settings were refused. requestBurst: given ""; allowed is a whole number from 1 to 50000.',
    );
  });

  test('refuses a retention that CloudWatch does not have', () => {
    expect(refusal({ logRetentionDays: 100 })).toMatch(
      /^The settings were refused\. logRetentionDays: given 100; allowed is one of 1, 3, 5, 7, 14, 30, /,
    );
  });

  test('refuses hosts of kits that are none, and more than a function has room for', () => {
    expect(refusal({ kitHosts: 'https://kong.example.com' })).toMatch(/^The settings were refused\. kitHosts: given /);
    expect(refusal({ kitHosts: '*' })).toMatch(/^The settings were refused\. kitHosts: given /);
    expect(
      refusal({ kitHosts: Array.from({ length: 200 }, (_, index) => `kong-${index}.example.com`).join() }),
    ).toMatch(/^kitHosts: given hosts of \d+ characters together; allowed are 2000, .*\*\.kits\.example\.com/);
  });

  test('refuses a registry that does not exist', () => {
    expect(refusal({ gateways: './no-such.json' })).toBe(
      'gateways: given "./no-such.json"; allowed is the path of a file that exists, such as "./gateways.json".',
    );
  });

  test('refuses a registry that could not be applied, before anything is deployed', () => {
    const path = join(folder, 'wrong.json');
    writeFileSync(path, '{"gateways":[{"gatewayId":"orders"}]}');
    const { status, stderr } = spawnSync(process.execPath, ['lib/app.ts'], {
      cwd: root,
      encoding: 'utf8',
      env: { CDK_CONTEXT_JSON: JSON.stringify({ gateways: path, 'aws:cdk:bundling-stacks': [] }) },
    });
    expect(status).toBe(1);
    expect(stderr).toContain('RegistryRefused: gateways.json was refused:');
    expect(stderr).not.toContain('\n    at ');
  });

  test('refuses the secret of a kit in another account, before anything is deployed', () => {
    const path = join(folder, 'foreign.json');
    const secretId = 'arn:aws:secretsmanager:eu-central-1:444455556666:secret:kits/reader-AbCdEf';
    const kit = {
      kitId: 'reader',
      kind: 'secrets-manager',
      owner: 'team',
      settings: { secretId, propagationSeconds: 60 },
    };
    const gateway = {
      gatewayId: 'orders',
      authority: { kind: 'builtin' },
      decision: { kind: 'allow-all' },
      kits: [kit],
    };
    writeFileSync(path, JSON.stringify({ gateways: [gateway] }));
    const { status, stderr } = spawnSync(process.execPath, ['lib/app.ts'], {
      cwd: root,
      encoding: 'utf8',
      env: {
        CDK_CONTEXT_JSON: JSON.stringify({ gateways: path, 'aws:cdk:bundling-stacks': [] }),
        CDK_DEFAULT_ACCOUNT: '111122223333',
        CDK_DEFAULT_REGION: 'eu-central-1',
      },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^RegistryRefused: .*kit orders\/reader, settings\.secretId: given a secret of account 444455556666/,
    );
  });

  test('refuses a kit that is a file in a folder, which no function of AWS has, and says what to use', () => {
    const path = join(folder, 'file.json');
    const kit = { kitId: 'edge', kind: 'pinggateway', owner: 'team' };
    const settings = { folder: { path: '/mnt/ping', fileName: 'secret.id' } };
    const gateway = { gatewayId: 'orders', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
    writeFileSync(path, JSON.stringify({ gateways: [{ ...gateway, kits: [{ ...kit, settings }] }] }));
    const { status, stderr } = spawnSync(process.execPath, ['lib/app.ts'], {
      cwd: root,
      encoding: 'utf8',
      env: { CDK_CONTEXT_JSON: JSON.stringify({ gateways: path, 'aws:cdk:bundling-stacks': [] }) },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^RegistryRefused: .*kit edge of gateway orders: .*reaches no folder.*runCommand/);
  });

  test('says what is wrong with a setting without showing where in the code', () => {
    const { status, stderr } = spawnSync(process.execPath, ['lib/app.ts'], {
      cwd: root,
      encoding: 'utf8',
      env: { CDK_CONTEXT_JSON: JSON.stringify({ firewall: 'perhaps' }) },
    });
    expect(status).toBe(1);
    expect(stderr).toBe(
      'SettingsRefused: The settings were refused. firewall: given "perhaps"; allowed is true or false.\n',
    );
  });

  test('takes what the command line gives, which is text', () => {
    const stack = synthesised({ authorizeMemoryMb: 1769, requestsPerSecond: 8000, requestBurst: 4000 });
    expect(stack.functionOf('lambdas/authorize.ts').Properties?.MemorySize).toBe(1769);
    expect(refusal({ authorizeMemoryMb: '1769', setAccountLogRole: 'false' })).toBe('not refused');
    expect(refusal({ setAccountLogRole: 'perhaps' })).toBe(
      'The settings were refused. setAccountLogRole: given "perhaps"; allowed is true or false.',
    );
  });
});
