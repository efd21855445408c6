import { DeleteItemCommand, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { resourcesOf, type Template } from '../emulator/cloudformation/template.ts';

type Expiring = { readonly table: string; readonly attribute: string; readonly keys: readonly string[] };

/** The tables of the template whose items end by themselves, by an attribute in epoch seconds. */
const expiringIn = (template: Template): readonly Expiring[] =>
  resourcesOf(template, 'AWS::DynamoDB::Table').flatMap(({ logicalId, Properties }) => {
    const { AttributeName, Enabled } = Object(Properties?.TimeToLiveSpecification) as Record<string, unknown>;
    if (Enabled !== true || typeof AttributeName !== 'string') return [];
    const schema = (Properties?.KeySchema ?? []) as readonly { readonly AttributeName: string }[];
    return [{ table: logicalId, attribute: AttributeName, keys: schema.map((key) => key.AttributeName) }];
  });

/**
 * Deletes the items whose time has passed, as DynamoDB does by itself ("Using time to live in DynamoDB"), so that what is kept
 * here has an end. One that was used again meanwhile stays. Answers how many went.
 */
export const removeExpired = async (dynamodb: DynamoDBClient, template: Template, nowMs: number): Promise<number> => {
  let removed = 0;
  for (const { table, attribute, keys } of expiringIn(template)) {
    const past = {
      TableName: table,
      ExpressionAttributeNames: { '#ends': attribute },
      ExpressionAttributeValues: { ':now': { N: String(Math.floor(nowMs / 1000)) } },
    };
    for await (const { Items = [] } of paginateScan(
      { client: dynamodb },
      { ...past, FilterExpression: '#ends < :now' },
    ))
      for (const item of Items) {
        const Key = Object.fromEntries(keys.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
        const gone = await dynamodb
          .send(new DeleteItemCommand({ ...past, Key, ConditionExpression: '#ends < :now' }))
          .then(() => true)
          .catch((error: unknown) => {
            if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
            throw error;
          });
        if (gone) removed += 1;
      }
  }
  return removed;
};
