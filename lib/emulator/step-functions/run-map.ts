import { iteratorOf, type StateOf } from './definition.ts';
import type { Run, RunRegion, Thread } from './execution-context.ts';
import { fillTemplate } from './intrinsics.ts';
import { type Json, readPath, type Scope } from './paths.ts';
import { runtimeError } from './state-error.ts';

/** An inline Map runs at most this many iterations at once, whatever MaxConcurrency says. */
const inlineConcurrency = 40;

const concurrencyOf = async (state: StateOf<'Map'>, scope: Scope): Promise<number> => {
  const asked =
    state.MaxConcurrencyPath === undefined ? state.MaxConcurrency : await readPath(state.MaxConcurrencyPath, scope);
  if (asked === undefined || asked === 0) return inlineConcurrency;
  if (typeof asked === 'number' && Number.isInteger(asked) && asked > 0) return Math.min(asked, inlineConcurrency);
  throw runtimeError(
    `${state.MaxConcurrencyPath} must point to a whole number, but points to ${JSON.stringify(asked)}.`,
  );
};

/** Runs an inline Map: the results in the order of the items. The first iteration that fails ends the others and fails the Map. */
export const runMap = async (
  runRegion: RunRegion,
  run: Run,
  thread: Thread,
  name: string,
  state: StateOf<'Map'>,
  scope: Scope,
): Promise<Json> => {
  const { history } = run;
  const { line } = thread;
  const items = state.ItemsPath === undefined ? scope.input : await readPath(state.ItemsPath, scope);
  if (!Array.isArray(items)) throw runtimeError(`The items of the Map state '${name}' must be an array.`);
  const concurrency = await concurrencyOf(state, scope);
  const template = state.ItemSelector ?? state.Parameters;
  const ended = new AbortController();
  const signal = AbortSignal.any([line.signal, ended.signal]);
  const underWay = new Set<number>();
  const results: Json[] = items.map(() => null);
  history.record(line, 'MapStateStarted', { length: items.length });
  const startedEventId = line.lastEventId;

  const iterate = async (index: number, value: Json) => {
    const item = { Index: index, Value: value };
    const own = { lastEventId: startedEventId, signal };
    history.record(own, 'MapIterationStarted', { name, index });
    underWay.add(index);
    try {
      const context = { ...scope.context, Map: { Item: item } };
      const input = template === undefined ? value : await fillTemplate(template, { input: scope.input, context });
      results[index] = await runRegion(run, { line: own, item }, iteratorOf(state), input);
      history.record(own, 'MapIterationSucceeded', { name, index });
      line.lastEventId = own.lastEventId;
    } catch (error) {
      if (!signal.aborted) {
        ended.abort(error);
        line.lastEventId = own.lastEventId;
        history.record(line, 'MapIterationFailed', { name, index });
        underWay.delete(index);
        for (const other of underWay) history.record(line, 'MapIterationAborted', { name, index: other });
      }
      throw error;
    } finally {
      underWay.delete(index);
    }
  };

  const queue = items.entries();
  const work = async () => {
    for (const [index, value] of queue) {
      signal.throwIfAborted();
      await iterate(index, value);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work));
  } catch (error) {
    history.record(line, 'MapStateFailed');
    throw error;
  }
  const { lastEventId } = line;
  history.record(line, 'MapStateSucceeded');
  line.lastEventId = lastEventId; // on AWS, MapStateSucceeded and MapStateExited both name the event before them
  return results;
};
