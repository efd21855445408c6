import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readGateway } from '../aws/gateway-item.ts';
import { isRegisteredKit } from '../aws/kits.ts';
import { recordRefusal, recordUse } from '../aws/uses.ts';
import type { Ports } from '../policy-check/ports.ts';
import { clientSettings } from '../runtime/client-settings.ts';
import { variables } from '../runtime/environment.ts';
import type { Runtime } from '../runtime/host.ts';
import { countMetric } from '../runtime/log.ts';

/**
 * What the policy check asks of the world, for the one function on the path of every API request: apart from the other parts,
 * so that its bundle holds one SDK client. One attempt per call and tight timeouts: the budget is the policy check's own.
 */
export const policyCheckPorts = ({ environment, log, now }: Runtime): Ports => {
  const { GATEWAYS_TABLE, USE_TABLE } = variables(environment, 'GATEWAYS_TABLE', 'USE_TABLE');
  const requestHandler = { connectionTimeout: 300, requestTimeout: 600, throwOnRequestTimeout: true };
  const dynamodb = new DynamoDBClient({ ...clientSettings(environment), maxAttempts: 1, requestHandler });
  return {
    readGateway: (gatewayId, signal) => readGateway(dynamodb, GATEWAYS_TABLE, gatewayId, signal),
    recordUse: (seen, nowMs, signal) => recordUse(dynamodb, USE_TABLE, seen, nowMs, signal),
    recordRefusal: (refused, nowMs, signal) => recordRefusal(dynamodb, USE_TABLE, refused, nowMs, signal),
    isRegistered: (gatewayId, kitId, shardCount, signal) =>
      isRegisteredKit(dynamodb, GATEWAYS_TABLE, { gatewayId, kitId, shardCount }, signal),
    nowMs: now,
    count: (metric, gatewayId) => countMetric(log, metric, { gatewayId }),
  };
};
