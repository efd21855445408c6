import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Gateway, type RotationStage, rotationStages } from '../../lambdas/domain/gateway.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import { type Command, transition } from '../../lambdas/domain/transition.ts';
import { noLook } from '../../lambdas/domain/wave-look.ts';
import { a, atRest, b, by, inRotation, live, now, r1, r2 } from './gateways.ts';

const folder = new URL('../../lambdas/domain/', import.meta.url);
const page = readFileSync(new URL('README.md', folder), 'utf8');

/** One command of a kind, or several that do different things. */
type Sample<Given> = (gateway: Gateway) => Given | readonly Given[];
const ofRotation = { rotationId: r1, ...by };

/** Commands of each kind, such as are given when they are due; it does not compile until every kind is here. */
const samples: { readonly [Kind in Command['kind']]: Sample<Command & { readonly kind: Kind }> } = {
  begin: () => ({ kind: 'begin', rotationId: r2, trigger: 'manual', ...by }),
  created: () => ({ kind: 'created', credentialId: b, digest: 'digest of c-b', versionId: 'v-c-b', ...ofRotation }),
  accepted: () => ({ kind: 'accepted', credentialId: b, ...ofRotation }),
  promoting: () => ({ kind: 'promoting', credentialId: b, ...ofRotation }),
  promoted: () => ({ kind: 'promoted', credentialId: b, ...ofRotation }),
  distributed: ({ transitionRevision: readAt }) => ({
    kind: 'distributed',
    readAt,
    generation: 2,
    kits: 1,
    failed: 0,
    ...ofRotation,
  }),
  'open-wave': ({ transitionRevision: readAt }) => ({
    kind: 'open-wave',
    readAt,
    number: 1,
    kits: 1,
    failedChecks: 0,
    ...ofRotation,
  }),
  'wave-bad': ({ transitionRevision: readAt }) => ({ kind: 'wave-bad', readAt, look: noLook(1), ...ofRotation }),
  'wave-returned': ({ transitionRevision: readAt }) => ({
    kind: 'wave-returned',
    readAt,
    number: 1,
    generation: 2,
    kits: 1,
    ...ofRotation,
  }),
  verified: ({ transitionRevision: readAt }) => ({ kind: 'verified', readAt, detail: {}, ...ofRotation }),
  'invalidate-evidence': () => ({ kind: 'invalidate-evidence', ...ofRotation }),
  'arm-probe': () => ({ kind: 'arm-probe', rotationId: r1, nonceHash: 'n', credentialId: b }),
  'quiet-checked': () => ({
    kind: 'quiet-checked',
    rotationId: r1,
    nonceHash: 'unread',
    recordingProven: false,
    kitSummary: { atMs: now, kits: 1, laggards: 0 },
  }),
  'note-mint': () => ({ kind: 'note-mint', rotationId: r1 }),
  'discard-credential': () => ({ kind: 'discard-credential', credentialId: live('c-z').credentialId, ...ofRotation }),
  'watch-again': () => ({ kind: 'watch-again' }),
  revoke: ({ transitionRevision: readAt }) => ({ kind: 'revoke', credentialIds: [a], readAt, ...ofRotation }),
  confirm: () => ({ kind: 'confirm', credentialId: a, refusedAtMs: now, ...by }),
  'waive-proof': () => ({ kind: 'waive-proof', credentialId: a, ...by }),
  complete: () => ({ kind: 'complete', ...ofRotation }),
  fail: () => ({ kind: 'fail', ...ofRotation }),
  repair: () => ({ kind: 'repair', ...by }),
  recover: () => ({ kind: 'recover', secretArn: 'another', currentVersionId: 'v-new', lostIds: [], ...by }),
  hold: () => ({ kind: 'hold', ...ofRotation }),
  resume: () => ({ kind: 'resume', ...ofRotation }),
  extend: () => ({ kind: 'extend', deadlineAtMs: now + 2_000_000, ...ofRotation }),
  'roll-back': () => ({ kind: 'roll-back', ...ofRotation }),
  force: () => ({ kind: 'force', kits: 0, kitsHash: '', ...ofRotation }),
  'drop-force': () => ({ kind: 'drop-force', kitsHash: 'hash', uncovered: 1, named: ['one'], ...ofRotation }),
  'retire-credential': () => ({ kind: 'retire-credential', rotationId: r2, credentialId: b, ...by }),
  adopt: () => ({
    kind: 'adopt',
    credentialId: live('c-z').credentialId,
    digest: 'z',
    versionId: 'v',
    isCurrent: false,
    ...by,
  }),
  'acknowledge-kit': () => ({ kind: 'acknowledge-kit', kitId: 'kit' as KitId, credentialId: b, ...by }),
  'retry-kit': () => ({ kind: 'retry-kit', kitId: 'kit' as KitId, credentialId: b, ...by }),
  'retire-source': () => ({ kind: 'retire-source', kitId: 'kit' as KitId, source: '10.0.0.2', ...by }),
  'next-attempt': () => ({ kind: 'next-attempt', from: 1, failed: false, executionArn: 'arn', ...ofRotation }),
  escalate: () => ({ kind: 'escalate', escalationLevel: 1, ...ofRotation }),
  compromise: ({ live }) => {
    const press = { kind: 'compromise', requestId: 'press', rotationId: r2, rejectWithinSeconds: 0, ...by } as const;
    const hasHeir = live.some(({ credentialId }) => credentialId === b);
    return hasHeir ? [press, { ...press, credentialIds: [a] }] : press;
  },
  evict: () => ({ kind: 'evict', credentialId: a, ...ofRotation }),
  configure: ({ decision, policy, shardCount }) => ({
    kind: 'configure',
    configuration: { decision, policy: { ...policy, remindAfterSeconds: 1 }, shardCount },
    ...by,
  }),
  'kits-changed': () => ({ kind: 'kits-changed', added: 1, changed: 0, retired: 0, ...by }),
  'kits-behind': () => ({ kind: 'kits-behind', kits: 2, ...by }),
  'keys-ending': () => ({ kind: 'keys-ending', keys: 2, ...by }),
  retire: () => ({ kind: 'retire', ...by }),
};
const kinds = Object.keys(samples) as readonly Command['kind'][];
const samplesOf = (kind: Command['kind'], gateway: Gateway): readonly Command[] =>
  [(samples[kind] as Sample<Command>)(gateway)].flat();

