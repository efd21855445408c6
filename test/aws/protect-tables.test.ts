import { DescribeTableCommand, type DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { protectTablesIn } from '../../lambdas/aws/protect-tables.ts';

/** Tables of which these are protected; dynalite knows no deletion protection. */
const tables = (isProtected: Record<string, boolean>) => {
  const updates: unknown[] = [];
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof DescribeTableCommand)
      return { Table: { DeletionProtectionEnabled: isProtected[command.input.TableName ?? ''] } };
    if (!(command instanceof UpdateTableCommand)) throw new Error('Nothing else is done to a table.');
    updates.push(command.input);
    return {};
  };
  return { updates, dynamodb: { send } as unknown as DynamoDBClient };
};

it('protects each table that is not protected, and asks nothing of one that is', async () => {
  const { updates, dynamodb } = tables({ gateways: true, use: false });
  await protectTablesIn(dynamodb)(['gateways', 'use']);
  expect(updates).toEqual([{ TableName: 'use', DeletionProtectionEnabled: true }]);
});

it('fails the deployment with the name of a table that cannot be protected', async () => {
  const send = async () => {
    throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  };
  await expect(protectTablesIn({ send } as unknown as DynamoDBClient)(['gateways'])).rejects.toMatchObject({
    name: 'StepFailed',
    message: expect.stringContaining('Looking at table gateways'),
  });
});
