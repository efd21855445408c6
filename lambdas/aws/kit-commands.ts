import type { Command, SSMClient } from '@aws-sdk/client-ssm';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import type { CommandNodes, CommandShown, CommandState, KitCommands } from '../ports.ts';
import { onFirstCall } from './on-first-call.ts';
import { callForKit } from './sdk-errors.ts';

type Sdk = typeof import('@aws-sdk/client-ssm');

/** Run Command of AWS Systems Manager. Its SDK is loaded with the first call: most deployments have no such kit. */
export const kitCommandsIn = (open: (sdk: Sdk) => SSMClient): KitCommands => {
  const ssm = onFirstCall(() => import('@aws-sdk/client-ssm'), open);
  const list = async (
    asked: ConstructorParameters<Sdk['ListCommandsCommand']>[0],
    signal: AbortSignal,
  ): Promise<readonly CommandShown[]> => {
    const { sdk, client } = await ssm();
    const found: Command[] = [];
    let next: string | undefined;
    do {
      const command = new sdk.ListCommandsCommand({ MaxResults: 50, ...asked, ...(next ? { NextToken: next } : {}) });
      const answer = await callForKit(client.send(command, { abortSignal: signal }), signal);
      found.push(...(answer?.Commands ?? []));
      next = answer?.NextToken;
    } while (next);
    return found.flatMap(shownOf);
  };
  return {
    parametersOf: async (Name, DocumentVersion, signal) => {
      const { sdk, client } = await ssm();
      const asked = new sdk.DescribeDocumentCommand({ Name, DocumentVersion });
      const found = await callForKit(client.send(asked, { abortSignal: signal }), signal).catch(unlessAbsent);
      return found?.Document && (found.Document.Parameters ?? []).flatMap(({ Name: name }) => name ?? []);
    },
    sentSince: (documentName, sinceMs, signal) => {
      const InvokedAfter = `${new Date(sinceMs).toISOString().slice(0, 19)}Z`; // whole seconds
      const Filters = [
        { key: 'DocumentName' as const, value: documentName },
        { key: 'InvokedAfter' as const, value: InvokedAfter },
      ];
      return list({ Filters }, signal);
    },
    show: async (CommandId, signal) => (await list({ CommandId }, signal).catch(unlessAbsent))?.[0],
    send: async ({ documentName, documentVersion, nodes, comment, parameters, timeoutSeconds }, signal) => {
      const { sdk, client } = await ssm();
      const command = new sdk.SendCommandCommand({
        DocumentName: documentName,
        DocumentVersion: documentVersion,
        ...targetsOf(nodes),
        Comment: comment,
        Parameters: Object.fromEntries(Object.entries(parameters).map(([name, text]) => [name, [text]])),
        TimeoutSeconds: timeoutSeconds,
      });
      const answer = await callForKit(client.send(command, { abortSignal: signal }), signal);
      const commandId = answer?.Command?.CommandId;
      if (commandId === undefined) throw new KitCallFailed('SERVER_ERROR', 'a command without an id');
      return commandId;
    },
  };
};

/** `InvalidDocument` and its like are what Systems Manager says of what is not there (yet). */
const unlessAbsent = (error: unknown): undefined => {
  const isAbsent = error instanceof KitCallFailed && /^Invalid(Document|DocumentVersion|CommandId),/.test(error.answer);
  if (!isAbsent) throw error;
};

const targetsOf = (nodes: CommandNodes) =>
  'tag' in nodes
    ? { Targets: [{ Key: `tag:${nodes.tag.key}`, Values: [nodes.tag.value] }] }
    : { InstanceIds: [...nodes.instanceIds] };

const shownOf = (command: Command): readonly CommandShown[] => {
  const { CommandId, Comment = '', RequestedDateTime, TargetCount = 0, CompletedCount = 0 } = command;
  if (CommandId === undefined || RequestedDateTime === undefined) return [];
  return [
    {
      ...{ commandId: CommandId, comment: Comment, requestedAtMs: RequestedDateTime.getTime() },
      ...{ state: stateOf(command), ended: CompletedCount, nodes: TargetCount },
    },
  ];
};

/** Success is what every node has said, and not what nobody was asked. */
const stateOf = ({
  Status,
  TargetCount = 0,
  CompletedCount = 0,
  ErrorCount = 0,
  DeliveryTimedOutCount = 0,
}: Command): CommandState => {
  if (Status === 'Pending' || Status === 'InProgress' || Status === 'Cancelling') return 'RUNNING';
  if (TargetCount === 0) return 'NO_NODES';
  if (DeliveryTimedOutCount > 0) return 'NOT_DELIVERED';
  return Status === 'Success' && CompletedCount === TargetCount && ErrorCount === 0 ? 'SUCCEEDED' : 'FAILED';
};
