/** One event of an execution's history, in the shape of GetExecutionHistory; `timestamp` is epoch seconds with fraction. */
export type HistoryEvent = {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly timestamp: number;
  readonly [details: string]: unknown;
};

/** What is known of an execution from its start. `input` is the JSON text as it was given. */
export type StartedExecution = {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
  readonly startedAtMs: number;
};

/** The lines of a journal that can be read: a process that was killed leaves one that is cut off. */
export const linesOf = (text: string): unknown[] =>
  text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });

/** The events without those that were written again because a write had ended half-way. */
export const eachOnce = (events: readonly HistoryEvent[]): HistoryEvent[] => [
  ...new Map(events.map((event) => [event?.id, event])).values(),
];

/** An execution and its history as the lines say them; `undefined` when the process died as it began the journal, and `'damaged'` when something is missing that was there. */
export const historyIn = (
  lines: readonly unknown[],
): { readonly execution: StartedExecution; readonly events: readonly HistoryEvent[] } | 'damaged' | undefined => {
  if (lines.length === 0) return undefined;
  const [execution, ...written] = lines as readonly [StartedExecution, ...HistoryEvent[]];
  const events = eachOnce(written);
  const isWhole =
    typeof execution?.executionArn === 'string' && events.every((event, index) => event?.id === index + 1);
  return isWhole ? { execution, events } : 'damaged';
};
