import type { CredentialValue } from '../../lambdas/domain/credential.ts';
import { type Gateway, hasReached, type Transition } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, GatewayId, KitId } from '../../lambdas/domain/ids.ts';
import type { Kit, KitWork, OwnerMessage, Use } from '../../lambdas/domain/kit.ts';
import type { SeenKeys } from '../../lambdas/domain/own-keys.ts';
import { type Command, transition } from '../../lambdas/domain/transition.ts';
import type { ClockAndLog, Dependencies } from '../../lambdas/ports.ts';
import type { StepInput } from '../../lambdas/workflow/shared/step.ts';
import { now, r1 } from '../domain/gateways.ts';
import { reachOf } from '../kits/reach.ts';
import { noPingOne } from '../support/no-pingone.ts';

/** What the dependencies of a stage works on, and what was done with it. */
export type Bench = {
  record: Gateway;
  nowMs: number;
  readonly kits: Map<KitId, Kit>;
  readonly uses: Use[];
  /** Who presented a revoked credential and was refused. */
  readonly refusals: Use[];
  readonly commands: Command[];
  /** What was recorded, as the audit has it. */
  readonly entries: Transition[];
  readonly told: OwnerMessage[];
  readonly asked: string[];
  /** What is kept of the own keys. */
  seenKeys: SeenKeys | undefined;
  /** Called before a command is applied: somebody else may act in between. */
  before: (command: Command) => void;
  readonly dependencies: Pick<
    Dependencies,
    'gateways' | 'kits' | 'proofs' | 'uses' | 'secretVersions' | 'policyCheck' | 'pingOne' | 'executions'
  > &
    Pick<Dependencies, 'kitSecrets' | 'kitReach' | 'notifyOwner' | 'ownKeys'> &
    ClockAndLog;
};

const unused = async (): Promise<never> => {
  throw new Error('This test does not use it.');
};

