import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { ItemCalls } from './item-calls.ts';

/** The calls by the SDK: for everything but the policy check, and the reference for what it does by itself. */
export const itemCallsOf = (dynamodb: DynamoDBClient): ItemCalls => {
  const given = (signal?: AbortSignal) => (signal ? { abortSignal: signal } : {});
  return {
    getItem: async (input, signal) => (await dynamodb.send(new GetItemCommand(input), given(signal))).Item,
    updateItem: async (input, signal) => {
      await dynamodb.send(new UpdateItemCommand(input), given(signal));
    },
  };
};
