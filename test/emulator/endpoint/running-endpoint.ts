import { type DynamoDb, openDynamoDb } from '../../../lib/emulator/dynamodb/dynamodb.ts';
import type { AnsweredCall, CheckAccess } from '../../../lib/emulator/endpoint/answers.ts';
import { type Endpoint, startEndpoint } from '../../../lib/emulator/endpoint/endpoint.ts';
import { type AccessKey, createKeys, type Keys, OPERATOR } from '../../../lib/emulator/wire/keys.ts';
import type { AwsService, Clock } from '../../../lib/emulator/wire/service.ts';

/**
 * An endpoint on a free port, in memory, and what an SDK client needs to talk to it as the operator; without `checkAccess`
 * anybody may call anything. Services that issue keys are made of those of the endpoint.
 */
export type Running = {
  readonly endpoint: Endpoint;
  readonly dynamoDb: DynamoDb;
  readonly keys: Keys;
  readonly operator: AccessKey;
  readonly clientOptions: { endpoint: string; region: string; credentials: AccessKey; maxAttempts: number };
  close(): Promise<void>;
};

export const runEndpoint = async (
  services: readonly AwsService[] | ((keys: Keys) => readonly AwsService[]) = [],
  clock: Clock = Date.now,
  onCall?: (call: AnsweredCall) => void,
  checkAccess: CheckAccess = async () => undefined,
): Promise<Running> => {
  const keys = createKeys(undefined, { region: 'us-east-1', endpointUrl: 'http://127.0.0.1:4566' });
  const dynamoDb = await openDynamoDb(undefined);
  const arnOf = (callerName: string): string => `arn:aws:iam::000000000000:user/${callerName}`;
  const served = typeof services === 'function' ? services(keys) : services;
  const options = {
    address: '127.0.0.1',
    port: 0,
    keys,
    dynamoDb,
    services: served,
    clock,
    checkAccess,
    arnOf,
    onCall,
  };
  const endpoint = await startEndpoint(options);
  const operator = keys.keyOf(OPERATOR);
  return {
    endpoint,
    dynamoDb,
    keys,
    operator,
    clientOptions: { endpoint: endpoint.url, region: 'us-east-1', credentials: operator, maxAttempts: 1 },
    close: async () => {
      await endpoint.close();
      await dynamoDb.close();
      keys.close();
    },
  };
};
