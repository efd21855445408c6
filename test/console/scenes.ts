import type { Deployment } from '../../lambdas/console/html/deployment.ts';
import type { GatewayFacts } from '../../lambdas/console/view/gateway-view.ts';
import type { Gateway, LiveCredential, Rotation, Transition } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import type { Kit, KitWork, Use } from '../../lambdas/domain/kit.ts';
import type { SeenKeys } from '../../lambdas/domain/own-keys.ts';
import { defaultPolicy } from '../../lambdas/domain/policy.ts';

/** The deployments that views are shown of. */
export const onMachine: Deployment = {
  kind: 'machine',
  dataFolder: '/home/alice/.local/share/gateway-credential-rotation',
};
export const onAws: Deployment = {
  kind: 'aws',
  accountId: '111122223333',
  region: 'eu-central-1',
  stack: 'GatewayCredentialRotation',
};

/** The night in which the gateways below are looked at: 2026-11-23 02:14 UTC. */
export const nowMs = Date.UTC(2026, 10, 23, 2, 14);
export const minutes = 60_000;
const days = 86_400_000;

export const oldId = 'j2oh157DT0' as CredentialId;
export const newId = 'Zt3kPq81Aa' as CredentialId;
const earlierId = 'KNmVc18R15' as CredentialId;
const rotationId = '0fe56e24-b0d1-8994-abc6-395c55fd7152' as RotationId;
const earlierRotationId = '57a896d8-b8f7-4c56-880c-f0f6d7a87b11' as RotationId;
const version = (last: number) => `00000000-0000-4000-8000-00000000000${last}`;

const live = (
  credentialId: CredentialId,
  stage: LiveCredential['stage'],
  createdAtMs: number,
  more: Partial<LiveCredential> = {},
): LiveCredential => ({
  ...{ credentialId, stage, createdAtMs, digest: `digest of ${credentialId}`, versionId: `version of ${credentialId}` },
  origin: { kind: 'minted', rotationId, trigger: 'manual' },
  ...more,
});

/** A gateway that has used one credential for 30 days. */
export const atRest = (gatewayId = 'orders', changes: Partial<Gateway> = {}): Gateway => ({
  gatewayId: gatewayId as GatewayId,
  revision: 30,
  transitionRevision: 30,
  writtenAtMs: 0,
  decision: { kind: 'allow-all' },
  policy: defaultPolicy,
  secretArn: `arn:aws:secretsmanager:eu-central-1:111122223333:secret:gateway-credential/${gatewayId}-AbCdEf`,
  shardCount: 1,
  live: [live(oldId, 'CURRENT', nowMs - 30 * days)],
  revoked: [
    {
      ...{ credentialId: earlierId, digest: `digest of ${earlierId}`, versionId: version(1), cause: 'RETIRED' },
      ...{ rotationId: earlierRotationId, revokedAtMs: nowMs - 29 * days, confirmedAtMs: nowMs - 29 * days + 2000 },
    },
  ],
  currentVersionId: version(2),
  currentCredentialId: oldId,
  generation: 2,
  ended: [{ rotationId: earlierRotationId, outcome: 'COMPLETED', endedAtMs: nowMs - 29 * days + 3000 }],
  presses: [],
  outbox: [],
  ...changes,
});

/** The same gateway 40 minutes into a rotation. */
export const rotating = (
  gatewayId = 'orders',
  rotation: Partial<Rotation> = {},
  changes: Partial<Gateway> = {},
): Gateway =>
  atRest(gatewayId, {
    live: [live(oldId, 'RETIRING', nowMs - 30 * days), live(newId, 'CURRENT', nowMs - 40 * minutes)],
    currentCredentialId: newId,
    generation: 3,
    rotation: {
      ...{ rotationId, trigger: 'manual', driver: 'workflow', stage: 'DISTRIBUTED', generation: 3 },
      begun: { actor: 'claimed: Alice (request 4711)', reason: 'quarterly rotation', atMs: nowMs - 41 * minutes },
      deadlineAtMs: nowMs + 7 * days,
      ...{
        escalationLevel: 0,
        attempt: 1,
        failedAttempts: 0,
        targetId: newId,
        retireIds: [oldId],
        fromVersionId: version(2),
      },
      ...{ fromCredentialId: oldId, distributedAtMs: nowMs - 38 * minutes, quietSinceMs: nowMs - 9 * minutes },
      watchedAtMs: nowMs - 20_000,
      kitSummary: {
        ...{ atMs: nowMs - minutes, kits: 5, laggards: 2 },
        worst: { kitId: 'partner-eu' as KitId, owner: 'partners@example.com', code: 'STILL_ON_PREDECESSOR' },
      },
      ...rotation,
    },
    ...changes,
  });

