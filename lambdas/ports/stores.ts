import type { Refusal } from '../domain/decision.ts';
import type { Gateway, Transition } from '../domain/gateway.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../domain/ids.ts';
import type { Acknowledgement, Kit, KitWork, RetiredSource, Reverted, Use } from '../domain/kit.ts';
import type { SeenKeys } from '../domain/own-keys.ts';
import type { ShardProof } from '../domain/shard-proof.ts';
import type { Command } from '../domain/transition.ts';
import type { KitWave } from '../domain/wave.ts';

/** What a command did: the record as it is now, and whether this call changed it; or the refusal. */
export type Applied = { readonly kind: 'applied'; readonly gateway: Gateway; readonly changed: boolean } | Refusal;

/** A command, or what is asked for it when the record is read; `undefined` means that nothing is to do. */
export type Decide = Command | ((gateway: Gateway) => Command | undefined);

/** The gateway records: the only way to read and change them. */
export type Gateways = {
  /** Strongly consistent; throws TemporarilyUnavailable. */
  read(gatewayId: GatewayId): Promise<Gateway | undefined>;
  /** Adds a record; false when the gateway is registered already. */
  register(gateway: Gateway): Promise<boolean>;
  /** Changes the record by one command, see `change-record.ts`. Throws TemporarilyUnavailable for an unknown gateway too. */
  apply(gatewayId: GatewayId, decide: Decide, untilMs?: number): Promise<Applied>;
  /** Brings what is in the outbox into the audit and to the subscribers, see `flush-outbox.ts`. */
  flush(gateway: Gateway): Promise<Gateway>;
  /** Every registered gateway; found through the index, so one registered this second may be missing. */
  list(): AsyncGenerator<GatewayId>;
};

/** Where the records and their audit are kept: it reads and saves, and decides nothing. Throws TemporarilyUnavailable and StepFailed. */
export type RecordStore = {
  /** Strongly consistent. */
  read(gatewayId: GatewayId): Promise<Gateway | undefined>;
  /** Saves a record in place of the one at this revision; false when that is not what is stored any more. */
  save(gateway: Gateway, replacedRevision: number): Promise<boolean>;
  /** Adds a record; false when there is one. */
  add(gateway: Gateway): Promise<boolean>;
  /** Every registered gateway; found through the index, so one registered this second may be missing. */
  list(): AsyncGenerator<GatewayId>;
  /** Copies transitions to the audit; each is written whole, so a second copy is the same item. */
  writeAudit(gatewayId: GatewayId, transitions: readonly Transition[]): Promise<void>;
  /** The recorded transitions in their order, from a revision on; strongly consistent. */
  readAudit(gatewayId: GatewayId, fromRevision: number): AsyncGenerator<Transition>;
  /** Tells subscribers of transitions, at least once each. */
  publish(gatewayId: GatewayId, transitions: readonly Transition[]): Promise<void>;
};

/** The gateway records for who only looks: nothing here can write. */
export type Records = {
  /** Strongly consistent; throws TemporarilyUnavailable. */
  read(gatewayId: GatewayId): Promise<Gateway | undefined>;
  /** Every registered gateway, for finding and showing: what was written this second may be missing. */
  all(): Promise<readonly Gateway[]>;
  /** The whole audit in order, what is still in the record's outbox counted in. */
  audit(gateway: Gateway): AsyncGenerator<Transition>;
  /** The last transitions, newest first, those that are still in the record's outbox counted in. */
  latest(gateway: Gateway, limit: number): Promise<readonly Transition[]>;
};

/** What the registry says of a kit; the rest of the item is the state of its distribution. */
export type RegisteredKit = Omit<Kit, 'work' | 'acknowledged' | 'retiredSources' | 'reverted' | 'wave'>;

