import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { recordStoreIn } from '../aws/gateways.ts';
import type { Gateways, RecordStore } from '../ports.ts';
import { gatewaysOver } from '../workflow/shared/change-record.ts';

/** The gateway records of a table, changed as every use case changes them. */
export const gatewaysIn = (
  dynamodb: DynamoDBClient,
  table: string,
  publish: RecordStore['publish'],
  now: () => number,
): Gateways => gatewaysOver({ store: recordStoreIn(dynamodb, table, publish), now });
