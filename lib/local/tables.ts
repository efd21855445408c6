import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { resourcesOf, type Template } from '../emulator/cloudformation/template.ts';

/** Creates the template's tables that do not exist yet, with their keys and indexes as declared there, and waits until all are active. */
export const createTables = async (dynamodb: DynamoDBClient, template: Template): Promise<void> => {
  for (const { logicalId, Properties } of resourcesOf(template, 'AWS::DynamoDB::Table')) {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } =
      Properties as unknown as CreateTableCommandInput;
    await dynamodb
      .send(
        new CreateTableCommand({
          TableName: logicalId,
          AttributeDefinitions,
          KeySchema,
          BillingMode: 'PAY_PER_REQUEST',
          ...(GlobalSecondaryIndexes ? { GlobalSecondaryIndexes } : {}),
        }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw error;
      });
    while (!(await isActive(dynamodb, logicalId))) await pause(20);
  }
};

const isActive = async (dynamodb: DynamoDBClient, table: string): Promise<boolean> =>
  (await dynamodb.send(new DescribeTableCommand({ TableName: table }))).Table?.TableStatus === 'ACTIVE';
