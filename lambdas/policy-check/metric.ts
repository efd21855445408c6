/** What the policy check counts, always by gateway: each of them is alarmed. */
export type PolicyCheckMetric =
  /** A use could not be written: quiet cannot be trusted while this goes on. */
  | 'UseRecordingFailed'
  /** Somebody presented the right value of a revoked credential: an attack signal. */
  | 'RevokedCredentialUsed'
  /** Somebody presented the right value of a compromised credential that is refused already: an attack signal. */
  | 'CompromisedCredentialUsed'
  /** DynamoDB could not be read, and a copy within `serveStaleSeconds` said yes. */
  | 'StaleRecordServed'
  /** DynamoDB could not be read, and nothing could be served: the kit gets a 5xx. */
  | 'GatewayRecordUnreadable';
