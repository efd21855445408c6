import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import type { System } from '../support/system.ts';

/** Everything that was written or answered anywhere, by where. */
export const openOutputs = () => {
  const outputs = new Map<string, string>();
  const keep = (where: string, what: unknown): void =>
    void outputs.set(where, `${outputs.get(where) ?? ''}\n${typeof what === 'string' ? what : JSON.stringify(what)}`);
  return {
    outputs,
    keep,
    /** What a call answers, or the error that it ends with. */
    attempt: async (where: string, work: () => Promise<unknown>): Promise<void> =>
      keep(where, await work().catch((error: unknown) => `${String(error)} ${JSON.stringify(error)}`)),
    /** What the system has written: logs, events, messages, tables, and executions with their inputs, outputs and histories. */
    collect: async ({ deployment, logged, events, messages }: System): Promise<void> => {
      const { stepFunctions, cloud } = deployment;
      const { stateMachineArn, gatewaysTable, useTable } = cloud.outputs;
      keep('logs', logged);
      keep('events', events);
      keep('messages to owners', messages);
      const dynamodb = new DynamoDBClient(clientSettings({ environment: cloud.operator }));
      for (const TableName of [gatewaysTable, useTable])
        keep(`table ${TableName}`, (await dynamodb.send(new ScanCommand({ TableName }))).Items);
      dynamodb.destroy();
      const { executions = [] } = await stepFunctions.send(new ListExecutionsCommand({ stateMachineArn }));
      for (const { executionArn } of executions) {
        keep('executions', await stepFunctions.send(new DescribeExecutionCommand({ executionArn })));
        const history = new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 });
        keep('executions', (await stepFunctions.send(history)).events);
      }
    },
  };
};
