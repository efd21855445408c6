import type { Gateway } from '../domain/gateway.ts';
import type { CredentialId, GatewayId } from '../domain/ids.ts';
import type { PolicyCheckMetric } from './metric.ts';

/** Where and by whom a credential was used; `probe` is the hash of the nonce of one of our own probes. */
export type Seen = {
  readonly gatewayId: GatewayId;
  readonly credentialId: CredentialId;
  readonly shard: number;
  readonly source: { readonly kitId?: string; readonly address: string } | { readonly probe: string };
};

/** What the policy check asks of the world. A rejection of either call means "could not", whatever it is rejected with. */
export type Ports = {
  /** The gateway record by a strongly consistent read; `undefined` when the gateway is not registered. */
  readGateway(gatewayId: GatewayId, signal: AbortSignal): Promise<Gateway | undefined>;
  /** One write of use; `nowMs` is the time of use in epoch milliseconds. */
  recordUse(seen: Seen, nowMs: number, signal: AbortSignal): Promise<void>;
  /** The clock of this instance, in epoch milliseconds. */
  nowMs(): number;
  count(metric: PolicyCheckMetric, gatewayId: GatewayId): void;
};
