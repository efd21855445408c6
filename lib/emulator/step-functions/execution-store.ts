import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { appendOwnFile } from '../wire/own-file.ts';

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

/** Where executions and their histories live. An event is appended, never a history rewritten, so that long ones cost no more. */
export type ExecutionStore = {
  /** Every execution with its last event (undefined: the process died before the first). */
  load(): { readonly execution: StartedExecution; readonly last: HistoryEvent | undefined }[];
  create(execution: StartedExecution): void;
  append(executionArn: string, event: HistoryEvent): void;
  events(executionArn: string): HistoryEvent[];
  remove(executionArn: string): void;
};

/** Keeps executions for the life of the store: for `--ephemeral`, and for tests that start a deployment twice. */
export const executionsInMemory = (): ExecutionStore => {
  const kept = new Map<string, { execution: StartedExecution; events: HistoryEvent[] }>();
  return {
    load: () => [...kept.values()].map(({ execution, events }) => ({ execution, last: events.at(-1) })),
    create: (execution) => void kept.set(execution.executionArn, { execution, events: [] }),
    append: (executionArn, event) => void kept.get(executionArn)?.events.push(event),
    events: (executionArn) => [...(kept.get(executionArn)?.events ?? [])],
    remove: (executionArn) => void kept.delete(executionArn),
  };
};

/** One journal file per execution (0600, one JSON text a line), appended to at each event; a line cut off by a crash is dropped. */
export const executionsInFolder = (folder: string): ExecutionStore => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fileOf = (executionArn: string) =>
    join(folder, `${createHash('sha256').update(executionArn).digest('hex')}.jsonl`);
  const write = (executionArn: string, line: unknown) =>
    appendOwnFile(fileOf(executionArn), `\n${JSON.stringify(line)}`);
  const read = (file: string): unknown[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return line === '' ? [] : [JSON.parse(line)];
        } catch {
          return [];
        }
      });

  return {
    load: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.jsonl'))
        .flatMap((name) => {
          const [execution, ...events] = read(join(folder, name)) as [StartedExecution | undefined, ...HistoryEvent[]];
          return execution?.executionArn === undefined ? [] : [{ execution, last: events.at(-1) }];
        }),
    create: (execution) => write(execution.executionArn, execution),
    append: write,
    events: (executionArn) => read(fileOf(executionArn)).slice(1) as HistoryEvent[],
    remove: (executionArn) => rmSync(fileOf(executionArn), { force: true }),
  };
};
