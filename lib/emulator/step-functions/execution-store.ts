import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DataFolderUnusable } from '../wire/data-folder.ts';
import { appendOwnFile } from '../wire/own-file.ts';
import { AwsError } from '../wire/service.ts';
import { eachOnce, type HistoryEvent, historyIn, linesOf, type StartedExecution } from './journal-line.ts';

export type { HistoryEvent, StartedExecution } from './journal-line.ts';

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

/**
 * One journal file per execution (0600, one JSON text a line), appended to at each event; a line cut off by a crash is dropped.
 * While nothing can be written, `create` throws ServiceUnavailable, and events of running executions wait in memory for the next one.
 * `load` throws `DataFolderUnusable` for a journal in which something is missing.
 */
export const executionsInFolder = (folder: string): ExecutionStore => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const waiting = new Map<string, string>();
  const fileOf = (executionArn: string) =>
    join(folder, `${createHash('sha256').update(executionArn).digest('hex')}.jsonl`);
  const write = (file: string, text: string) => appendOwnFile(file, text);
  const textOf = (line: unknown) => `\n${JSON.stringify(line)}`;

  return {
    load: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.jsonl'))
        .flatMap((name) => {
          const found = historyIn(linesOf(readFileSync(join(folder, name), 'utf8')));
          if (found === 'damaged')
            throw new DataFolderUnusable(
              `${join(folder, name)} is damaged. It is the history of one run of the workflow and nothing else: delete it, and start again; a rotation that it was part of goes on with its next attempt.`,
            );
          return found ? [{ execution: found.execution, last: found.events.at(-1) }] : [];
        }),
    create: (execution) => {
      const file = fileOf(execution.executionArn);
      try {
        write(file, textOf(execution));
      } catch {
        rmSync(file, { force: true });
        throw new AwsError('ServiceUnavailable', 'Nothing can be written on this machine: its disk may be full.', 503);
      }
    },
    append: (executionArn, event) => {
      const text = `${waiting.get(executionArn) ?? ''}${textOf(event)}`;
      waiting.delete(executionArn);
      try {
        write(fileOf(executionArn), text);
      } catch {
        waiting.set(executionArn, text);
      }
    },
    events: (executionArn) => {
      const written = readFileSync(fileOf(executionArn), 'utf8');
      return eachOnce(linesOf(`${written}${waiting.get(executionArn) ?? ''}`).slice(1) as HistoryEvent[]);
    },
    remove: (executionArn) => {
      waiting.delete(executionArn);
      rmSync(fileOf(executionArn), { force: true });
    },
  };
};
