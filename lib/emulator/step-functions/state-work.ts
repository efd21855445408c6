import { AwsError } from '../wire/service.ts';
import { limit, whenAborted } from '../wire/timers.ts';
import type { State, StateOf } from './definition.ts';
import type { Run, RunRegion, Thread } from './execution-context.ts';
import { errorDetails, inputDetails, outputDetails } from './history.ts';
import { fillTemplate } from './intrinsics.ts';
import { choose, type Json, readPath, type Scope } from './paths.ts';
import { runMap } from './run-map.ts';
import { checkSize, runtimeError, StateError } from './state-error.ts';

/** What a state's own work came to; `next` only where the work decides it. */
type Work = { readonly result: Json; readonly next?: string };

/** Does what the state is for, over its effective input. Throws StateError. */
export const doStateWork = async (
  runRegion: RunRegion,
  run: Run,
  thread: Thread,
  name: string,
  state: State,
  scope: Scope,
): Promise<Work> => {
  switch (state.Type) {
    case 'Pass': {
      const parameters = state.Parameters;
      const input = parameters === undefined ? scope.input : await fillTemplate(parameters, scope);
      return { result: state.Result === undefined ? input : state.Result };
    }
    case 'Task':
      return { result: await runTask(run, thread, state, scope) };
    case 'Map':
      return { result: await runMap(runRegion, run, thread, name, state, scope) };
    case 'Wait':
      await run.timers.sleep(await waitMs(state, scope, run.timers.now()), thread.line.signal);
      return { result: scope.input };
    case 'Choice':
      return { result: scope.input, next: await choose(name, state, scope) };
    case 'Succeed':
      return { result: scope.input };
    case 'Fail': {
      const error = state.ErrorPath === undefined ? state.Error : await readText(state.ErrorPath, scope);
      const cause = state.CausePath === undefined ? state.Cause : await readText(state.CausePath, scope);
      throw new StateError(error ?? '', cause);
    }
    default:
      throw runtimeError(`${state.Type} states are not emulated.`);
  }
};

/** A path of a Fail state may also be an intrinsic function: both are read like a member of a template. */
const readText = async (path: string, scope: Scope): Promise<string> => {
  const { text } = (await fillTemplate({ 'text.$': path }, scope)) as { text: Json };
  if (typeof text === 'string') return text;
  throw runtimeError(`${path} must point to a string, but points to ${JSON.stringify(text)}.`);
};

const readSeconds = async (path: string, least: number, scope: Scope): Promise<number> => {
  const seconds = await readPath(path, scope);
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= least && seconds <= 99_999_999)
    return seconds;
  throw runtimeError(
    `${path} must point to an integer from ${least} to 99999999, but points to ${JSON.stringify(seconds)}.`,
  );
};

const timestamps = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

const waitMs = async (state: StateOf<'Wait'>, scope: Scope, nowMs: number): Promise<number> => {
  if (state.SecondsPath !== undefined) return (await readSeconds(state.SecondsPath, 0, scope)) * 1000;
  if (state.Seconds !== undefined) return state.Seconds * 1000;
  const until =
    state.TimestampPath === undefined ? (state.Timestamp ?? null) : await readPath(state.TimestampPath, scope);
  if (typeof until === 'string' && timestamps.test(until)) return Date.parse(until) - nowMs;
  throw runtimeError(`${state.TimestampPath} must point to a timestamp, but points to ${JSON.stringify(until)}.`);
};

/** Invokes the function. An error of the function becomes the state's error by its `errorType`, with its JSON text as the cause. */
const runTask = async (
  { invoke, timers, history }: Run,
  { line }: Thread,
  state: StateOf<'Task'>,
  scope: Scope,
): Promise<Json> => {
  const resource = state.Resource;
  const parameters = state.Parameters === undefined ? scope.input : await fillTemplate(state.Parameters, scope);
  checkSize(resource, parameters);
  const { TimeoutSeconds, TimeoutSecondsPath } = state;
  const timeoutInSeconds =
    TimeoutSecondsPath === undefined ? TimeoutSeconds : await readSeconds(TimeoutSecondsPath, 1, scope);
  const timeout = timeoutInSeconds === undefined ? {} : { timeoutInSeconds };
  history.record(line, 'LambdaFunctionScheduled', { resource, ...inputDetails(parameters), ...timeout });
  history.record(line, 'LambdaFunctionStarted');
  const fail = (type: string, error: StateError): never => {
    history.record(line, type, errorDetails(error));
    throw error;
  };
  const timeoutMs = timeoutInSeconds === undefined ? undefined : timeoutInSeconds * 1000;
  const invoked = await limit(timers, invoke(resource, parameters), timeoutMs, whenAborted(line.signal)).catch(
    (error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
      return fail('LambdaFunctionFailed', new StateError(`Lambda.${error.name}`, error.message));
    },
  );
  if (invoked.isTimedOut) return fail('LambdaFunctionTimedOut', new StateError('States.Timeout', undefined));
  const outcome = invoked.result;
  if (!outcome.isOk) return fail('LambdaFunctionFailed', new StateError(outcome.errorType, outcome.payload));
  const result: Json = JSON.parse(outcome.payload);
  try {
    checkSize(resource, result);
  } catch (error) {
    if (error instanceof StateError) fail('LambdaFunctionFailed', error);
    throw error;
  }
  history.record(line, 'LambdaFunctionSucceeded', outputDetails(result));
  return result;
};
