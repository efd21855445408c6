import { parseRecord, readRecordText } from '../aws/gateway-item.ts';
import type { ItemCalls } from '../aws/item-calls.ts';
import { keptPostTo } from '../aws/kept-post.ts';
import { recordRefusal, recordUse } from '../aws/record-use.ts';
import { isRegisteredKit } from '../aws/registered-kit.ts';
import { itemCallsBy, signedItemCalls } from '../aws/signed-item-calls.ts';
import { memoryLimits } from '../policy-check/instance-memory.ts';
import { parsingOnce } from '../policy-check/parse-once.ts';
import type { Ports } from '../policy-check/ports.ts';
import { clientSettings, credentialsIn } from '../runtime/client-settings.ts';
import { variables } from '../runtime/environment.ts';
import type { Runtime } from '../runtime/host.ts';
import { countMetric } from '../runtime/log.ts';

const itemCallsIn = (environment: Runtime['environment']): ItemCalls => {
  const { region, endpoint } = clientSettings({ environment });
  return signedItemCalls({ region, endpoint, keys: () => credentialsIn(environment) }, keptPostTo, Date.now);
};

/**
 * What the policy check asks of the world, for the one function on the path of every API request: apart from the other parts,
 * so that its bundle holds no SDK. One attempt per call: the budget is the policy check's own.
 */
export const policyCheckPorts = (runtime: Runtime): Ports => {
  const { environment, transport } = runtime;
  return portsOver(transport ? itemCallsBy(transport.dynamodb) : itemCallsIn(environment), runtime);
};

/** The same over whatever makes the calls. */
export const portsOver = (calls: ItemCalls, { environment, log, now }: Runtime): Ports => {
  const { GATEWAYS_TABLE, USE_TABLE } = variables(environment, 'GATEWAYS_TABLE', 'USE_TABLE');
  const parse = parsingOnce(parseRecord, memoryLimits.copies);
  return {
    readGateway: async (gatewayId, signal) => {
      const text = await readRecordText(calls, GATEWAYS_TABLE, gatewayId, signal);
      return text === undefined ? undefined : parse(gatewayId, text);
    },
    recordUse: (seen, nowMs, signal) => recordUse(calls, USE_TABLE, seen, nowMs, signal),
    recordRefusal: (refused, nowMs, signal) => recordRefusal(calls, USE_TABLE, refused, nowMs, signal),
    isRegistered: (gatewayId, kitId, shardCount, signal) =>
      isRegisteredKit(calls, GATEWAYS_TABLE, { gatewayId, kitId, shardCount }, signal),
    nowMs: now,
    count: (metric, gatewayId) => countMetric(log, metric, { gatewayId }),
  };
};
