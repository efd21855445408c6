import { DescribeTableCommand, type DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { callAws, services } from './sdk-errors.ts';

/**
 * Switches on the deletion protection of these tables, where it is off. The template cannot: CloudFormation could not roll
 * back a stack whose tables are protected from their first moment. Throws TemporarilyUnavailable and StepFailed.
 */
export const protectTablesIn =
  (dynamodb: DynamoDBClient) =>
  async (tables: readonly string[]): Promise<void> => {
    for (const TableName of tables) {
      const described = dynamodb.send(new DescribeTableCommand({ TableName }));
      const { Table } = await callAws(services.dynamodb, `Looking at table ${TableName}`, described);
      if (Table?.DeletionProtectionEnabled === true) continue;
      const update = dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
      await callAws(services.dynamodb, `Protecting table ${TableName}`, update);
    }
  };
