/** Where CloudWatch keeps what we count, and the one dimension that every count has: the deployment that counts. Alarms and dashboards read these. */
export const metricNamespace = 'GatewayCredentialRotation';
export const metricDimension = 'service';

/** What the policy check counts, each for a gateway too. */
export const policyCheckMetrics = [
  /** A use could not be written: quiet cannot be trusted while this goes on. */
  'UseRecordingFailed',
  /** Somebody presented the right value of a revoked credential: an attack signal. */
  'RevokedCredentialUsed',
  /** Somebody presented the right value of a compromised credential that is refused already: an attack signal. */
  'CompromisedCredentialUsed',
  /** DynamoDB could not be read, and a copy within `serveStaleSeconds` said yes. */
  'StaleRecordServed',
  /** DynamoDB could not be read, and nothing could be served: the kit gets a 5xx. */
  'GatewayRecordUnreadable',
  /** A request that is forwarded to PingOne got no decision from there: the kit gets a 5xx. */
  'ForwardFailed',
  /** PingOne refuses the credential that we present to it: every forwarded request fails until it is mended. */
  'ForwardRefused',
] as const;
export type PolicyCheckMetric = (typeof policyCheckMetrics)[number];

/** What else is counted when it happens, each for a gateway too. */
export const eventMetrics = [
  /** The reconciler made something go on that did not by itself. */
  'RepairMade',
  /** The reconciler could not do its work for a gateway. */
  'ReconcileFailed',
  /** Secrets Manager began a rotation while another one overlaps (the error of that name). */
  'RotationInOverlap',
  /** A message to people was given up: a channel refused it, or did not take it for hours. */
  'NewsGivenUp',
] as const;

/** How many there are now, over all gateways: measured by the reconciler, every minute unless said. */
export const gaugeMetrics = [
  'RotationsRunning',
  'RotationsHeld',
  /** Rotations that run past their deadline. */
  'RotationsOverdue',
  /** Kits without evidence, in rotations whose owners had to be reminded: the first level of the escalation. */
  'KitsLate',
  /** Gateways of which no credential stays accepted, and whose successor could not be made by an attempt. */
  'SuccessorsMissing',
  /** Own keys that end before a rotation could, as looked at once a day. */
  'OwnKeysEnding',
  /** Secrets whose NextRotationDate has passed without a rotation; every 15 minutes. */
  'SchedulesOverdue',
  /** Secrets that differ from what the record says of them; every 15 minutes. */
  'SecretsInTrouble',
] as const;
export type GaugeMetric = (typeof gaugeMetrics)[number];

/** Everything that is counted. */
export type Metric = PolicyCheckMetric | (typeof eventMetrics)[number] | GaugeMetric;
