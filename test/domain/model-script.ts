import fc from 'fast-check';
import { flushed } from '../../lambdas/domain/attempt.ts';
import { hashOfCutOff } from '../../lambdas/domain/cut-off.ts';
import type { CredentialId, RotationId } from '../../lambdas/domain/ids.ts';
import type { Command } from '../../lambdas/domain/transition.ts';
import {
  accepts,
  advance,
  apply,
  credentialId,
  type ModelKit,
  newKit,
  newWorld,
  rotationId,
  setRecording,
  use,
  type World,
} from './model.ts';
import { spoil } from './model-waves.ts';
import { cutOffNow, startTask, type Task, watch } from './model-workflow.ts';

/** What happens next; plain data, so that fast-check can shrink it. */
type Action =
  | { readonly do: 'wait'; readonly seconds: number; readonly watched: boolean }
  | { readonly do: 'begin'; readonly trigger: 'bootstrap' | 'scheduled' | 'manual'; readonly again: boolean }
  | { readonly do: 'run'; readonly slot: number; readonly steps: number }
  | { readonly do: 'crash'; readonly slot: number }
  | { readonly do: 'rotate'; readonly tasks: number; readonly kitsMove: boolean }
  | { readonly do: 'repeat'; readonly back: number }
  | { readonly do: 'decide'; readonly what: 'hold' | 'resume' | 'roll-back' | 'force' | 'fail' | 'kits-changed' }
  | { readonly do: 'extend'; readonly seconds: number }
  | { readonly do: 'adopt'; readonly foreign: boolean; readonly current: boolean }
  | { readonly do: 'press'; readonly request: number; readonly within: number; readonly named: number | null }
  | { readonly do: 'reconcile'; readonly failed: boolean }
  | { readonly do: 'use'; readonly kit: number; readonly node: number; readonly pickUp: boolean }
  | { readonly do: 'spoil'; readonly kit: number; readonly node: number }
  | { readonly do: 'stranger'; readonly which: number }
  | { readonly do: 'acknowledge'; readonly kit: number }
  | { readonly do: 'break'; readonly kit: number; readonly fails: boolean }
  | { readonly do: 'recording'; readonly fails: boolean }
  | { readonly do: 'add-kit' }
  | { readonly do: 'stale'; readonly seconds: number }
  | { readonly do: 'mint' }
  | { readonly do: 'flush' };

/** Two waves, or three, of the few kits that there are. */
const wavePlans = [
  [{ kits: 1, bakeSeconds: 600 }, { percent: 100 }],
  [{ kits: 1, bakeSeconds: 200 }, { percent: 60, bakeSeconds: 200 }, { percent: 100 }],
] as const;

export type Script = {
  readonly waves: number;
  readonly kits: number;
  readonly foreign: boolean;
  readonly actions: readonly Action[];
};

const index = fc.nat({ max: 5 });
const of = <Name extends Action['do']>(name: Name) => fc.constant(name);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: of('rotate'), tasks: fc.integer({ min: 1, max: 12 }), kitsMove: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: of('run'), slot: fc.nat({ max: 2 }), steps: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: of('begin'),
      trigger: fc.constantFrom('bootstrap', 'scheduled', 'manual'),
      again: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: of('wait'),
      seconds: fc.constantFrom(1, 30, 61, 900, 961, 4000, -30, -900),
      watched: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: of('use'), kit: index, node: fc.nat({ max: 1 }), pickUp: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: of('repeat'), back: fc.nat({ max: 40 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: of('decide'),
      what: fc.constantFrom('hold', 'resume', 'roll-back', 'force', 'fail', 'kits-changed'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: of('press'),
      request: fc.nat({ max: 3 }),
      within: fc.constantFrom(0, 60, 5000),
      named: fc.option(fc.nat({ max: 31 })),
    }),
  },
  fc.record({ do: of('crash'), slot: fc.nat({ max: 2 }) }),
  fc.record({ do: of('extend'), seconds: fc.constantFrom(-60, 60, 100_000) }),
  fc.record({ do: of('adopt'), foreign: fc.boolean(), current: fc.boolean() }),
  fc.record({ do: of('reconcile'), failed: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ do: of('spoil'), kit: index, node: fc.nat({ max: 1 }) }) },
  fc.record({ do: of('stranger'), which: index }),
  fc.record({ do: of('acknowledge'), kit: index }),
  fc.record({ do: of('break'), kit: index, fails: fc.boolean() }),
  fc.record({ do: of('recording'), fails: fc.boolean() }),
  fc.record({ do: of('add-kit') }),
  fc.record({ do: of('stale'), seconds: fc.constantFrom(0, 30, 300) }),
  fc.record({ do: of('mint') }),
  fc.record({ do: of('flush') }),
);

/** A gateway with its first credential on the way, and up to 40 things that happen to it. */
export const script: fc.Arbitrary<Script> = fc.record({
  waves: fc.nat({ max: 3 }),
  kits: fc.nat({ max: 3 }),
  foreign: fc.boolean(),
  actions: fc.array(action, { maxLength: 40, size: 'max' }),
});

const waveAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: of('rotate'), tasks: fc.integer({ min: 1, max: 3 }), kitsMove: fc.constant(true) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: of('run'), slot: fc.nat({ max: 1 }), steps: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: of('spoil'), kit: index, node: fc.nat({ max: 1 }) }) },
  { weight: 3, arbitrary: fc.record({ do: of('use'), kit: index, node: fc.nat({ max: 1 }), pickUp: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: of('wait'), seconds: fc.constantFrom(61, 200, 700), watched: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: of('decide'), what: fc.constantFrom('hold', 'resume', 'resume', 'roll-back') }),
  },
  { weight: 2, arbitrary: fc.record({ do: of('repeat'), back: fc.nat({ max: 20 }) }) },
  fc.record({ do: of('crash'), slot: fc.nat({ max: 1 }) }),
  fc.record({ do: of('break'), kit: index, fails: fc.boolean() }),
  fc.record({ do: of('recording'), fails: fc.boolean() }),
  fc.record({ do: of('press'), request: fc.nat({ max: 1 }), within: fc.constantFrom(60, 5000), named: fc.constant(1) }),
  fc.record({ do: of('add-kit') }),
);

const rotateOn = { do: 'rotate', tasks: 2, kitsMove: true } as const;
const spoilAll = [0, 1, 2].map((kit) => ({ do: 'spoil', kit, node: 0 }) as const);
/** What is bad, and bad again when a person has resumed it. */
const badTwice: readonly Action[] = [
  ...[...spoilAll, rotateOn, rotateOn, { do: 'decide', what: 'resume' } as const],
  ...[rotateOn, ...spoilAll, rotateOn],
];

/** A gateway whose kits use their first credential, in a rotation that goes in waves. */
export const waveScript: fc.Arbitrary<Script> = fc.record({
  waves: fc.nat({ max: 1 }),
  kits: fc.integer({ min: 1, max: 3 }),
  foreign: fc.constant(false),
  actions: fc
    .array(waveAction, { maxLength: 25, size: 'max' })
    .map((actions) => [
      { do: 'rotate', tasks: 12, kitsMove: true } as const,
      { do: 'begin', trigger: 'manual', again: false } as const,
      { do: 'rotate', tasks: 3, kitsMove: true } as const,
      ...actions,
      ...badTwice,
    ]),
});

const by = { actor: 'alice', reason: 'because' } as const;

const pickUp = (one: ModelKit): void => {
  for (const node of one.nodes) if (one.installed) node.holds = one.installed;
};

const useFrom = (world: World, one: ModelKit, which: number): void => {
  const node = one.nodes[which];
  if (!node?.holds || !accepts(world, node.holds)) return;
  // A use that may get lost unnoticed proves nothing against a node; but one of the target shows that it has moved.
  const hasMoved = node.holds === world.gateway.rotation?.targetId;
  if (!world.recordingFails || hasMoved) node.last = { credentialId: node.holds, atMs: world.elapsedMs };
  use(world, node.holds, node.address, one.kit.kitId);
};

const acknowledge = (world: World, one: ModelKit): void => {
  const { work, traits } = one.kit;
  if (!work || traits.installedBy !== 'owner') return;
  one.installed = work.credentialId;
  pickUp(one);
  one.kit = { ...one.kit, acknowledged: { credentialId: work.credentialId, actor: 'owner', atMs: world.nowMs } };
};

/** Time passes, kits take what they were given, and the workflow runs. */
export const rotate = (world: World, tasks: number, kitsMove: boolean): void => {
  for (let ran = 0; ran < tasks; ran++) {
    const task = startTask(world);
    if (!task) return;
    while (!task.next().done);
    if (kitsMove)
      for (const one of world.kits) {
        acknowledge(world, one);
        pickUp(one);
        one.nodes.forEach((_, which) => {
          useFrom(world, one, which);
        });
      }
    pass(world, 400_000, true);
  }
};

/** Time goes by, with the reconciler at work or without it. */
const pass = (world: World, ms: number, watched: boolean): void => {
  let left = ms;
  for (; watched && left > 100_000; left -= 100_000) {
    advance(world, 100_000);
    watch(world);
  }
  advance(world, left);
};

const mutable = (world: World): Command[] => world.steps.map((step) => step.command);

/** A person confirms the list that he is shown. */
const forceAsShown = (world: World, running: RotationId): void => {
  const { rotation } = world.gateway;
  const list = rotation ? cutOffNow(world, world.gateway, rotation) : [];
  const kitsHash = hashOfCutOff(list);
  world.shown.set(kitsHash, list);
  apply(world, { kind: 'force', rotationId: running, kits: list.length, kitsHash, ...by });
};

const decide = (world: World, what: (Action & { do: 'decide' })['what']): void => {
  const running = world.gateway.rotation?.rotationId ?? world.gateway.ended.at(-1)?.rotationId;
  if (what === 'kits-changed') apply(world, { kind: what, added: 0, changed: 1, retired: 0, ...by });
  else if (!running) return;
  else if (what === 'force') forceAsShown(world, running);
  else apply(world, { kind: what, rotationId: running, ...by });
};

