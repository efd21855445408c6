import type { HistoryEvent } from './execution-store.ts';
import type { Json } from './paths.ts';
import { runtimeError, type StateError } from './state-error.ts';

/** The events of one line of states: each names the last as its `previousEventId`. Nothing happens on it once the signal aborts. */
export type Line = { lastEventId: number; readonly signal: AbortSignal };

/** Numbers and hands on the events of one execution. */
export type History = {
  /** Records an event. Throws States.Runtime instead of recording event 25,000 (kept for the end), and the signal's reason once aborted. */
  record(line: Line, type: string, details?: Record<string, unknown>): void;
  /** Records how the execution ended. */
  end(line: Line, type: string, details: Record<string, unknown>): void;
};

const eventLimit = 25_000;

const startingLower = (type: string) => `${type.charAt(0).toLowerCase()}${type.slice(1)}`;

/** An empty history; `keep` stores and publishes each event. */
export const historyOf = (now: () => number, keep: (event: HistoryEvent) => void): History => {
  let recorded = 0;
  const add = (line: Line, type: string, details: Record<string, unknown> | undefined) => {
    recorded += 1;
    const named = details === undefined ? {} : { [`${detailsNameOf(type)}EventDetails`]: details };
    keep({ id: recorded, previousEventId: line.lastEventId, type, timestamp: now() / 1000, ...named });
    line.lastEventId = recorded;
  };
  return {
    record: (line, type, details) => {
      line.signal.throwIfAborted();
      if (recorded === eventLimit - 1) {
        throw runtimeError(`The execution reached the maximum number of history events (${eventLimit}).`);
      }
      add(line, type, details);
    },
    end: add,
  };
};

/** AWS names the details after the event, except that all states share two: `stateEnteredEventDetails` and `stateExitedEventDetails`. */
const detailsNameOf = (type: string) => startingLower(type.replace(/^\w+State(Entered|Exited)$/, 'State$1'));

/** The members by which details carry data; `truncated` is always false here. */
export const inputDetails = (value: Json) => ({ input: JSON.stringify(value), inputDetails: { truncated: false } });
export const outputDetails = (value: Json) => ({ output: JSON.stringify(value), outputDetails: { truncated: false } });
export const errorDetails = ({ name, causeText }: StateError) => ({
  ...(name === '' ? {} : { error: name }),
  ...(causeText === undefined ? {} : { cause: causeText }),
});

/** An event as GetExecutionHistory gives it with `includeExecutionData: false`. */
export const withoutData = (event: HistoryEvent): HistoryEvent =>
  JSON.parse(
    JSON.stringify(event, (key, value) =>
      ['input', 'output', 'inputDetails', 'outputDetails'].includes(key) ? undefined : value,
    ),
  );
