import type { Metric } from '../../../lambdas/domain/metric.ts';

/** What each metric says, for whoever meets it in Prometheus. */
export const metricHelp: Readonly<Record<Metric, string>> = {
  UseRecordingFailed: 'A use could not be written: quiet cannot be trusted while this goes on.',
  RevokedCredentialUsed: 'Somebody presented the right value of a revoked credential.',
  CompromisedCredentialUsed: 'Somebody presented the right value of a compromised credential that is refused already.',
  StaleRecordServed: 'The tables could not be read, and a copy within serveStaleSeconds said yes.',
  GatewayRecordUnreadable: 'The tables could not be read, and nothing could be served: the kit gets a 5xx.',
  ForwardFailed: 'A request that is forwarded to PingOne got no decision from there.',
  ForwardRefused: 'PingOne refuses the credential that the policy check presents to it.',
  RepairMade: 'The reconciler made something go on that did not by itself.',
  ReconcileFailed: 'The reconciler could not do its work for a gateway.',
  RotationInOverlap: 'Secrets Manager began a rotation while another one overlaps.',
  RotationsRunning: 'Rotations that run.',
  RotationsHeld: 'Rotations that wait for a person.',
  RotationsOverdue: 'Rotations that run past their deadline.',
  KitsLate: 'Kits without evidence, in rotations whose owners had to be reminded.',
  SuccessorsMissing: 'Gateways of which no credential stays accepted, and whose successor could not be made.',
  OwnKeysEnding: 'Own keys that end before a rotation could.',
  SchedulesOverdue: 'Secrets whose NextRotationDate has passed without a rotation.',
  NewsGivenUp: 'News that could not be delivered for a day, and that nobody tries to deliver any more.',
  SecretsInTrouble: 'Secrets that differ from what the record says of them.',
};
