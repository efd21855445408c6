import { randomUUID } from 'node:crypto';
import { arn } from '../account.ts';
import { integer, patterned, readMembers, text } from '../wire/members.ts';
import { AwsError, type AwsService, type Clock, unknownOperation } from '../wire/service.ts';
import { busName, type EventEntry, readEntries, refusalOf } from './entry.ts';

/** An event as a rule would see it, in the envelope of EventBridge. */
export type BusEvent = {
  readonly id: string;
  readonly busName: string;
  readonly source: string;
  readonly detailType: string;
  /** Parsed: always a JSON object. */
  readonly detail: Record<string, unknown>;
  readonly resources: readonly string[];
  readonly atMs: number;
};

/** What the emulated EventBridge needs: the buses of the deployment besides `default`, and who gets the events. */
export type EventBridgeOptions = {
  readonly buses: readonly string[];
  readonly clock: Clock;
  /** PutEvents answers when this has resolved; an event it rejects is a failed entry with `InternalFailure`. */
  readonly onEvent: (event: BusEvent) => Promise<void>;
};

const newName = patterned(1, 256, /^[\w./-]+$/);
const toList = {
  NamePrefix: newName.optional(),
  Limit: integer(1, 100).optional(),
  NextToken: text(1, 2048).optional(),
};
const tokenOf = (name: string): string => Buffer.from(name).toString('base64url');

/** EventBridge on this machine: buses without rules; each event goes to one listener. */
export const createEventBridge = ({ buses, clock, onEvent }: EventBridgeOptions): AwsService => {
  const names = new Set(['default', ...buses]);
  const arnOf = (name: string) => arn('events', `event-bus/${name}`);
  const nameOf = (nameOrArn: string) => nameOrArn.replace(arnOf(''), '');
  const describe = (name: string) => ({ Name: name, Arn: arnOf(name) });

  const put = async (entry: EventEntry): Promise<Record<string, unknown>> => {
    const refusal = refusalOf(entry);
    if (refusal) return refusal;
    const name = nameOf(entry.EventBusName ?? 'default');
    const event: BusEvent = {
      id: randomUUID(),
      busName: name,
      source: entry.Source ?? '',
      detailType: entry.DetailType ?? '',
      detail: JSON.parse(entry.Detail ?? '{}'),
      resources: entry.Resources ?? [],
      atMs: entry.Time == null ? clock() : entry.Time * 1000,
    };
    // As on AWS (github.com/aws/aws-sdk/issues/186): an event for a bus that is not there gets an id, and is gone.
    if (!names.has(name)) return { EventId: event.id };
    return onEvent(event).then(
      () => ({ EventId: event.id }),
      () => ({ ErrorCode: 'InternalFailure', ErrorMessage: 'Unable to put the event.' }),
    );
  };

  const operations: Record<string, (input: Record<string, unknown>) => Promise<Record<string, unknown>>> = {
    DescribeEventBus: async (input) => {
      const name = nameOf(readMembers({ Name: busName.optional() }, input).Name ?? 'default');
      if (names.has(name)) return describe(name);
      throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
    },
    CreateEventBus: async (input) => {
      const { Name: name } = readMembers({ Name: newName }, input);
      if (names.has(name)) throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      names.add(name);
      return { EventBusArn: arnOf(name) };
    },
    DeleteEventBus: async (input) => {
      const name = nameOf(readMembers({ Name: busName }, input).Name);
      if (name === 'default') throw new AwsError('ValidationException', 'Cannot delete event bus default.');
      names.delete(name);
      return {};
    },
    ListEventBuses: async (input) => {
      const { NamePrefix = '', Limit = 100, NextToken } = readMembers(toList, input);
      const found = [...names].filter((name) => name.startsWith(NamePrefix));
      const first = NextToken === undefined ? 0 : found.findIndex((name) => tokenOf(name) === NextToken);
      if (first < 0) throw new AwsError('ValidationException', 'Invalid NextToken.');
      const next = found[first + Limit];
      return {
        EventBuses: found.slice(first, first + Limit).map(describe),
        ...(next === undefined ? {} : { NextToken: tokenOf(next) }),
      };
    },
    PutEvents: async (input) => {
      const entries = [];
      for (const entry of readEntries(input)) entries.push(await put(entry));
      return { FailedEntryCount: entries.filter((entry) => 'ErrorCode' in entry).length, Entries: entries };
    },
  };

  return {
    signingName: 'events',
    call: (name, input) => {
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      return operation ? operation(input) : Promise.reject(unknownOperation(name));
    },
  };
};
