import type { InvokeLambda } from '../lambda/lambda.ts';
import type { Timers } from '../wire/timers.ts';
import type { Region } from './definition.ts';
import type { History, Line } from './history.ts';
import type { Json } from './paths.ts';

/** What every state of one execution shares. `context` is the context object without `State` and `Map`. */
export type Run = {
  readonly context: { readonly [key: string]: Json };
  readonly invoke: InvokeLambda;
  readonly timers: Timers;
  readonly history: History;
  /** From 0 to 1, for JitterStrategy FULL. */
  readonly random: () => number;
};

/** One line of states: the execution itself, or one iteration of a Map (`item` is its `$$.Map.Item`). */
export type Thread = { readonly line: Line; readonly item: { readonly [key: string]: Json } | undefined };

/** Runs the states of a region to its end. Throws the StateError of the state that failed it, or the signal's reason. */
export type RunRegion = (run: Run, thread: Thread, region: Region, input: Json) => Promise<Json>;