/** The same gateway a few seconds after the button was pressed, with 48 seconds left. */
export const compromised = (gatewayId = 'orders'): Gateway =>
  rotating(
    gatewayId,
    {
      trigger: 'compromise',
      begun: { actor: 'claimed: Bob', reason: 'token found in a public repository', atMs: nowMs - 12_000 },
      distributedAtMs: nowMs - 8_000,
      quietSinceMs: nowMs - 8_000,
    },
    {
      live: [
        live(oldId, 'RETIRING', nowMs - 30 * days, {
          compromised: { atMs: nowMs - 12_000, rejectAfterMs: nowMs + 48_000 },
        }),
        live(newId, 'CURRENT', nowMs - 11_000),
      ],
      presses: [
        { requestId: 'r', rotationId, credentialIds: [oldId], atMs: nowMs - 12_000, rejectAfterMs: nowMs + 48_000 },
      ],
    },
  );

const work = (changes: Partial<KitWork> = {}): KitWork => ({
  ...{ rotationId, generation: 3, credentialId: newId, state: 'INSTALLED', attempts: 1 },
  changedAtMs: nowMs - 39 * minutes,
  ...changes,
});

export const kit = (kitId: string, kind: string, changes: Partial<Kit> = {}): Kit => ({
  ...{ gatewayId: 'orders' as GatewayId, kitId: kitId as KitId, kind, owner: 'edge-team@example.com' },
  traits: { installedBy: 'us', readBackProves: 'store', propagationSeconds: 10 },
  ...{ lookBackSeconds: 86_400, settings: {}, registeredAtMs: 0, work: work() },
  ...changes,
});

export const kits: readonly Kit[] = [
  kit('kong-public', 'kong'),
  kit('kong-internal', 'kong'),
  kit('billing-hook', 'webhook', { owner: 'billing@example.com' }),
  kit('partner-eu', 'kong', { owner: 'partners@example.com' }),
  kit('warehouse', 'manual', {
    owner: 'warehouse-team@example.com',
    traits: { installedBy: 'owner', readBackProves: 'nothing', propagationSeconds: 0 },
    work: work({ state: 'WITH_OWNER' }),
  }),
];

const use = (
  credentialId: CredentialId,
  kitId: string | undefined,
  address: string,
  fromMinutes: number,
  toMinutes: number,
): Use => ({
  ...{ credentialId, address },
  ...(kitId ? { kitId } : {}),
  firstUsedAtMs: nowMs - fromMinutes * minutes,
  lastUsedAtMs: nowMs - toMinutes * minutes,
});

const failing = (kitId: string, code: string, message: string): Kit =>
  kit(kitId, 'kong', {
    work: work({
      ...{ state: 'FAILED', attempts: 3, changedAtMs: nowMs - 4 * minutes },
      failure: { code, message },
    }),
  });
/** Kits that could not be given the credential. */
export const failingKits: readonly Kit[] = [
  failing('kong-asia', 'ACCESS_DENIED', 'Writing for kit kong-asia: it answered 403. Look at the token.'),
  failing(
    'kong-lab',
    'TIMEOUT',
    'Writing for kit kong-lab: it did not answer in time. See whether it runs and can be reached.',
  ),
];

/** The kits as they are when nothing rotates: on the old credential, since the rotation that gave it to them. */
export const kitsAtRest: readonly Kit[] = kits.map((one) => ({
  ...one,
  work: { ...work(), generation: 2, credentialId: oldId, changedAtMs: nowMs - 29.5 * days },
}));

export const uses: readonly Use[] = [
  use(oldId, 'kong-public', '198.51.100.7', 180, 38),
  use(newId, 'kong-public', '198.51.100.7', 38, 0.2),
  use(oldId, 'kong-internal', '10.0.4.2', 200, 36),
  use(newId, 'kong-internal', '10.0.4.2', 35, 0.5),
  use(oldId, 'billing-hook', '10.0.9.1', 150, 31),
  use(newId, 'billing-hook', '10.0.9.1', 29, 1),
  use(oldId, 'partner-eu', '203.0.113.20', 170, 9),
  use(newId, 'partner-eu', '203.0.113.21', 33, 0.4),
  use(oldId, undefined, '203.0.113.99', 120, 22),
];

/** The use of the old credential since it was given to the kits, when nothing rotates. */
export const usesAtRest: readonly Use[] = uses
  .filter(({ credentialId }) => credentialId === oldId)
  .map((one, index) => ({
    ...one,
    firstUsedAtMs: nowMs - 30 * days + (index + 1) * 90 * minutes,
    lastUsedAtMs: nowMs - index * minutes,
  }));

let revision = 0;
const said = (
  kind: string,
  atMs: number,
  actor: string,
  reason: string,
  more: Partial<Transition> = {},
): Transition => ({ ...{ revision: ++revision, kind, atMs, actor, reason }, ...more });

