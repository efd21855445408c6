import { readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { describe, expect, it } from 'vitest';
import * as failures from '../../lambdas/domain/failure.ts';

type State = {
  Type: string;
  Next?: string;
  End?: boolean;
  Default?: string;
  Choices?: { Next: string; StringEquals?: string }[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  Retry?: { ErrorEquals: string[] }[];
  TimeoutSeconds?: number;
  Resource?: string;
  Error?: string;
  ErrorPath?: string;
  ItemProcessor?: { StartAt: string; States: Record<string, State> };
};
type Region = { StartAt: string; States: Record<string, State> };

const text = readFileSync(new URL('../../lib/rotation.asl.json', import.meta.url), 'utf8');
const definition = JSON.parse(text) as Region;

/** Errors that Lambda and Step Functions themselves give a Task (AWS: "Error handling in Step Functions", "Lambda service exceptions"). */
const errorsOfAws = [
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'States.Timeout',
  'States.ALL',
];
const errorsOfOurs: readonly string[] = Object.values(failures).map((Failure) => new Failure('').name);

const regions = (region: Region): Region[] => [
  region,
  ...Object.values(region.States).flatMap((state) => (state.ItemProcessor ? regions(state.ItemProcessor) : [])),
];
const states = regions(definition).flatMap(({ States }) => Object.entries(States));
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const nextOf = (state: State): string[] =>
  [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map(({ Next }) => Next),
    ...(state.Catch ?? []).map(({ Next }) => Next),
  ].filter((name) => name !== undefined);

describe('The definition of the workflow', () => {
  it('is valid Amazon States Language', () => {
    expect(aslValidator(definition).errors).toEqual([]);
  });

  it('shows the stages of the mission by name', () => {
    expect(Object.keys(definition.States)).toEqual(
      expect.arrayContaining([
        'BeginRotation',
        'CreateCredential',
        'DistributeCredential',
        'VerifyKits',
        'RevokeCredential',
        'ConfirmRevoked',
      ]),
    );
  });

  it.each(regions(definition))(
    'reaches every state from $StartAt, and names none that does not exist',
    ({ StartAt, States }) => {
      const reached = new Set<string>();
      const open = [StartAt];
      for (let name = open.pop(); name !== undefined; name = open.pop()) {
        const state = States[name];
        expect(state, name).toBeDefined();
        if (reached.has(name) || !state) continue;
        reached.add(name);
        open.push(...nextOf(state));
      }
      expect([...reached].sort()).toEqual(Object.keys(States).sort());
    },
  );

  it('ends every path in a named Succeed or Fail, and a failed one says why', () => {
    for (const [name, state] of Object.entries(definition.States)) {
      if (state.Type === 'Fail') expect(state.Error ?? state.ErrorPath, name).toBeTruthy();
      else if (state.Type !== 'Succeed') expect(nextOf(state).length, name).toBeGreaterThan(0);
      expect(state.End, name).toBeUndefined();
    }
  });

  it('gives every Task a timeout, a retry list by error name and a catch', () => {
    expect(tasks.map(([name]) => name).sort()).toEqual([
      'BeginRotation',
      'ConfirmRevoked',
      'CreateCredential',
      'DistributeShard',
      'RevokeCredential',
      'VerifyKits',
    ]);
    for (const [name, task] of tasks) {
      expect(task.TimeoutSeconds, name).toBeGreaterThan(0);
      expect(
        task.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals),
        name,
      ).toContain('TemporarilyUnavailable');
      expect(
        task.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals),
        name,
      ).not.toContain('States.ALL');
      expect(
        task.Catch?.flatMap(({ ErrorEquals }) => ErrorEquals),
        name,
      ).toContain('States.ALL');
      expect(task.Resource, name).toBe(`\${${name}}`);
    }
  });

  it('matches only errors that we throw or that AWS names', () => {
    const matched = new Set(
      states.flatMap(([, { Retry = [], Catch = [] }]) =>
        [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals),
      ),
    );
    expect([...matched].filter((name) => !errorsOfAws.includes(name) && !errorsOfOurs.includes(name))).toEqual([]);
  });

  it('knows every stage that a step may answer', () => {
    const answered = /export type Next =([^;]+);/
      .exec(readFileSync(new URL('../../lambdas/workflow/shared/step.ts', import.meta.url), 'utf8'))?.[1]
      ?.match(/'\w+'/g);
    const stages = /export type NextStage =([^;]+);/
      .exec(readFileSync(new URL('../../lambdas/domain/next-stage.ts', import.meta.url), 'utf8'))?.[1]
      ?.match(/'\w+'/g);
    const named = [...(answered ?? []), ...(stages ?? [])].map((quoted) => quoted.slice(1, -1)).sort();
    expect(definition.States.NextStage?.Choices?.map(({ StringEquals }) => StringEquals).sort()).toEqual(named);
  });

  it('carries only these paths from state to state: ids, numbers and the next stage, nothing that could be a secret (invariant 9)', () => {
    const paths = new Set([...text.matchAll(/"(\$[^"{]*)"/g)].map(([, path]) => path));
    expect([...paths].sort()).toEqual(
      [
        '$',
        '$$.Execution.Id',
        '$$.Map.Item.Value',
        '$.Cause',
        '$.Error',
        '$.attempt',
        '$.gatewayId',
        '$.next',
        '$.rotationId',
        '$.shard',
        '$.shards',
        '$.waitSeconds',
      ].sort(),
    );
  });
});
