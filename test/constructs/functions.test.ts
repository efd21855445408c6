import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pressForMs } from '../../lambdas/compromise/press-button.ts';
import { synthesised, text } from './synthesised.ts';

const stack = synthesised();
const root = join(import.meta.dirname, '..', '..');
const taskVariables = ['EVENT_BUS', 'GATEWAYS_TABLE', 'KIT_HOSTS', 'POLICY_CHECK_URL'];

const variables: Readonly<Record<string, readonly string[]>> = {
  'lambdas/authorize.ts': ['GATEWAYS_TABLE', 'USE_TABLE'],
  'lambdas/sideband.ts': ['SECRET_PREFIX'],
  'lambdas/begin-rotation.ts': [...taskVariables, 'USE_TABLE'],
  'lambdas/create-credential.ts': [...taskVariables, 'USE_TABLE'],
  'lambdas/distribute-shard.ts': ['GATEWAYS_TABLE', 'KIT_HOSTS', 'NOTIFICATIONS_TOPIC', 'POLICY_CHECK_URL'],
  'lambdas/verify-kits.ts': [
    'EVENT_BUS',
    'GATEWAYS_TABLE',
    'KIT_HOSTS',
    'NOTIFICATIONS_TOPIC',
    'POLICY_CHECK_URL',
    'USE_TABLE',
  ],
  'lambdas/revoke-credential.ts': [
    'EVENT_BUS',
    'GATEWAYS_TABLE',
    'KIT_HOSTS',
    'NOTIFICATIONS_TOPIC',
    'POLICY_CHECK_URL',
    'USE_TABLE',
  ],
  'lambdas/confirm-revoked.ts': taskVariables,
  'lambdas/reconcile.ts': [
    'EVENT_BUS',
    'GATEWAYS_TABLE',
    'KIT_HOSTS',
    'NOTIFICATIONS_TOPIC',
    'POLICY_CHECK_URL',
    'STATE_MACHINE_ARN',
    'USE_TABLE',
  ],
  'lambdas/rotate-secret.ts': [...taskVariables, 'STATE_MACHINE_ARN'],
  'lambdas/apply-registry.ts': [
    'EVENT_BUS',
    'GATEWAYS_TABLE',
    'KIT_HOSTS',
    'NEWS_TABLE',
    'NOTIFICATIONS_TOPIC',
    'REGISTRY_FILE',
    'ROTATION_FUNCTION',
    'SECRETS_KEY',
    'SECRET_PREFIX',
    'STATE_MACHINE_ARN',
  ],
  'lambdas/operate.ts': [
    'EVENT_BUS',
    'GATEWAYS_TABLE',
    'KIT_HOSTS',
    'SECRETS_KEY',
    'SECRET_PREFIX',
    'STATE_MACHINE_ARN',
    'USE_TABLE',
  ],
  'lambdas/console.ts': [
    'ACT_FUNCTION',
    'GATEWAYS_TABLE',
    'NEWS_TABLE',
    'STACK_NAME',
    'STATE_MACHINE_ARN',
    'USE_TABLE',
  ],
  'lambdas/console-act.ts': [
    'EVENT_BUS',
    'GATEWAYS_TABLE',
    'RECONCILE_FUNCTION',
    'STACK_NAME',
    'STATE_MACHINE_ARN',
    'USE_TABLE',
  ],
  'lambdas/deliver-news.ts': ['CONSOLE_URL', 'DEPLOYMENT', 'GATEWAYS_TABLE', 'KIT_HOSTS', 'NEWS_TABLE'],
  'lambdas/evidence.ts': ['EVIDENCE_KEY', 'GATEWAYS_TABLE', 'USE_TABLE'],
  'lambdas/own-kits.ts': ['EVENT_BUS', 'GATEWAYS_TABLE', 'NEWS_TABLE'],
  'lambdas/compromise.ts': ['GATEWAYS_TABLE', 'RECONCILE_FUNCTION'],
};

/** All values that a function's environment may have: names, addresses and ARNs, never a secret. */
const values: Readonly<Record<string, string>> = {
  GATEWAYS_TABLE: '{GatewayStoreGatewaysTable}',
  USE_TABLE: '{GatewayStoreUseTable}',
  NEWS_TABLE: '{NewsOutbox}',
  CONSOLE_URL:
    'https://{AWS::Region}.console.aws.amazon.com/cloudwatch/home?region={AWS::Region}#dashboards/dashboard/{DashboardPage}',
  DEPLOYMENT: '{AWS::StackName}-{AWS::StackId}',
  RECONCILE_FUNCTION: '{Reconcile.Arn}',
  POLICY_CHECK_URL: 'https://{PolicyCheckApi}.execute-api.{AWS::Region}.{AWS::URLSuffix}/v1',
  EVENT_BUS: '{TransitionEventsBus}',
  NOTIFICATIONS_TOPIC: '{OwnerNotificationsTopic}',
  STATE_MACHINE_ARN: '{WorkflowStateMachine}',
  REGISTRY_FILE: '/var/task/gateways.json',
  ACT_FUNCTION: '{ConsoleAct.Arn}',
  STACK_NAME: '{AWS::StackName}',
  ROTATION_FUNCTION: '{RotateSecret.Arn}',
  POWERTOOLS_SERVICE_NAME: '{AWS::StackName}-{AWS::StackId}',
  SECRET_PREFIX: 'gateway-credential/{AWS::StackName}-{AWS::StackId}/',
  KIT_HOSTS: '', // the registry has demo gateways only
  SECRETS_KEY: '{RotationKey.Arn}',
  EVIDENCE_KEY: '{EvidenceKey.Arn}',
};

