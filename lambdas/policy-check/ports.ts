import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { RefusedSource, Seen } from '../domain/kit.ts';
import type { PolicyCheckMetric } from '../domain/metric.ts';

/** What the policy check asks of the world. A rejection of either call means "could not", whatever it is rejected with. */
export type Ports = {
  /** The gateway record by a strongly consistent read; `undefined` when the gateway is not registered. */
  readGateway(gatewayId: GatewayId, signal: AbortSignal): Promise<Gateway | undefined>;
  /** One write of use; `nowMs` is the time of use in epoch milliseconds. False, and nothing is written, when its place is full. */
  recordUse(seen: Seen, nowMs: number, signal: AbortSignal): Promise<boolean>;
  /** One write, beside the use of a source that has used the credential. False, and nothing is written, for every other one. */
  recordRefusal(refused: RefusedSource, nowMs: number, signal: AbortSignal): Promise<boolean>;
  /** Whether a kit is registered, by a read; asked only when more sources use a credential than are told apart. */
  isRegistered(gatewayId: GatewayId, kitId: string, shardCount: number, signal: AbortSignal): Promise<boolean>;
  /** The clock of this instance, in epoch milliseconds. */
  nowMs(): number;
  count(metric: PolicyCheckMetric, gatewayId: GatewayId): void;
};