const press = (world: World, { request, within, named }: Action & { do: 'press' }): void => {
  const ids = world.gateway.live.map((one) => one.credentialId);
  const chosen: readonly CredentialId[] | undefined =
    named === null ? undefined : ids.filter((_, which) => (named >> which) & 1);
  apply(world, {
    kind: 'compromise',
    requestId: `press-${request}`,
    rotationId: rotationId(`r${++world.names}`),
    rejectWithinSeconds: within,
    ...(chosen ? { credentialIds: chosen } : {}),
    ...by,
  });
};

const act = (world: World, slots: (Task | undefined)[], one: Action): void => {
  const kit = 'kit' in one ? world.kits[one.kit % Math.max(1, world.kits.length)] : undefined;
  const { rotation } = world.gateway;
  switch (one.do) {
    case 'wait':
      pass(world, one.seconds * 1000, one.watched);
      return;
    case 'begin': {
      const id = one.again && rotation ? rotation.rotationId : rotationId(`r${++world.names}`);
      const handOver = one.trigger === 'scheduled' ? { handOverByMs: world.nowMs + 600_000 } : {};
      apply(world, { kind: 'begin', rotationId: id, trigger: one.trigger, ...handOver, ...by });
      return;
    }
    case 'run': {
      const task = slots[one.slot] ?? startTask(world);
      slots[one.slot] = task;
      for (let step = 0; task && step < one.steps; step++) if (task.next().done) slots[one.slot] = undefined;
      return;
    }
    case 'crash':
      slots[one.slot] = undefined;
      return;
    case 'rotate':
      rotate(world, one.tasks, one.kitsMove);
      return;
    case 'repeat': {
      const command = mutable(world).at(-1 - one.back);
      if (command) apply(world, command);
      return;
    }
    case 'decide':
      decide(world, one.what);
      return;
    case 'extend':
      if (rotation)
        apply(world, {
          kind: 'extend',
          rotationId: rotation.rotationId,
          deadlineAtMs: rotation.deadlineAtMs + one.seconds * 1000,
          ...by,
        });
      return;
    case 'adopt': {
      const id = credentialId(one.foreign ? 'c-foreign' : `c-hand-${++world.names}`);
      const [versionId, isCurrent] = [`v-${id}`, one.current] as const;
      apply(world, { kind: 'adopt', credentialId: id, digest: `digest of ${id}`, versionId, isCurrent, ...by });
      return;
    }
    case 'press':
      press(world, one);
      return;
    case 'reconcile':
      if (rotation)
        apply(world, {
          kind: 'next-attempt',
          rotationId: rotation.rotationId,
          from: rotation.attempt,
          failed: one.failed,
          executionArn: 'arn',
          ...by,
        });
      return;
    case 'use':
      if (kit && one.pickUp && kit.installed) pickUp(kit);
      if (kit) useFrom(world, kit, one.node);
      return;
    case 'spoil':
      if (kit) spoil(world, kit, one.node);
      return;
    case 'stranger': {
      const credential = world.gateway.live[one.which % Math.max(1, world.gateway.live.length)];
      if (credential) use(world, credential.credentialId, '192.0.2.7');
      return;
    }
    case 'acknowledge':
      if (kit) acknowledge(world, kit);
      return;
    case 'break':
      if (kit) kit.installFails = one.fails;
      return;
    case 'recording':
      setRecording(world, one.fails);
      return;
    case 'add-kit':
      if (world.kits.length < 5) world.kits.push(newKit(world.kits.length, world.nowMs));
      apply(world, { kind: 'kits-changed', added: 1, changed: 0, retired: 0, ...by });
      return;
    case 'stale': {
      const { policy, decision, shardCount } = world.gateway;
      const configuration = { policy: { ...policy, serveStaleSeconds: one.seconds }, decision, shardCount };
      apply(world, { kind: 'configure', configuration, ...by });
      return;
    }
    case 'mint': {
      // A second minter that did not ask what was there already.
      const id = credentialId(`c-stray-${++world.names}`);
      const stray = { credentialId: id, digest: `digest of ${id}`, versionId: `v-${id}` };
      if (rotation?.targetId) apply(world, { kind: 'created', rotationId: rotation.rotationId, ...stray, ...by });
      return;
    }
    case 'flush':
      world.gateway = flushed(world.gateway, world.gateway.revision);
  }
};

/** Lets everything happen, and answers the world as it is then with every step on the way. */
export const play = ({ kits, foreign, waves, actions }: Script): World => {
  const world = newWorld(kits, foreign, wavePlans[waves]);
  const slots: (Task | undefined)[] = [];
  apply(world, { kind: 'begin', rotationId: rotationId('r0'), trigger: 'bootstrap', ...by });
  for (const one of actions) act(world, slots, one);
  return world;
};
