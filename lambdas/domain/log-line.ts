import type { Metric } from './metric.ts';

/** What a line may say besides its message: ids, codes, counts and reasons. A field that is not here does not compile; a value, a header or a body has none. */
export type LogFields = {
  readonly gatewayId?: string;
  readonly kitId?: string;
  readonly rotationId?: string;
  readonly credentialId?: string;
  readonly owner?: string;
  readonly code?: string;
  readonly kind?: string;
  readonly why?: string;
  readonly refused?: string;
  readonly error?: string | { readonly name?: string; readonly message?: string };
  readonly blockers?: readonly object[];
  readonly laggards?: readonly object[];
  readonly nextRotationAtMs?: number;
  readonly function?: string;
  readonly requestId?: string;
  /** The rotation that the call is about: the same in every function's lines, in events and in the audit. */
  readonly correlation_id?: string;
};

/** What is counted: over all gateways, and for the one that it is about. */
export type MetricFields = {
  readonly metrics: Readonly<Partial<Record<Metric, number>>>;
  readonly gatewayId?: string;
};
export const isCounted = (fields: LogFields | MetricFields): fields is MetricFields => 'metrics' in fields;

/** Writes one structured line. */
export type Log = (level: 'INFO' | 'WARN' | 'ERROR', message: string, fields?: LogFields | MetricFields) => void;