describe('the environment of each function', () => {
  test.for(Object.entries(variables))('%s has the variables it needs, and no secret', ([source, names]) => {
    const given = stack.variablesOf(source);
    expect(Object.keys(given).toSorted()).toEqual([...names, 'POWERTOOLS_SERVICE_NAME'].toSorted());
    for (const [name, value] of Object.entries(given)) expect(text(value)).toBe(values[name]);
  });

  test.for([...stack.functions.keys()].filter((source) => existsSync(join(root, source))))(
    '%s starts with these variables',
    async (source) => {
      const here = Object.keys(stack.variablesOf(source)).map((name) => [name, 'arn:aws:states:x:1:stateMachine:x']);
      const environment = {
        ...Object.fromEntries(here),
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
        AWS_MAX_ATTEMPTS: '1',
      };
      const { handler } = await import(pathToFileURL(join(root, source)).href);
      const answered = handler.in({ environment, log: () => undefined, now: Date.now })({}, {});
      const failure = await answered.then(
        () => undefined,
        (error: Error) => error.name,
      );
      expect(failure).not.toBe('EnvironmentIncomplete');
    },
  );
});

describe('every function', () => {
  test.for([...stack.functions])('%s runs on Node 24, arm64, with JSON logs that end', ([, { Properties }]) => {
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } },
    });
    const groups = stack.ofType('AWS::Logs::LogGroup');
    const [, group] = groups.find(([id]) => text(Properties?.LoggingConfig).includes(text({ Ref: id }))) ?? [];
    expect(group?.Properties?.RetentionInDays).toBe(365);
  });

  test('only tasks of the workflow are traced', () => {
    const traced = [...stack.functions].filter(([, { Properties }]) => Properties?.TracingConfig !== undefined);
    expect(traced.map(([source]) => source)).toEqual([
      'lambdas/begin-rotation.ts',
      'lambdas/create-credential.ts',
      'lambdas/distribute-shard.ts',
      'lambdas/verify-kits.ts',
      'lambdas/revoke-credential.ts',
      'lambdas/confirm-revoked.ts',
    ]);
  });

  test('a task ends before its state gives up, so that a retry never runs beside it', () => {
    const definition = readFileSync(join(root, 'lib', 'rotation.asl.json'), 'utf8');
    const states = [...definition.matchAll(/"Resource": "\$\{(\w+)\}"[\s\S]*?"TimeoutSeconds": (\d+)/g)];
    expect(states).toHaveLength(6);
    for (const [, name, stateSeconds] of states) {
      const [, task] = [...stack.functions].find(([, { id }]) => id.startsWith(`${name}`)) ?? [];
      expect(task?.Properties?.Timeout, name).toBeLessThan(Number(stateSeconds));
    }
  });

  test.for(['lambdas/compromise.ts', 'lambdas/console-act.ts'])(
    '%s has time to hand on what follows, however long the write of a press took (invariant 7)',
    (source) => {
      const timeoutMs = 1000 * Number(stack.functionOf(source).Properties?.Timeout);
      expect(timeoutMs - pressForMs).toBeGreaterThanOrEqual(15_000);
    },
  );

  test('the sideband answers before a kit gives up, the authorizer well before', () => {
    expect(stack.functionOf('lambdas/sideband.ts').Properties?.Timeout).toBe(9);
    expect(stack.functionOf('lambdas/authorize.ts').Properties?.Timeout).toBe(3);
  });

  test('the reconciler runs every minute, and a missed run is not made up for', () => {
    const rule = stack.ofType('AWS::Events::Rule').find(([id]) => id.startsWith('Reconciler'))?.[1];
    expect(rule?.Properties?.ScheduleExpression).toBe('rate(1 minute)');
    expect(text(rule?.Properties?.Targets)).toMatch(/^Arn=\{Reconcile\.Arn\} /);
    const [, invoked] =
      stack.ofType('AWS::Lambda::EventInvokeConfig').find(([id]) => id.startsWith('ReconcileEvent')) ?? [];
    expect(invoked?.Properties).toMatchObject({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 });
  });
});
