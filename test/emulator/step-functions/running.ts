import { type LambdaFunction, type LambdaOptions, lambdaService } from '../../../lib/emulator/lambda/lambda.ts';
import { type ExecutionStore, executionsInMemory } from '../../../lib/emulator/step-functions/execution-store.ts';
import { type HistoryEvent, stepFunctionsService } from '../../../lib/emulator/step-functions/step-functions.ts';
import type { Timers } from '../../../lib/emulator/wire/timers.ts';
import { virtualTimers } from '../../support/virtual-timers.ts';

const startAtMs = Date.parse('2026-01-01T00:00:00.000Z');
const caller = { name: 'operator' };
const place = { region: 'us-east-1', accountId: '000000000000' };
const named = (name: string, message: string) => Object.assign(new Error(message), { name, stack: 'at test' });

type Event = { error?: string; seconds?: number; calls?: number };

/** The functions that test definitions may call, as `token('Echo')` and so on; each set counts its own calls. */
const functionsOf = (timers: Timers): Record<string, LambdaFunction['handler']> => {
  let calls = 0;
  const { signal } = new AbortController();
  return {
    Echo: async (event) => event,
    Nothing: async () => undefined,
    Fail: async (event) => {
      throw named((event as Event).error ?? 'Error', 'the message');
    },
    FailTwice: async () => {
      calls += 1;
      if (calls <= 2) throw named('Busy', `call ${calls}`);
      return { calls };
    },
    FailAlways: async () => {
      calls += 1;
      throw named('Busy', `call ${calls}`);
    },
    Sleep: async (event) => timers.sleep(((event as Event).seconds ?? 0) * 1000, signal),
    Large: async () => 'x'.repeat(262_143),
  };
};

/** Lambda with these functions, each with a timeout of 15 minutes, and the ARNs that their tokens stand for. */
export const startFunctions = (at: LambdaOptions) => {
  const lambda = lambdaService(at);
  const functions = functionsOf(at.timers);
  for (const [name, handler] of Object.entries(functions)) lambda.register(name, { handler, timeoutMs: 900_000 });
  const substitutions = Object.fromEntries(Object.keys(functions).map((name) => [name, lambda.arnOf(name)]));
  return { lambda, substitutions };
};

/** Lambda and Step Functions in virtual time, with one machine named `Machine`. */
export const startServices = (
  definition: object,
  store: ExecutionStore = executionsInMemory(),
  timers = virtualTimers(startAtMs),
) => {
  const { lambda, substitutions } = startFunctions({ ...place, timers });
  const events: HistoryEvent[] = [];
  const states = stepFunctionsService({
    ...place,
    machines: [{ name: 'Machine', definition, substitutions }],
    invoke: lambda.invoke,
    timers,
    store,
    random: () => 0.25,
    onEvent: (_, event) => events.push(event),
  });
  const call = (operation: string, input: Record<string, unknown>) => states.call(operation, input, caller);
  const stateMachineArn = states.arnOf('Machine');
  const start = async (input: unknown, name?: string) =>
    String(
      (
        await call('StartExecution', {
          stateMachineArn,
          input: JSON.stringify(input),
          ...(name === undefined ? {} : { name }),
        })
      ).executionArn,
    );
  const isClosed = async (executionArn: string) =>
    (await call('DescribeExecution', { executionArn })).status !== 'RUNNING';
  return { lambda, states, timers, events, call, stateMachineArn, start, isClosed };
};

const yearMs = 366 * 24 * 60 * 60 * 1000;

/** Runs one execution to its end: its status, output or error, the seconds it took, and its history. */
export const execute = async (definition: object, input: unknown = {}) => {
  const { call, start, timers, isClosed, events } = startServices(definition);
  const executionArn = await start(input);
  await timers.runUntil(() => isClosed(executionArn), yearMs);
  const { status, output, error, cause } = await call('DescribeExecution', { executionArn });
  const result: Record<string, unknown> = { status };
  if (output !== undefined) result.output = JSON.parse(String(output));
  if (error !== undefined) result.error = error;
  if (cause !== undefined) result.cause = cause;
  return { result, seconds: (timers.now() - startAtMs) / 1000, events, types: events.map(({ type }) => type) };
};

/** A machine of one state, which ends it. */
export const only = (state: object) => ({ StartAt: 'Only', States: { Only: { ...state, End: true } } });

/** A machine whose first state is caught by these catchers, in `Caught`; an error that none of them catches fails it, and so does none. */
export const caughtBy = (state: object, Catch: object[]) => ({
  StartAt: 'Try',
  States: {
    Try: { ...state, Catch, Next: 'Passed' },
    Passed: { Type: 'Fail', Error: 'NotCaught' },
    Caught: { Type: 'Pass', End: true },
  },
});
/** Catches every error that can be caught. */
export const all = { ErrorEquals: ['States.ALL'], Next: 'Caught' };

/** A token of a definition, such as the deployment replaces by the ARN of a function. */
export const token = (name: string) => `$\{${name}}`;
