import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { integer, oneOf, patterned, readMembers, text } from '../wire/members.ts';
import { AwsError, type Clock } from '../wire/service.ts';
import type { SsmCalls } from './ssm.ts';

/** What a node says of a command; `Pending` until it has taken it. */
export type NodeOutcome = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'DeliveryTimedOut';

export type ManagedNode = {
  readonly instanceId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Runs the document with these parameters, or says how far it is; asked at the command and again by `settle` until it is over. */
  run(parameters: Readonly<Record<string, string>>): NodeOutcome;
};

export type CommandDocument = {
  readonly name: string;
  /** Its versions are 1 to this number. */
  readonly versions: number;
  /** The patterns of its parameters; none of them has a default. */
  readonly parameters: Readonly<Record<string, RegExp>>;
};

type Command = {
  readonly commandId: string;
  readonly requestedAtMs: number;
  readonly asked: Asked;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outcomes: Map<ManagedNode, NodeOutcome>;
};

const version = patterned(1, 12, /^(\$LATEST|\$DEFAULT|[1-9][0-9]*)$/);
const form = {
  DocumentName: patterned(3, 128, /^[a-zA-Z0-9_\-.:/]{3,128}$/),
  DocumentVersion: version.optional(),
  InstanceIds: z.array(text(1, 128)).max(50).optional(),
  Targets: z
    .array(z.object({ Key: text(1, 163), Values: z.array(z.string()).max(50) }))
    .max(5)
    .optional(),
  Comment: text(0, 100).optional(),
  Parameters: z.record(z.string(), z.array(z.string())).optional(),
  TimeoutSeconds: integer(30, 2_592_000).optional(),
};
type Asked = ReturnType<typeof readMembers<typeof form>>;
const listing = {
  CommandId: text(36, 36).optional(),
  Filters: z
    .array(z.object({ key: oneOf(['DocumentName', 'InvokedAfter']), value: text(1, 128) }))
    .max(5)
    .optional(),
  MaxResults: integer(1, 50).optional(),
  NextToken: z.string().optional(),
};

type RunCommandOptions = {
  readonly clock: Clock;
  readonly documents: readonly CommandDocument[];
  readonly nodes: readonly ManagedNode[];
};

/** Run Command on this machine: `calls` for the service, and `settle`, after which nodes that were not ready have had another turn. */
export const runCommand = ({ clock, documents, nodes }: RunCommandOptions) => {
  const commands: Command[] = [];
  const turn = ({ outcomes, parameters }: Command): void => {
    for (const [node, outcome] of outcomes)
      if (outcome === 'Pending' || outcome === 'InProgress') outcomes.set(node, node.run(parameters));
  };
  const documentOf = (name: string, asked: string | undefined): CommandDocument => {
    const found = documents.find((one) => one.name === name);
    if (!found) throw new AwsError('InvalidDocument', `Document with name ${name} does not exist.`);
    if (asked !== undefined && !asked.startsWith('$') && Number(asked) > found.versions)
      throw new AwsError('InvalidDocumentVersion', 'The document version is not valid or does not exist.');
    return found;
  };
  const nodesOf = ({ InstanceIds, Targets }: Asked): readonly ManagedNode[] => {
    if ((InstanceIds === undefined) === (Targets === undefined))
      throw new AwsError('InvalidInstanceId', 'Specify either InstanceIds or Targets.');
    if (Targets)
      return nodes.filter(({ tags }) =>
        Targets.every(({ Key, Values }) => Values.includes(tags[Key.replace(/^tag:/, '')] ?? '')),
      );
    const found = (InstanceIds ?? []).flatMap((id) => nodes.find(({ instanceId }) => instanceId === id) ?? []);
    if (found.length < (InstanceIds ?? []).length)
      throw new AwsError('InvalidInstanceId', 'Instances not in a valid state for account.');
    return found;
  };
  const calls: SsmCalls = {
    SendCommand: async (input) => {
      const asked = readMembers(form, input);
      const document = documentOf(asked.DocumentName, asked.DocumentVersion);
      const parameters = parametersFor(document, asked.Parameters ?? {});
      const outcomes = new Map(nodesOf(asked).map((node): [ManagedNode, NodeOutcome] => [node, 'Pending']));
      const command = { commandId: randomUUID(), requestedAtMs: clock(), asked, parameters, outcomes };
      commands.push(command);
      const answer = shown(command);
      turn(command);
      return { Command: answer };
    },
    ListCommands: async (input) => {
      const { CommandId, Filters = [], MaxResults = 50, NextToken } = readMembers(listing, input);
      const start = Number(NextToken ?? 0);
      if (!Number.isInteger(start) || start < 0) throw new AwsError('InvalidNextToken', 'The token is not valid.');
      const wanted = commands
        .filter(({ commandId }) => CommandId === undefined || commandId === CommandId)
        .filter((one) => Filters.every((filter) => passes(one, filter)))
        .toReversed();
      const end = start + MaxResults;
      return {
        Commands: wanted.slice(start, end).map(shown),
        ...(end < wanted.length ? { NextToken: String(end) } : {}),
      };
    },
    DescribeDocument: async (input) => {
      const { Name, DocumentVersion } = readMembers(
        { Name: form.DocumentName, DocumentVersion: version.optional() },
        input,
      );
      const { name, parameters } = documentOf(Name, DocumentVersion);
      const Parameters = Object.keys(parameters).map((parameter) => ({ Name: parameter, Type: 'String' }));
      return { Document: { Name: name, DocumentType: 'Command', Status: 'Active', Parameters } };
    },
  };
  return { calls, settle: (): void => commands.forEach(turn), sent: commands as readonly Command[] };
};

const parametersFor = (
  { parameters }: CommandDocument,
  given: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, string>> => {
  const isFit = Object.entries(given).every(
    ([name, [one = '', ...more]]) => more.length === 0 && parameters[name]?.test(one),
  );
  if (!isFit || Object.keys(given).length < Object.keys(parameters).length)
    throw new AwsError('InvalidParameters', 'Parameters of the document are missing, unknown or do not fit.');
  return Object.fromEntries(Object.entries(given).map(([name, [one = '']]) => [name, one]));
};

const passes = ({ asked, requestedAtMs }: Command, { key, value }: { key: string; value: string }): boolean =>
  key === 'DocumentName' ? asked.DocumentName === value : requestedAtMs >= Date.parse(value);

/** Status and counts as the reference of Command says them: a command on no node ends at once, and not badly. */
const shown = ({ commandId, requestedAtMs, asked, outcomes }: Command) => {
  const all = [...outcomes.values()];
  const count = (...which: readonly NodeOutcome[]): number => all.filter((one) => which.includes(one)).length;
  const isOver = count('Pending', 'InProgress') === 0;
  const [failed, timedOut] = [count('Failed'), count('DeliveryTimedOut')];
  const ended = failed > 0 ? 'Failed' : timedOut > 0 ? 'TimedOut' : 'Success';
  return {
    ...{ CommandId: commandId, Comment: asked.Comment ?? '', RequestedDateTime: requestedAtMs / 1000 },
    ...{ DocumentName: asked.DocumentName, DocumentVersion: asked.DocumentVersion ?? '$DEFAULT' },
    ...{ Parameters: asked.Parameters ?? {}, InstanceIds: asked.InstanceIds ?? [], Targets: asked.Targets ?? [] },
    Status: isOver ? ended : count('Pending') === all.length ? 'Pending' : 'InProgress',
    ...{ TargetCount: all.length, CompletedCount: all.length - count('Pending', 'InProgress') },
    ...{ ErrorCount: failed, DeliveryTimedOutCount: timedOut },
  };
};
