import { credentialStatusOf } from '../../lambdas/domain/credential-status.ts';
import type { Decision } from '../../lambdas/domain/decision.ts';
import type { Gateway, LiveCredential } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import type { Kit, Use } from '../../lambdas/domain/kit.ts';
import type { Policy } from '../../lambdas/domain/policy.ts';
import { type Command, transition } from '../../lambdas/domain/transition.ts';
import type { WaveLook } from '../../lambdas/domain/wave-look.ts';

/** What was really so when a proof was read, whatever was recorded of it. */
export type Truth = {
  readonly elapsedMs: number;
  readonly turnedBackMs: number;
  /** The last use of each credential that did not get lost unnoticed. */
  readonly lastUseMs: ReadonlyMap<CredentialId, number>;
  readonly kits: number;
  readonly kitsThatDidNotMove: readonly string[];
};

type WaveTruth = { readonly notMoved: readonly string[]; readonly spoilt: readonly string[] };

export type Step = {
  readonly before: Gateway;
  readonly command: Command;
  readonly decision: Decision;
  readonly after: Gateway;
  /** What the clock said, and the time at which the record was judged: never before its last write. */
  readonly clockMs: number;
  readonly nowMs: number;
  readonly elapsedMs: number;
  readonly turnedBackMs: number;
  /** What had been seen outside before this step. */
  readonly accepted: ReadonlySet<CredentialId>;
  readonly handedOut: ReadonlySet<CredentialId>;
  readonly truth: Truth | undefined;
};

/** One node of a kit: what it presents now, and when it used what last. */
type Node = {
  readonly address: string;
  holds?: CredentialId;
  last?: { credentialId: CredentialId; atMs: number };
};

export type ModelKit = {
  kit: Kit;
  readonly nodes: Node[];
  /** What the kit's configuration holds; a node presents it once it has picked it up. */
  installed?: CredentialId;
  installFails: boolean;
};

type Recorded = { use: Use; elapsedMs: number };

/** The outside of the record: clock, secretVersions, kits, recorded use; and the record itself. */
export type World = {
  gateway: Gateway;
  /** What the clock says; it jumps. */
  nowMs: number;
  /** Time that passed: every movement forwards, no movement backwards. */
  elapsedMs: number;
  turnedBackMs: number;
  /** Immutable versions of the secret, and where AWSCURRENT is. */
  readonly versions: Map<string, CredentialId>;
  current: string;
  readonly kits: ModelKit[];
  readonly recorded: Map<string, Recorded>;
  /** Uses whose recording failed; written with the next one unless they get lost. */
  lost: Use[];
  recordingFails: boolean;
  failureSeen: boolean;
  readonly trueUses: { credentialId: CredentialId; elapsedMs: number; unnoticed: boolean }[];
  readonly accepted: Set<CredentialId>;
  readonly handedOut: Set<CredentialId>;
  readonly truths: WeakMap<Command, Truth>;
  /** The lists that people were shown before they forced, by their hash; and who was cut off when a revocation was read for. */
  readonly shown: Map<string, readonly string[]>;
  readonly cutOff: WeakMap<Command, readonly string[]>;
  /** What was really so of the kits of a wave when it was looked at; and which kits presented garbage in one. */
  readonly waveTruths: WeakMap<WaveLook, WaveTruth>;
  readonly spoilt: { readonly kitId: string; readonly nowMs: number }[];
  readonly steps: Step[];
  names: number;
};

export const rotationId = (text: string): RotationId => text as RotationId;
export const credentialId = (text: string): CredentialId => text as CredentialId;

const modelPolicy: Policy = {
  quietWindowSeconds: 900,
  useRecordingSeconds: 60,
  longestRequestSeconds: 60,
  serveStaleSeconds: 0,
  longestWaitSeconds: 900,
  remindAfterSeconds: 3600,
  escalateAfterSeconds: 7200,
  deadlineSeconds: 10_800,
  atDeadline: { kind: 'hold' },
  rejectWithinSeconds: 60,
};

const foreign: LiveCredential = {
  credentialId: credentialId('c-foreign'),
  digest: 'digest of c-foreign',
  stage: 'RETIRING',
  createdAtMs: 0,
  versionId: 'v-foreign',
  origin: { kind: 'foreign' },
};

const traits: Kit['traits'][] = [
  { installedBy: 'us', readBackProves: 'data-plane', propagationSeconds: 60 },
  { installedBy: 'us', readBackProves: 'store', propagationSeconds: 60 },
  { installedBy: 'owner', readBackProves: 'nothing', propagationSeconds: 60 },
];

export const newKit = (index: number, nowMs: number): ModelKit => ({
  kit: {
    gatewayId: 'shop' as GatewayId,
    kitId: `kit-${index}` as KitId,
    kind: 'model',
    owner: 'owner',
    traits: traits[index % traits.length] ?? { installedBy: 'us', readBackProves: 'store', propagationSeconds: 60 },
    lookBackSeconds: 3600,
    settings: {},
    registeredAtMs: nowMs,
  },
  nodes: [{ address: `10.0.${index}.1` }, { address: `10.0.${index}.2` }],
  installFails: false,
});

/** The registration of the gateway, as its audit has it: where the chain of what follows begins. */
export const registered = { revision: 1, digest: 'digest of the registration' } as const;