/** The kits of the gateways, kept by `gatewayId#shard`. */
export type Kits = {
  /** Every kit of a shard that is not retired, strongly consistent; copies left by a change of the shard count are passed over. */
  ofShard(gatewayId: GatewayId, shard: number, shardCount: number): AsyncGenerator<Kit>;
  /** Every kit of the gateway, retired ones too. */
  all(gatewayId: GatewayId, shardCount: number): AsyncGenerator<Kit>;
  /** Adds kits that were not there when they were looked for, see `add-kits.ts`: only then, since the state of distribution does not stay. */
  add(kits: readonly RegisteredKit[], shardCount: number): Promise<void>;
  /** Adds or updates what the registry says; the state of distribution stays. */
  save(kit: RegisteredKit, shardCount: number): Promise<void>;
  /**
   * Saves the state of distribution in place of the one that `kit` was read with; false when somebody has changed that since,
   * or a later generation has written (a pre-empted run's write). With it the kit's own acknowledgement, if there is one.
   */
  saveWork(kit: Kit, work: KitWork, shardCount: number, acknowledged?: Acknowledgement): Promise<boolean>;
  /** The same, whatever this generation has written before: a person's decision, or a copy. */
  replaceWork(kit: Kit, work: KitWork, shardCount: number): Promise<boolean>;
  /** Marks a kit as one of a wave; false when it is not registered, or a later generation has written. */
  saveWave(
    kit: Pick<Kit, 'gatewayId' | 'kitId'>,
    wave: KitWave,
    generation: number,
    shardCount: number,
  ): Promise<boolean>;
  /** Saves an acknowledgement; false when the kit is not registered. */
  acknowledge(gatewayId: GatewayId, kitId: KitId, acknowledged: Acknowledgement, shardCount: number): Promise<boolean>;
  /** Saves which sources are declared gone; false when the kit is not registered, or has others by now than the given kit. */
  saveRetiredSources(kit: Kit, retired: readonly RetiredSource[], shardCount: number): Promise<boolean>;
  /** Marks a kit that presents a revoked credential, or takes the mark off; false when the kit is not registered. */
  saveReverted(
    kit: Pick<Kit, 'gatewayId' | 'kitId'>,
    reverted: Reverted | undefined,
    shardCount: number,
  ): Promise<boolean>;
};

/** What is known of the own keys of gateways: times, and never a value. For showing, nothing is decided by it. */
export type OwnKeys = {
  /** In place of what was kept before. */
  keep(gatewayId: GatewayId, seen: SeenKeys): Promise<void>;
  /** `undefined` before the first look. */
  of(gatewayId: GatewayId): Promise<SeenKeys | undefined>;
};

/** Recorded use, read with strong consistency: decisions are taken from it. */
export type Uses = {
  /** Every source that used the credential and falls into the shard; probes are left out. */
  ofCredential(gatewayId: GatewayId, credentialId: CredentialId, shard: number): AsyncGenerator<Use>;
  /** Every source under a kit's name that presented the credential after its revocation, and was refused. */
  refusals(gatewayId: GatewayId, credentialId: CredentialId): AsyncGenerator<Use>;
  /** Whether the use of our own probe was recorded. */
  sawProbe(gatewayId: GatewayId, credentialId: CredentialId, nonceHash: string): Promise<boolean>;
};

/** What was read before a rotation was decided on: kits and use change later, and what was proven has to stay. */
export type Proofs = {
  /** Keeps the proof of a shard, in place of one that was read before: the last one is the one that counted. */
  keep(gatewayId: GatewayId, rotationId: RotationId, proof: ShardProof): Promise<void>;
  /** By shard, strongly consistent, page by page; with `shards` those from the first to the last of these only. */
  of(
    gatewayId: GatewayId,
    rotationId: RotationId,
    shards?: { readonly fromShard: number; readonly toShard: number },
  ): AsyncGenerator<ShardProof>;
  /** Keeps the list that a force covers, before the record names its hash. */
  keepCovered(
    gatewayId: GatewayId,
    rotationId: RotationId,
    kitsHash: string,
    covered: readonly string[],
  ): Promise<void>;
  /** The list of that hash, as far as it is there. */
  covered(gatewayId: GatewayId, rotationId: RotationId, kitsHash: string): Promise<readonly string[]>;
};
