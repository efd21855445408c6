import { isSameAuthority, type PingOneAuthority } from './authority.ts';
import { differencesOf, same } from './configuration-differences.ts';
import { type By, by, type Decision, record, refuse, unchanged, withEntry } from './decision.ts';
import type { AccessDecision, Gateway } from './gateway.ts';
import type { GatewayId } from './ids.ts';
import type { Labels } from './labels.ts';
import type { Policy } from './policy.ts';

/** What `gateways.json` says of a gateway, beside its kits. */
export type Configuration = {
  /** Absent: the builtin one. */
  readonly authority?: PingOneAuthority | undefined;
  /** Absent where kits do not call our policy check. */
  readonly decision?: AccessDecision | undefined;
  readonly policy: Policy;
  readonly labels?: Labels | undefined;
  readonly shardCount: number;
  readonly isScheduled?: boolean;
};

/** A gateway that was just registered: no live credential yet, and its secret holds the placeholder. */
export const newGateway = (
  gatewayId: GatewayId,
  secret: { readonly secretArn: string; readonly versionId: string },
  configuration: Configuration,
  by: By,
  nowMs: number,
): Gateway =>
  withEntry(
    {
      gatewayId,
      revision: 1,
      transitionRevision: 1,
      writtenAtMs: nowMs,
      ...configuration,
      secretArn: secret.secretArn,
      currentVersionId: secret.versionId,
      live: [],
      revoked: [],
      generation: 0,
      ended: [],
      presses: [],
      outbox: [],
    },
    { revision: 1, kind: 'register', atMs: nowMs, actor: by.actor, reason: by.reason },
  );

/** Changes policy, decision or the number of shards; a lowered `serveStaleSeconds` holds until every old copy has expired. */
export type Configure = By & {
  readonly kind: 'configure';
  readonly configuration: Configuration;
  /** What is about to change besides, outside of the record, in words: it is recorded too. */
  readonly besides?: string;
};
export const configure = (gateway: Gateway, command: Configure, nowMs: number): Decision => {
  const { policy, labels, decision, authority, shardCount, isScheduled = gateway.isScheduled } = command.configuration;
  if (!isSameAuthority(authority, gateway.authority)) return refuse('OTHER_AUTHORITY', otherAuthority);
  const isSame = same(
    [policy, labels, decision, authority, shardCount, isScheduled],
    [gateway.policy, gateway.labels, gateway.decision, gateway.authority, gateway.shardCount, gateway.isScheduled],
  );
  const { besides } = command;
  if (isSame && gateway.retiredAtMs === undefined && besides === undefined) return unchanged;
  if (shardCount !== gateway.shardCount && gateway.rotation)
    return refuse(
      'ROTATION_RUNNING',
      `Gateway ${gateway.gatewayId} is in rotation ${gateway.rotation.rotationId}: its shards change after that.`,
    );
  const earlierStale =
    gateway.policy.serveStaleSeconds > policy.serveStaleSeconds ? lowered(gateway, nowMs) : gateway.earlierStale;
  const earlierShardCounts =
    shardCount === gateway.shardCount
      ? gateway.earlierShardCounts
      : [...(gateway.earlierShardCounts ?? []), gateway.shardCount];
  const changes = [
    ...differencesOf(gateway, { labels, authority, decision, policy, isScheduled: isScheduled ?? false }),
    ...(shardCount === gateway.shardCount ? [] : [`shards ${gateway.shardCount} become ${shardCount}`]),
    ...(besides === undefined ? [] : [besides]),
  ];
  const { retiredAtMs: _, labels: _l, ...rest } = gateway;
  const carried = {
    ...(labels ? { labels } : {}),
    ...(decision ? { decision } : {}),
    ...(authority ? { authority } : {}),
    ...(isScheduled === undefined ? {} : { isScheduled }),
    ...(earlierStale ? { earlierStale } : {}),
    ...(earlierShardCounts ? { earlierShardCounts } : {}),
  };
  return record(rest, { policy, shardCount, ...carried }, nowMs, {
    kind: 'configure',
    ...by(command),
    detail: { changes },
  });
};

/** Why the authority of a registered gateway stays: its live credentials are known to that one alone. */
export const otherAuthority =
  'The credentials of a gateway belong to its authority, and so to one gateway of one PingOne environment: register it under another id, and retire this one.';

/** The bound in force until now, and one from before it that still holds, last until the last copy has expired. */
const lowered = ({ policy, earlierStale }: Gateway, nowMs: number): NonNullable<Gateway['earlierStale']> => {
  const seconds = policy.serveStaleSeconds;
  const untilMs = nowMs + seconds * 1000;
  return earlierStale && nowMs < earlierStale.untilMs
    ? { seconds: Math.max(seconds, earlierStale.seconds), untilMs: Math.max(untilMs, earlierStale.untilMs) }
    : { seconds, untilMs };
};

/** Kits were added, changed or retired: what was verified before no longer says anything of all kits. An undone rotation, which has given nothing to any, has none to look at. */
export type KitsChanged = By & {
  readonly kind: 'kits-changed';
  readonly added: number;
  readonly changed: number;
  readonly retired: number;
  /** Where the credentials of which kits go from now on, and did not before. */
  readonly destinations?: Readonly<Record<string, readonly string[]>>;
};
export const kitsChanged = (gateway: Gateway, command: KitsChanged, nowMs: number): Decision => {
  const { rotation } = gateway;
  const changes: Partial<Gateway> =
    rotation?.stage === 'VERIFIED' && rotation.targetId ? { rotation: { ...rotation, stage: 'DISTRIBUTED' } } : {};
  return record(gateway, changes, nowMs, {
    kind: 'kits-changed',
    ...by(command),
    detail: {
      added: command.added,
      changed: command.changed,
      retired: command.retired,
      ...(command.destinations ? { destinations: command.destinations } : {}),
    },
  });
};

/** The gateway left `gateways.json`: nothing begins any more; its live credentials stay until somebody revokes them. */
export type Retire = By & { readonly kind: 'retire' };
export const retire = (gateway: Gateway, command: Retire, nowMs: number): Decision => {
  if (gateway.retiredAtMs !== undefined) return unchanged;
  if (gateway.rotation)
    return refuse(
      'ROTATION_RUNNING',
      `Gateway ${gateway.gatewayId} is in rotation ${gateway.rotation.rotationId}: it can be retired after that.`,
    );
  return record(gateway, { retiredAtMs: nowMs }, nowMs, {
    kind: 'retire',
    ...by(command),
  });
};