/** What the audit holds, newest first. */
export const transitions: readonly Transition[] = [
  said('begin', nowMs - 60 * days, 'apply-registry', 'a rotation makes its first credential', {
    ...{ rotationId: version(7) as RotationId, detail: { trigger: 'bootstrap' } },
  }),
  said('created', nowMs - 60 * days, 'workflow', 'minted', {
    rotationId: version(7) as RotationId,
    credentialIds: [earlierId],
  }),
  said('promoted', nowMs - 60 * days + minutes, 'workflow', 'AWSCURRENT names it', {
    ...{ rotationId: version(7) as RotationId, credentialIds: [earlierId] },
  }),
  said('complete', nowMs - 60 * days + 5 * minutes, 'workflow', 'every kit moved', {
    ...{ rotationId: version(7) as RotationId, detail: { outcome: 'COMPLETED' } },
  }),
  said('begin', nowMs - 30 * days, 'secrets-manager', 'the schedule', {
    ...{ rotationId: earlierRotationId, detail: { trigger: 'scheduled' } },
  }),
  said('created', nowMs - 30 * days, 'secrets-manager', 'minted', {
    ...{ rotationId: earlierRotationId, credentialIds: [oldId] },
  }),
  said('promoted', nowMs - 30 * days + minutes, 'secrets-manager', 'AWSCURRENT names it', {
    ...{ rotationId: earlierRotationId, credentialIds: [oldId] },
  }),
  said('complete', nowMs - 29 * days + 3000, 'workflow', 'every predecessor was seen refused', {
    ...{ rotationId: earlierRotationId, detail: { outcome: 'COMPLETED' } },
  }),
  said('begin', nowMs - 41 * minutes, 'claimed: Alice (request 4711)', 'quarterly rotation', {
    ...{ rotationId, detail: { trigger: 'manual' } },
  }),
  said('created', nowMs - 40 * minutes, 'workflow', 'minted', { rotationId, credentialIds: [newId] }),
  said('accepted', nowMs - 40 * minutes, 'workflow', 'the policy check accepted it', {
    rotationId,
    credentialIds: [newId],
  }),
  said('promoted', nowMs - 39 * minutes, 'workflow', 'AWSCURRENT names it', { rotationId, credentialIds: [newId] }),
].toReversed();

/** Everything known of one gateway. */
export const factsOf = (gateway: Gateway, changes: Partial<GatewayFacts> = {}): GatewayFacts => ({
  ...{
    gateway,
    kits,
    uses,
    moreUnregistered: 0,
    transitions,
    nextScheduledAtMs: nowMs + 12 * days,
    secretTroubles: [],
  },
  ...changes,
});

/** A list in which every state is found. */
export const everyState: readonly Gateway[] = [
  atRest('catalogue'),
  atRest('customers'),
  rotating('orders'),
  rotating('payments', { held: { actor: 'policy', reason: 'the deadline passed', atMs: nowMs - 3 * days } }),
  rotating('partners', { escalationLevel: 2 }),
  compromised('logistics'),
  atRest('search', { live: [], ended: [] }),
  atRest('returns', { ended: [{ rotationId, outcome: 'FAILED', endedAtMs: nowMs - days }] }),
  atRest('outlet', { ended: [{ rotationId, outcome: 'COMPLETED_BY_FORCE', endedAtMs: nowMs - days, kitsBehind: 2 }] }),
  atRest('edge', { keysEnding: 1 }),
  atRest('old-shop', { retiredAtMs: nowMs - 90 * days }),
];

/** Its Kongs are reached with two keys, of which one ends in three days. */
export const kitsWithKeys: readonly Kit[] = kits.map((one) =>
  one.kind === 'kong'
    ? {
        ...one,
        settings: {
          adminUrl: 'https://kong.example.com',
          adminTokenSecret: one.kitId === 'kong-public' ? 'kits/kong-public/token' : 'kits/kong/token',
        },
      }
    : one,
);
export const ownKeys: SeenKeys = {
  ...{ lookedAtMs: nowMs - 60 * minutes, isWhole: true },
  keys: [
    {
      ...{ secretId: 'kits/kong/token', from: 'TAG', endsAtMs: nowMs + 95 * days, createdAtMs: nowMs - 211 * days },
      ...{ kits: 2, readAtMs: nowMs },
    },
    { secretId: 'kits/kong-public/token', from: 'TOKEN', endsAtMs: nowMs + 3 * days, kits: 1, readAtMs: nowMs },
  ],
};

/** Nothing is chosen among the kits of a gateway, and nothing among gateways. */
export const allKits = {
  filter: '',
  labels: {},
  owner: '',
  late: undefined,
  part: undefined,
  page: 1,
  size: undefined,
} as const;
export const allGateways = { filter: '', labels: {}, state: undefined, page: 1, size: undefined } as const;

/** The record of a rotation that was given up. */
export const failedId = version(8) as RotationId;
export const failedTransitions: readonly Transition[] = [
  said('begin', nowMs - 60 * minutes, 'arn:aws:sts::111122223333:assumed-role/operators/alice', 'quarterly rotation', {
    ...{ rotationId: failedId, detail: { trigger: 'manual' } },
  }),
  said('fail', nowMs - 5 * minutes, 'workflow', 'the new credential was not accepted within 15 minutes', {
    rotationId: failedId,
  }),
].toReversed();