export const newWorld = (kits: number, withForeign: boolean, waves?: Policy['waves']): World => {
  const nowMs = 1_000_000_000;
  return {
    gateway: {
      gatewayId: 'shop' as GatewayId,
      revision: 1,
      transitionRevision: 1,
      writtenAtMs: 0,
      decision: { kind: 'allow-all' },
      policy: waves ? { ...modelPolicy, waves } : modelPolicy,
      secretArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop',
      shardCount: 1,
      live: withForeign ? [foreign] : [],
      revoked: [],
      currentVersionId: 'v-placeholder',
      generation: 0,
      ended: [],
      presses: [],
      outbox: [],
      lastEntryDigest: registered.digest,
    },
    nowMs,
    elapsedMs: 0,
    turnedBackMs: 0,
    versions: new Map(),
    current: 'v-placeholder',
    kits: Array.from({ length: kits }, (_, index) => newKit(index, nowMs)),
    recorded: new Map(),
    lost: [],
    recordingFails: false,
    failureSeen: false,
    trueUses: [],
    accepted: new Set(),
    handedOut: new Set(),
    truths: new WeakMap(),
    shown: new Map(),
    cutOff: new WeakMap(),
    waveTruths: new WeakMap(),
    spoilt: [],
    steps: [],
    names: 0,
  };
};

/** Reads, decides and saves in one go, as the store's conditional write does. */
export const apply = (world: World, command: Command): Decision => {
  const before = world.gateway;
  const decision = transition(before, command, world.nowMs);
  if (decision.kind === 'changed') world.gateway = decision.gateway;
  world.steps.push({
    before,
    command,
    decision,
    after: world.gateway,
    clockMs: world.nowMs,
    nowMs: Math.max(world.nowMs, before.writtenAtMs),
    elapsedMs: world.elapsedMs,
    turnedBackMs: world.turnedBackMs,
    accepted: new Set(world.accepted),
    handedOut: new Set(world.handedOut),
    truth: world.truths.get(command),
  });
  return decision;
};

export const advance = (world: World, ms: number): void => {
  world.nowMs += ms;
  if (ms > 0) world.elapsedMs += ms;
  else {
    // A clock that is set back reaches nobody while the process lives (its own is steady), so it was started again.
    world.turnedBackMs -= ms;
    apply(world, { kind: 'watch-again' });
  }
};

/** What the policy check answers, from the record alone. */
export const accepts = (world: World, id: CredentialId): boolean =>
  credentialStatusOf(world.gateway, id, world.nowMs).kind === 'live';

const write = (world: World, use: Use): void => {
  const key = `${use.credentialId} ${use.kitId ?? ''} ${use.address}`;
  const known = world.recorded.get(key)?.use;
  world.recorded.set(key, {
    use: {
      ...use,
      firstUsedAtMs: known?.firstUsedAtMs ?? use.firstUsedAtMs,
      ...(known?.refused ? { refused: known.refused } : {}),
    },
    elapsedMs: world.elapsedMs,
  });
};

/** A source presents a credential; use is recorded at once, then at most once a minute, unless recording fails. */
export const use = (world: World, id: CredentialId, address: string, kitId?: KitId): void => {
  if (!accepts(world, id)) return;
  const key = `${id} ${kitId ?? ''} ${address}`;
  const one: Use = {
    credentialId: id,
    address,
    firstUsedAtMs: world.nowMs,
    lastUsedAtMs: world.nowMs,
    ...(kitId ? { kitId } : {}),
  };
  world.trueUses.push({ credentialId: id, elapsedMs: world.elapsedMs, unnoticed: world.recordingFails });
  const known = world.recorded.get(key);
  const soonAfter = known && world.nowMs >= known.use.lastUsedAtMs && world.nowMs < known.use.lastUsedAtMs + 60_000;
  if (world.recordingFails) world.lost.push(one);
  else if (!soonAfter) write(world, one);
};

/** A probe shows whether recording works; what is lost before one that shows it does not is no longer lost unnoticed. */
export const probe = (world: World): boolean => {
  if (!world.recordingFails) return true;
  world.failureSeen = true;
  for (const one of world.trueUses) one.unnoticed = false;
  return false;
};

export const setRecording = (world: World, fails: boolean): void => {
  if (world.recordingFails && !fails) {
    if (world.failureSeen) for (const one of world.trueUses) one.unnoticed = false;
    else {
      for (const one of world.lost) write(world, one);
      for (const one of world.trueUses) one.unnoticed = false;
    }
    world.lost = [];
    world.failureSeen = false;
  }
  world.recordingFails = fails;
};

/** Whether every node in use went over to the target, and an idle kit holds it. */
export const moved = (
  world: World,
  { kit, nodes, installed }: ModelKit,
  targetId: CredentialId | undefined,
): boolean => {
  const inUse = nodes.filter((node) => node.last && node.last.atMs > world.elapsedMs - kit.lookBackSeconds * 1000);
  return installed === targetId && inUse.every((node) => node.last?.credentialId === targetId);
};

export const truthNow = (world: World): Truth => ({
  elapsedMs: world.elapsedMs,
  turnedBackMs: world.turnedBackMs,
  lastUseMs: new Map(world.trueUses.filter((one) => !one.unnoticed).map((one) => [one.credentialId, one.elapsedMs])),
  kits: world.kits.length,
  kitsThatDidNotMove: world.kits
    .filter((one) => !moved(world, one, world.gateway.rotation?.targetId))
    .map((one) => one.kit.kitId),
});
