import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { invalidMember, oneOf, readMembers, text } from '../wire/members.ts';
import { AwsError, type AwsService, unknownOperation } from '../wire/service.ts';
import { type DeclaredMachine, readDefinition } from './definition.ts';
import { type Execution, type ExecutionsOptions, type Machine, openExecutions } from './executions.ts';
import { withoutData } from './history.ts';
import { checkArn, checkName, members, pageOf, readInput } from './input.ts';
import { StateError } from './state-error.ts';

export type { HistoryEvent } from './execution-store.ts';

export type StepFunctionsOptions = ExecutionsOptions & {
  readonly region: string;
  readonly accountId: string;
  readonly machines: readonly DeclaredMachine[];
};

/** Emulated AWS Step Functions. `stop` ends everything as a crash would: nothing is closed, and no call is answered any more. */
export type StepFunctions = AwsService & { arnOf(machineName: string): string; stop(): void };

type Input = Record<string, unknown>;

const { stateMachineArn, executionArn, ...page } = members;
const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] as const;

/** What each operation takes, as the API's model has it. */
const inputs = {
  StartExecution: {
    stateMachineArn,
    name: z.string().optional(),
    input: z.string().optional(),
    traceHeader: text(0, 256).optional(),
  },
  DescribeExecution: { executionArn },
  ListExecutions: {
    stateMachineArn,
    statusFilter: oneOf(statuses).optional(),
    redriveFilter: oneOf(['REDRIVEN', 'NOT_REDRIVEN']).optional(),
    mapRunArn: text(1, 2000).optional(),
    ...page,
  },
  GetExecutionHistory: {
    executionArn,
    reverseOrder: z.boolean().optional(),
    includeExecutionData: z.boolean().optional(),
    ...page,
  },
  StopExecution: { executionArn, error: text(0, 256).optional(), cause: text(0, 32_768).optional() },
  DescribeStateMachine: { stateMachineArn },
  ListStateMachines: page,
};

const seconds = (ms: number) => ms / 1000;

const summaryOf = ({ executionArn, stateMachineArn, name, status, startedAtMs, stoppedAtMs }: Execution) => ({
  executionArn,
  stateMachineArn,
  name,
  status,
  startDate: seconds(startedAtMs),
  ...(stoppedAtMs === undefined ? {} : { stopDate: seconds(stoppedAtMs) }),
  redriveCount: 0,
});

const descriptionOf = (execution: Execution) => {
  const { input, output, error, cause, status } = execution;
  return {
    ...summaryOf(execution),
    input,
    inputDetails: { included: true },
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: `Execution is ${status} and cannot be redriven`,
  };
};

/**
 * Emulates AWS Step Functions (Standard, JSONPath) for declared state machines. aws-local-stepfunctions checks the definition and
 * evaluates paths, choice rules and nine intrinsic functions, as a bare JSONPath library would not; order, time, retries, catches,
 * Map and history are ours, so that they are exact and time is injected.
 * Throws when a definition is not valid ASL or uses what is not emulated.
 */