/** A record in memory with the real transitions; the policy check accepts what is live, and recording works. */
export const benchWith = (record: Gateway, kits: readonly Kit[] = [], more: Partial<Dependencies> = {}): Bench => {
  const bench: Bench = {
    record,
    nowMs: now,
    kits: new Map(kits.map((kit) => [kit.kitId, kit])),
    uses: [],
    refusals: [],
    commands: [],
    entries: [],
    told: [],
    asked: [],
    seenKeys: undefined,
    before: () => undefined,
    dependencies: {
      now: () => bench.nowMs,
      log: () => undefined,
      gateways: {
        read: async () => bench.record,
        register: unused,
        apply: async (_, decide) => {
          const command = typeof decide === 'function' ? decide(bench.record) : decide;
          if (!command) return { kind: 'applied', gateway: bench.record, changed: false };
          bench.before(command);
          const decision = transition(bench.record, command, bench.nowMs);
          if (decision.kind === 'refused') return decision;
          bench.commands.push(command);
          if (decision.kind === 'changed') {
            bench.entries.push(...decision.gateway.outbox);
            bench.record = { ...decision.gateway, outbox: [] };
          }
          return { kind: 'applied', gateway: bench.record, changed: decision.kind === 'changed' };
        },
        flush: async (gateway) => gateway,
        list: async function* () {
          yield bench.record.gatewayId;
        },
      },
      kits: {
        ofShard: async function* (_, shard) {
          if (shard === 0) yield* bench.kits.values();
        },
        all: async function* () {
          yield* bench.kits.values();
        },
        add: unused,
        save: unused,
        saveWork: async (kit: Kit, work: KitWork) => {
          const found = bench.kits.get(kit.kitId) ?? kit;
          const isAsRead = [kit.work, work].some((one) => JSON.stringify(one) === JSON.stringify(found.work));
          if (isAsRead) bench.kits.set(kit.kitId, { ...found, work });
          return isAsRead;
        },
        replaceWork: async (kit: Kit, work: KitWork) => {
          bench.kits.set(kit.kitId, { ...(bench.kits.get(kit.kitId) ?? kit), work });
          return true;
        },
        saveWave: async ({ kitId }, wave) => {
          const found = bench.kits.get(kitId);
          if (found) bench.kits.set(kitId, { ...found, wave });
          return found !== undefined;
        },
        acknowledge: unused,
        saveRetiredSources: unused,
        saveReverted: async (kit, reverted) => {
          const found = bench.kits.get(kit.kitId);
          if (!found) return false;
          const { reverted: _, ...rest } = found;
          bench.kits.set(kit.kitId, { ...rest, ...(reverted ? { reverted } : {}) });
          return true;
        },
      },
      uses: {
        ofCredential: async function* (_, credentialId, shard) {
          if (shard === 0) yield* bench.uses.filter((use) => use.credentialId === credentialId);
        },
        refusals: async function* (_, credentialId) {
          yield* bench.refusals.filter((use) => use.credentialId === credentialId);
        },
        sawProbe: async () => true,
      },
      ownKeys: {
        keep: async (_, seen) => {
          bench.seenKeys = seen;
        },
        of: async () => bench.seenKeys,
      },
      proofs: { keep: async () => undefined, of: unused as never, keepCovered: unused, covered: unused },
      secretVersions: {
        readVersion: async (_, versionId) => ({
          versionId,
          credentialId: versionId.slice('v-'.length) as CredentialId,
          value: `value of ${versionId}` as CredentialValue,
        }),
        reopen: unused,
        putOnce: unused,
        promote: unused,
        release: unused,
        keep: async () => undefined,
        describe: async (arn) => {
          const { rotation, live, currentVersionId } = bench.record;
          const target = live.find(({ credentialId }) => credentialId === rotation?.targetId);
          const isPromoted = rotation !== undefined && hasReached(rotation, 'PROMOTED');
          const current = (isPromoted && target?.versionId) || currentVersionId;
          const kept = live.map(({ credentialId }) => `live-${credentialId}`);
          return {
            ...{ arn, name: 'gateway-credential/g', rotates: true, isBeingDeleted: false },
            labels: new Map([[current, ['AWSCURRENT', ...kept]]]),
          };
        },
        stripPending: async () => false,
      },
      policyCheck: {
        ask: async (_, value) => {
          bench.asked.push(value);
          return bench.record.live.some(({ versionId }) => value === `value of ${versionId}`) ? 'ACCEPTED' : 'REFUSED';
        },
      },
      pingOne: noPingOne,
      executions: { arnOf: () => 'arn', start: async () => undefined, stateOf: unused, stop: unused },
      kitReach: reachOf(['kit.example.com']),
      kitSecrets: () => ({ readText: unused, read: unused, write: unused }),
      notifyOwner: async (message) => void bench.told.push(message),
      ...more,
    },
  };
  return bench;
};

/** A step of rotation r1's first attempt. */
export const step: StepInput = { gatewayId: 'g' as GatewayId, rotationId: r1, attempt: 1, historyEvents: 0 };

/** A kit of its owner, who was told of c-b in generation 2. */
export const kitOf = (kitId: string, work: Partial<KitWork> = {}, more: Partial<Kit> = {}): Kit => ({
  gatewayId: step.gatewayId,
  kitId: kitId as KitId,
  kind: 'manual',
  owner: 'team-edge',
  traits: { installedBy: 'owner', readBackProves: 'nothing', propagationSeconds: 0 },
  lookBackSeconds: 60,
  settings: {},
  registeredAtMs: 0,
  work: {
    rotationId: r1,
    generation: 2,
    credentialId: 'c-b' as CredentialId,
    state: 'WITH_OWNER',
    attempts: 1,
    changedAtMs: now - 900_000,
    ...work,
  },
  ...more,
});

/** The verdict on a kit that waits for its owner. */
export const lateKit = {
  kind: 'LAGGARD',
  kitId: kitOf('edge').kitId,
  owner: 'team-edge',
  code: 'WAITS_FOR_OWNER',
  addresses: [],
  redo: false,
} as const;
