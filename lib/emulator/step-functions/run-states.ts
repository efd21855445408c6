import type { State } from './definition.ts';
import type { Run, RunRegion, Thread } from './execution-context.ts';
import { inputDetails, outputDetails } from './history.ts';
import { fillTemplate } from './intrinsics.ts';
import { type Json, placeResult, readPath, type Scope } from './paths.ts';
import { catcherOf, retries } from './retry.ts';
import { checkSize, StateError } from './state-error.ts';
import { doStateWork } from './state-work.ts';

/** Where a state leads and with what; without `next` its region is done. */
type Step = { readonly output: Json; readonly next: string | undefined };

const followers = (state: State): string | undefined => ('Next' in state ? state.Next : undefined);

const shape = async (path: string | null | undefined, scope: Scope): Promise<Json> =>
  path === undefined ? scope.input : path === null ? {} : readPath(path, scope);

/** ResultSelector, ResultPath and OutputPath, in that order, over what the work came to. */
const shapeOutput = async (state: State, input: Json, result: Json, context: Scope['context']): Promise<Json> => {
  const selector = 'ResultSelector' in state ? state.ResultSelector : undefined;
  const selected = selector === undefined ? result : await fillTemplate(selector, { input: result, context });
  const resultPath = 'ResultPath' in state ? state.ResultPath : undefined;
  const placed =
    resultPath === undefined || resultPath === '$'
      ? selected
      : resultPath === null
        ? input
        : await placeResult(resultPath, input, selected);
  return shape('OutputPath' in state ? state.OutputPath : undefined, { input: placed, context });
};

/** One state from entry to exit, with its retries and catches. Throws the StateError that nothing caught. */
const runState = async (run: Run, thread: Thread, name: string, state: State, input: Json): Promise<Step> => {
  const { history } = run;
  const enteredAt = new Date(run.timers.now()).toISOString();
  const pauseBeforeRetry = retries(state, run.random);
  history.record(thread.line, `${state.Type}StateEntered`, { name, ...inputDetails(input) });
  const exit = (step: Step): Step => {
    checkSize(name, step.output);
    history.record(thread.line, `${state.Type}StateExited`, { name, ...outputDetails(step.output) });
    return step;
  };

  for (let retryCount = 0; ; retryCount += 1) {
    const retried = state.Type === 'Task' || state.Type === 'Map' ? { RetryCount: retryCount } : {};
    const context = {
      ...run.context,
      State: { Name: name, EnteredTime: enteredAt, ...retried },
      ...(thread.item === undefined ? {} : { Map: { Item: thread.item } }),
    };
    try {
      const effective = await shape('InputPath' in state ? state.InputPath : undefined, { input, context });
      const { result, next } = await doStateWork(runRegion, run, thread, name, state, { input: effective, context });
      return exit({ output: await shapeOutput(state, input, result, context), next: next ?? followers(state) });
    } catch (error) {
      if (thread.line.signal.aborted || !(error instanceof StateError)) throw error;
      const pauseMs = pauseBeforeRetry(error);
      if (pauseMs === undefined) {
        const catcher = catcherOf(state, error);
        if (catcher === undefined) throw error;
        const caught = { Error: error.name, Cause: error.causeText ?? '' };
        const { ResultPath: path } = catcher;
        const output =
          path === undefined || path === '$' ? caught : path === null ? input : await placeResult(path, input, caught);
        return exit({ output, next: catcher.Next });
      }
      await run.timers.sleep(pauseMs, thread.line.signal);
    }
  }
};

export const runRegion: RunRegion = async (run, thread, { StartAt, States }, input) => {
  let name = StartAt;
  let value = input;
  for (;;) {
    const state = States[name];
    if (state === undefined) throw new Error(`There is no state ${name}.`);
    const { output, next } = await runState(run, thread, name, state, value);
    if (next === undefined) return output;
    name = next;
    value = output;
  }
};