export const stepFunctionsService = ({
  region,
  accountId,
  machines: declared,
  ...options
}: StepFunctionsOptions): StepFunctions => {
  const { timers } = options;
  const createdAtMs = timers.now();
  const arnOf = (name: string) => `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
  const machines = new Map<string, Machine>();
  for (const machine of declared) {
    const { name } = machine;
    const roleArn = `arn:aws:iam::${accountId}:role/${name}`;
    machines.set(arnOf(name), { arn: arnOf(name), name, roleArn, definition: readDefinition(machine) });
  }
  const executions = openExecutions(options);
  let isStopped = false;

  const machineOf = (given: string): Machine => {
    const stateMachineArn = checkArn(given, 'stateMachine');
    const machine = machines.get(stateMachineArn);
    if (machine !== undefined) return machine;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`);
  };
  const executionOf = (given: string): Execution => {
    const executionArn = checkArn(given, 'execution');
    const execution = executions.find(executionArn);
    if (execution !== undefined) return execution;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
  };

  const operations: Record<string, (input: Input) => object> = {
    StartExecution: (input) => {
      const asked = readMembers(inputs.StartExecution, input);
      const machine = machineOf(asked.stateMachineArn);
      const name = checkName(asked.name ?? randomUUID());
      const given = asked.input ?? '{}';
      const parsed = readInput(given);
      const executionArn = `arn:aws:states:${region}:${accountId}:execution:${machine.name}:${name}`;
      const taken = executions.find(executionArn);
      if (taken !== undefined && (taken.status !== 'RUNNING' || taken.input !== given)) {
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
      }
      const started = { executionArn, stateMachineArn: machine.arn, name, input: given, startedAtMs: timers.now() };
      const { startedAtMs } = taken ?? executions.start(machine, started, parsed);
      return { executionArn, startDate: seconds(startedAtMs) };
    },
    DescribeExecution: (input) => descriptionOf(executionOf(readMembers(inputs.DescribeExecution, input).executionArn)),
    ListExecutions: (input) => {
      const asked = readMembers(inputs.ListExecutions, input);
      if (asked.mapRunArn !== undefined) throw invalidMember('mapRunArn', 'There are no Map Runs on this machine');
      const machine = machineOf(asked.stateMachineArn);
      const status = asked.statusFilter;
      const wanted = executions
        .list()
        .filter(() => asked.redriveFilter !== 'REDRIVEN') // nothing is ever redriven here
        .filter(
          (execution) => execution.stateMachineArn === machine.arn && (status ?? execution.status) === execution.status,
        )
        .reverse()
        .sort((a, b) => b.startedAtMs - a.startedAtMs);
      const { items, ...next } = pageOf(wanted, ({ executionArn }) => executionArn, asked);
      return { executions: items.map(summaryOf), ...next };
    },
    GetExecutionHistory: (input) => {
      const asked = readMembers(inputs.GetExecutionHistory, input);
      const events = executions.events(executionOf(asked.executionArn).executionArn);
      const ordered = asked.reverseOrder ? events.reverse() : events;
      const { items, ...next } = pageOf(ordered, ({ id }) => `${id}`, asked);
      return { events: asked.includeExecutionData === false ? items.map(withoutData) : items, ...next };
    },
    StopExecution: (input) => {
      const { executionArn, error = '', cause } = readMembers(inputs.StopExecution, input);
      executions.abort(executionOf(executionArn).executionArn, new StateError(error, cause));
      return { stopDate: seconds(executionOf(executionArn).stoppedAtMs ?? timers.now()) };
    },
    DescribeStateMachine: (input) => {
      const {
        arn: stateMachineArn,
        name,
        roleArn,
        definition,
      } = machineOf(readMembers(inputs.DescribeStateMachine, input).stateMachineArn);
      const about = {
        stateMachineArn,
        name,
        roleArn,
        type: 'STANDARD',
        status: 'ACTIVE',
        creationDate: seconds(createdAtMs),
      };
      const off = {
        loggingConfiguration: { level: 'OFF', includeExecutionData: false },
        tracingConfiguration: { enabled: false },
      };
      return { ...about, ...off, definition: JSON.stringify(definition) };
    },
    ListStateMachines: (input) => {
      const { items, ...next } = pageOf(
        [...machines.values()],
        ({ name }) => name,
        readMembers(inputs.ListStateMachines, input),
      );
      const about = { type: 'STANDARD', creationDate: seconds(createdAtMs) };
      return {
        stateMachines: items.map(({ arn: stateMachineArn, name }) => ({ stateMachineArn, name, ...about })),
        ...next,
      };
    },
  };

  return {
    signingName: 'states',
    arnOf,
    stop: () => {
      isStopped = true;
      executions.halt();
    },
    call: async (operation, input) => {
      if (isStopped) throw new AwsError('ServiceUnavailable', 'The local deployment was stopped.', 503);
      const answer = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (answer === undefined) throw unknownOperation(operation);
      return { ...answer(input) };
    },
  };
};
