import type { Policy } from './policy.ts';

/**
 * PingOne mints and revokes the credentials of a gateway, and its kits call PingOne itself. Where it is asked follows from
 * `region`, or is given as URLs; `workerSecret` names a secret and never holds one.
 */
export type PingOneAuthority = {
  readonly kind: 'pingone';
  readonly environmentId: string;
  readonly gatewayId: string;
  readonly workerSecret: string;
  readonly region?: 'NA' | 'CA' | 'EU' | 'AU' | 'SG' | 'AP';
  readonly apiUrl?: string;
  readonly tokenUrl?: string;
  readonly serviceUrl?: string;
  /** How late `lastUsedAt` may show a use. */
  readonly lastUsedLagSeconds: number;
  /** How long after a create that was given up it may still take effect. */
  readonly lateCommitSeconds: number;
};

/** Who mints and revokes, and how rotations are done; without `authority` it is the builtin one. */
type UseIsSeen = { readonly authority?: PingOneAuthority | undefined; readonly policy: Policy };

/** How much later than it happened a use may be seen: recorded only so often, or shown only after PingOne's lag. */
export const useDelaySeconds = ({ authority, policy }: UseIsSeen): number =>
  authority ? authority.lastUsedLagSeconds : policy.useRecordingSeconds;

/** Until when a seen use may have gone on unseen. */
export const usedUntilMs = (gateway: UseIsSeen, lastUseMs: number | undefined): number | undefined =>
  lastUseMs === undefined ? undefined : lastUseMs + useDelaySeconds(gateway) * 1000;

/** Who lets a kit's request in: what is seen to accept a credential, or to refuse it. */
export const deciderOf = ({ authority }: Pick<UseIsSeen, 'authority'>): 'PingOne' | 'the policy check' =>
  authority ? 'PingOne' : 'the policy check';

/**
 * How long after its time a compromised credential may still be accepted at PingOne, which has no clock for it: the workflow
 * tells it then, and where no execution can, the reconciler of the next minute. How soon PingOne acts, it does not say.
 */
export const toldWithinMs = 60_000;

/** Whether both settings name the same gateway of the same environment; the rest of them may change at any time. */
export const isSameAuthority = (one: PingOneAuthority | undefined, other: PingOneAuthority | undefined): boolean =>
  one?.environmentId === other?.environmentId && one?.gatewayId === other?.gatewayId;
