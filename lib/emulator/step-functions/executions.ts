import { AsyncLocalStorage } from 'node:async_hooks';
import type { InvokeLambda } from '../lambda/lambda.ts';
import { limit, type Timers, whenAborted } from '../wire/timers.ts';
import type { StateMachineDefinition } from './definition.ts';
import type { ExecutionStore, HistoryEvent, StartedExecution } from './execution-store.ts';
import { errorDetails, historyOf, inputDetails, type Line, outputDetails } from './history.ts';
import type { Json } from './paths.ts';
import { runRegion } from './run-states.ts';
import { StateError } from './state-error.ts';

type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** One execution as DescribeExecution knows it; `output` is JSON text. */
export type Execution = StartedExecution & {
  readonly status: Status;
  readonly stoppedAtMs?: number;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
};

export type ExecutionsOptions = {
  readonly invoke: InvokeLambda;
  readonly timers: Timers;
  readonly store: ExecutionStore;
  /** From 0 to 1, for JitterStrategy FULL. */
  readonly random: () => number;
  /** Told of every event after it was stored; the execution is as the event left it. Must not throw. */
  readonly onEvent: (execution: Execution, event: HistoryEvent) => void;
};

/** A state machine that can be started. */
export type Machine = {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: StateMachineDefinition;
};

/** The executions of all machines. `halt` forgets the running ones without closing them, as a killed process does. */
export type Executions = {
  list(): readonly Execution[];
  find(executionArn: string): Execution | undefined;
  events(executionArn: string): HistoryEvent[];
  start(machine: Machine, started: StartedExecution, input: Json): Execution;
  abort(executionArn: string, reason: StateError): void;
  halt(): void;
};

const statusOf: Record<string, Status> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};
const keptForMs = 90 * 24 * 60 * 60 * 1000;

/** The execution after an event: the one that ends it carries status, output, error and cause. */
const after = (execution: Execution, event: HistoryEvent): Execution => {
  const status = statusOf[event.type];
  if (status === undefined) return execution;
  const { output, error, cause } = (event[`e${event.type.slice(1)}EventDetails`] ?? {}) as Record<string, string>;
  const end = { ...(output === undefined ? {} : { output }), ...(error === undefined ? {} : { error }) };
  return {
    ...execution,
    ...end,
    ...(cause === undefined ? {} : { cause }),
    status,
    stoppedAtMs: Math.round(event.timestamp * 1000),
  };
};

/** Restores what the store holds: executions that were running when the process died become FAILED with `Local.ProcessEnded`. */
export const openExecutions = ({ invoke, timers, store, random, onEvent }: ExecutionsOptions): Executions => {
  const executions = new Map<string, Execution>();
  const running = new Map<
    string,
    { readonly line: Line; readonly stop: AbortController; end(type: string, details: object): void }
  >();
  const outsideOfCaller = AsyncLocalStorage.snapshot();

  const keep = (executionArn: string, event: HistoryEvent) => {
    const execution = executions.get(executionArn);
    if (execution === undefined) return;
    store.append(executionArn, event);
    const updated = after(execution, event);
    executions.set(executionArn, updated);
    onEvent(updated, event);
  };

  const forgetOld = () => {
    for (const { executionArn, stoppedAtMs } of executions.values()) {
      if (stoppedAtMs === undefined || stoppedAtMs > timers.now() - keptForMs) continue;
      executions.delete(executionArn);
      store.remove(executionArn);
    }
  };

  for (const { execution, last } of store.load()) {
    const started: Execution = { ...execution, status: 'RUNNING' };
    const restored = last === undefined ? started : after(started, last);
    executions.set(execution.executionArn, restored);
    if (restored.status !== 'RUNNING') continue;
    const executionFailedEventDetails = {
      error: 'Local.ProcessEnded',
      cause: 'The local deployment ended while this execution was running.',
    };
    const lastId = last?.id ?? 0;
    const event = { id: lastId + 1, previousEventId: lastId, type: 'ExecutionFailed', timestamp: timers.now() / 1000 };
    keep(execution.executionArn, { ...event, executionFailedEventDetails });
  }
  forgetOld();

  const start = (machine: Machine, started: StartedExecution, input: Json): Execution => {
    forgetOld();
    const { executionArn, startedAtMs } = started;
    const stop = new AbortController();
    const history = historyOf(timers.now, (event) => keep(executionArn, event));
    const line: Line = { lastEventId: 0, signal: stop.signal };
    const end = (type: string, details: object) => {
      running.delete(executionArn);
      const isFromOutside = type === 'ExecutionAborted' || type === 'ExecutionTimedOut';
      history.end(isFromOutside ? { ...line, lastEventId: 0 } : line, type, { ...details });
      stop.abort(new Error(type));
    };
    const context = {
      Execution: {
        Id: executionArn,
        Input: input,
        Name: started.name,
        RoleArn: machine.roleArn,
        StartTime: new Date(startedAtMs).toISOString(),
        RedriveCount: 0,
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
    };
    const run = async () => {
      try {
        history.record(line, 'ExecutionStarted', {
          ...inputDetails(input),
          input: started.input,
          roleArn: machine.roleArn,
        });
        line.lastEventId = 0;
        const work = runRegion(
          { context, invoke, timers, history, random },
          { line, item: undefined },
          machine.definition,
          input,
        );
        const { TimeoutSeconds } = machine.definition;
        const ended = await limit(
          timers,
          work,
          TimeoutSeconds === undefined ? undefined : TimeoutSeconds * 1000,
          whenAborted(stop.signal),
        );
        if (ended.isTimedOut) end('ExecutionTimedOut', {});
        else end('ExecutionSucceeded', outputDetails(ended.result));
      } catch (error) {
        if (stop.signal.aborted) return;
        end(
          'ExecutionFailed',
          errorDetails(error instanceof StateError ? error : new StateError('States.Runtime', String(error))),
        );
      }
    };
    const execution: Execution = { ...started, status: 'RUNNING' };
    store.create(started);
    executions.set(executionArn, execution);
    running.set(executionArn, { line, stop, end });
    void outsideOfCaller(run);
    return execution;
  };

  return {
    list: () => [...executions.values()],
    find: (executionArn) => executions.get(executionArn),
    events: (executionArn) => store.events(executionArn),
    start,
    abort: (executionArn, reason) => running.get(executionArn)?.end('ExecutionAborted', errorDetails(reason)),
    halt: () => {
      for (const { stop } of running.values()) stop.abort(new Error('The local deployment was stopped.'));
      running.clear();
    },
  };
};