/** A record at a stage: as it comes there, with an unread probe, and with nothing left to retire. */
const recordsAt = (stage: RotationStage): readonly Gateway[] => [
  inRotation(stage),
  inRotation(stage, {}, { probe: { nonceHash: 'unread', credentialId: b, armedAtMs: now - 60_000 } }),
  inRotation(stage, {}, { live: [live('c-b', { stage: 'CURRENT' })] }),
];

/** Every change of stage that the domain makes, as `FROM --> TO: command`. */
const changes = (): ReadonlySet<string> => {
  const found = new Set<string>();
  const places = [['[*]', [atRest()]] as const, ...rotationStages.map((stage) => [stage, recordsAt(stage)] as const)];
  for (const [from, records] of places)
    for (const gateway of records)
      for (const command of kinds.flatMap((kind) => samplesOf(kind, gateway))) {
        const decision = transition(gateway, command, now);
        const to = decision.kind === 'changed' ? (decision.gateway.rotation?.stage ?? '[*]') : from;
        if (to !== from) found.add(`${from} --> ${to}: ${command.kind}`);
      }
  return found;
};

/** The arrows of the picture; one that starts at a group starts at each stage of it. */
const drawn = (): ReadonlySet<string> => {
  const picture = /```mermaid\n(.*?)```/s.exec(page)?.[1] ?? '';
  const arrows = (text: string) =>
    [...text.matchAll(/(\S+) --> (\S+): (.+)/g)].map(([, from = '', to = '', label = '']) => ({ from, to, label }));
  const groups = new Map(
    [...picture.matchAll(/state "[^"]*" as (\w+) \{(.*?)\n {2}\}/gs)].map(([, name = '', inside = '']) => [
      name,
      rotationStages.filter((stage) => new RegExp(`\\b${stage}\\b`).test(inside)),
    ]),
  );
  return new Set(
    arrows(picture).flatMap(({ from, to, label }) =>
      (groups.get(from) ?? [from]).flatMap((start) => label.split(', ').map((kind) => `${start} --> ${to}: ${kind}`)),
    ),
  );
};

test('the picture has every change of stage that the domain makes, and no other', () => {
  expect([...drawn()].toSorted()).toEqual([...changes()].toSorted());
});

test('the page says of every command who gives it, and of every file what it decides', () => {
  expect(kinds.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  expect(files.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
