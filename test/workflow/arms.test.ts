import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lambdaService } from '../../lib/emulator/lambda/lambda.ts';
import { executionsInMemory } from '../../lib/emulator/step-functions/execution-store.ts';
import { type HistoryEvent, stepFunctionsService } from '../../lib/emulator/step-functions/step-functions.ts';
import { virtualTimers } from '../support/virtual-timers.ts';

type State = {
  Type: string;
  Retry?: { ErrorEquals: string[] }[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  Choices?: { StringEquals: string; Next: string }[];
  ItemProcessor?: { States: Record<string, State> };
};
const definition = JSON.parse(readFileSync(new URL('../../lib/rotation.asl.json', import.meta.url), 'utf8')) as {
  States: Record<string, State>;
};
const allStates = Object.entries(definition.States).flatMap(([name, state]) => [
  [name, state] as const,
  ...Object.entries(state.ItemProcessor?.States ?? {}),
]);

const tasks = {
  BeginRotation: 'CreateCredential',
  CreateCredential: 'DistributeCredential',
  DistributeShard: undefined,
  VerifyKits: 'RevokeCredential',
  RevokeCredential: 'ConfirmRevoked',
  ConfirmRevoked: 'RotationCompleted',
} as const;
type Task = keyof typeof tasks;
const taskNames = Object.keys(tasks) as Task[];

/** What the first call of a task comes to, instead of its usual answer: an error by name, silence, or another next stage. */
type Once = { readonly fails?: string; readonly hangs?: true; readonly next?: string; readonly always?: true };

/** Runs the definition with tasks that only say where to go next; the stages themselves are executed in paths.test.ts. */
const run = async (given: Partial<Record<Task, Once>> = {}) => {
  const place = { region: 'us-east-1', accountId: '000000000000' };
  const timers = virtualTimers(Date.UTC(2030, 0, 1));
  const lambda = lambdaService({ ...place, timers });
  const events: HistoryEvent[] = [];
  const calls: string[] = [];
  const never = new AbortController().signal;
  for (const name of taskNames)
    lambda.register(name, {
      timeoutMs: 10_000_000,
      handler: async () => {
        const once = calls.includes(name) && !given[name]?.always ? undefined : given[name];
        calls.push(name);
        if (once?.hangs) await timers.sleep(2_000_000, never);
        if (once?.fails) throw Object.assign(new Error('as given'), { name: once.fails });
        const ids = { gatewayId: 'orders', rotationId: 'r', attempt: 1, waitSeconds: 1, shards: [0, 1] };
        return { ...ids, next: once?.next ?? tasks[name] };
      },
    });
  const states = stepFunctionsService({
    ...place,
    timers,
    invoke: lambda.invoke,
    store: executionsInMemory(),
    random: () => 0.5,
    onEvent: (_, event) => void events.push(event),
    machines: [
      {
        name: 'rotation',
        definition,
        substitutions: Object.fromEntries(taskNames.map((name) => [name, lambda.arnOf(name)])),
      },
    ],
  });
  const call = (operation: string, input: Record<string, unknown>) => states.call(operation, input, { name: 'test' });
  const { executionArn } = await call('StartExecution', { stateMachineArn: states.arnOf('rotation'), input: '{}' });
  const describeIt = () => call('DescribeExecution', { executionArn });
  await timers.runUntil(async () => (await describeIt()).status !== 'RUNNING', 86_400_000);
  const { status, error } = await describeIt();
  const entered = events.flatMap((event) => {
    const name = (event as { stateEnteredEventDetails?: { name: string } }).stateEnteredEventDetails?.name;
    return name === undefined ? [] : [name];
  });
  return { status, error, entered, calls, end: entered.at(-1) };
};

/** What is tried again, by the name of the error. */
const retried = [
  'TemporarilyUnavailable',
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
];
/** Where an error ends the execution. */
const ends = {
  InputRefused: 'InputRefused',
  RotationRefused: 'RotationRefused',
  RotationPreempted: 'RotationPreempted',
  StepFailed: 'AttemptFailed',
  CurrentMovedElsewhere: 'AttemptFailed',
  TypeError: 'AttemptFailed',
};
const besideShards = taskNames.filter((name) => name !== 'DistributeShard');

describe('Every retry list', () => {
  it.each(taskNames.flatMap((name) => retried.map((error) => [name, error] as const)))(
    '%s, after %s, is tried again and goes on',
    async (name, fails) => {
      const { status, calls, end } = await run({ [name]: { fails } });
      expect({ status, end }).toEqual({ status: 'SUCCEEDED', end: 'RotationCompleted' });
      expect(calls.filter((one) => one === name)).toHaveLength(name === 'DistributeShard' ? 3 : 2); // it has two shards
    },
  );

  it.each(taskNames)('%s, when it does not answer in its time, is tried again and goes on', async (name) => {
    expect(await run({ [name]: { hangs: true } })).toMatchObject({ status: 'SUCCEEDED', end: 'RotationCompleted' });
  });

  it.each(besideShards)('%s, after eight repetitions, ends the attempt and says why', async (name) => {
    const { status, error, calls, end } = await run({ [name]: { fails: 'TemporarilyUnavailable', always: true } });
    expect({ status, error, end }).toEqual({ status: 'FAILED', error: 'TemporarilyUnavailable', end: 'AttemptFailed' });
    expect(calls.filter((one) => one === name)).toHaveLength(9);
  });

  it('is one of these: no other error is tried again', () => {
    const named = allStates.map(([name, { Retry }]) => [name, Retry?.flatMap(({ ErrorEquals }) => ErrorEquals)]);
    const expected = [...retried, 'States.Timeout'];
    expect(named.filter(([, errors]) => errors)).toEqual(expect.arrayContaining(taskNames.map((n) => [n, expected])));
    expect(named.filter(([, errors]) => errors)).toHaveLength(taskNames.length);
  });
});

describe('Every catch', () => {
  it.each(besideShards.flatMap((name) => Object.entries(ends).map(([error, end]) => [name, error, end] as const)))(
    '%s, after %s, ends in %s',
    async (name, fails, end) => {
      const found = await run({ [name]: { fails } });
      expect(found).toMatchObject({ status: 'FAILED', error: fails, end });
      expect(found.calls.at(-1)).toBe(name); // nothing is done after it
    },
  );

  it.each(Object.keys(ends))('a shard that fails with %s is left, and the others are not', async (fails) => {
    const { status, entered, calls } = await run({ DistributeShard: { fails } });
    expect(status).toBe('SUCCEEDED');
    expect(entered.filter((name) => name === 'ShardLeft')).toHaveLength(1);
    expect(calls.filter((name) => name === 'DistributeShard')).toHaveLength(2);
    expect(entered.at(-1)).toBe('RotationCompleted');
  });

  it('is one of these, but for the one of the Map: a shard lets nothing out', () => {
    const caught = allStates.flatMap(([name, { Catch = [] }]) =>
      Catch.flatMap(({ ErrorEquals, Next }) => ErrorEquals.map((error) => `${name} ${error} ${Next}`)),
    );
    const expected = besideShards.flatMap((name) => [
      ...['InputRefused', 'RotationRefused', 'RotationPreempted'].map((error) => `${name} ${error} ${error}`),
      `${name} States.ALL AttemptFailed`,
    ]);
    const ofShards = ['DistributeShard States.ALL ShardLeft', 'DistributeCredential States.ALL AttemptFailed'];
    expect(caught.sort()).toEqual([...expected, ...ofShards].sort());
  });
});

describe('Every arm of the choice', () => {
  const arms = {
    CreateCredential: 'RotationCompleted',
    WaitToCreate: 'RotationCompleted',
    DistributeCredential: 'RotationCompleted',
    WaitToDistribute: 'RotationCompleted',
    VerifyKits: 'RotationCompleted',
    WaitForKits: 'RotationCompleted',
    RevokeCredential: 'RotationCompleted',
    ConfirmRevoked: 'RotationCompleted',
    WaitForPropagation: 'RotationCompleted',
    RotationCompleted: 'RotationCompleted',
    RotationRolledBack: 'RotationRolledBack',
    RotationFailed: 'RotationFailed',
    RotationHeld: 'RotationHeld',
    AttemptHandedOn: 'AttemptHandedOn',
    PlanReady: 'PlanReady',
  };

  it.each(Object.entries(arms))('%s is where it says, and goes on to %s', async (next, end) => {
    const { entered } = await run({ BeginRotation: { next } });
    expect(entered.slice(0, 3)).toEqual(['BeginRotation', 'NextStage', next]);
    expect(entered.at(-1)).toBe(end);
  });

  it('for a stage that nobody knows ends in NoSuchStage', async () => {
    expect(await run({ VerifyKits: { next: 'Nonsense' } })).toMatchObject({ status: 'FAILED', error: 'NoSuchStage' });
  });

  it('is one of these', () => {
    const choices = definition.States.NextStage?.Choices ?? [];
    expect(choices.map(({ StringEquals, Next }) => [StringEquals, Next])).toEqual(
      expect.arrayContaining(Object.keys(arms).map((name) => [name, name])),
    );
    expect(choices).toHaveLength(Object.keys(arms).length);
  });
});
