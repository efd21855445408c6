import { describe, expect, it } from 'vitest';
import { linkOf } from '../../lambdas/domain/audit-chain.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { type Command, transition } from '../../lambdas/domain/transition.ts';
import { gapsInSteps } from '../../lambdas/evidence-export/evidence-chain.ts';
import { evidenceRecordOf } from '../../lambdas/evidence-export/evidence-record.ts';
import type { EvidenceRecord } from '../../lambdas/evidence-export/evidence-schema.ts';
import { a, atRest, b, by, live, now, r1, r2, recordAfter } from '../domain/gateways.ts';
import { credentialId } from '../domain/model.ts';

const c = credentialId('c-c');
/** Every entry stays in the outbox: it is the audit of these tests. */
const played = (
  commands: readonly Command[],
  from: Gateway = atRest({ live: [live('c-a', { stage: 'CURRENT' }), live('c-c')] }),
) => commands.reduce((gateway, command) => recordAfter(transition(gateway, command, now)), from);
const of = { rotationId: r1, ...by };
const begin: Command = { kind: 'begin', trigger: 'manual', ...of };
const toPromoted: Command[] = [
  begin,
  { kind: 'created', credentialId: b, digest: 'd', versionId: 'v-c-b', ...of },
  { kind: 'accepted', credentialId: b, ...of },
  { kind: 'promoting', credentialId: b, ...of },
  { kind: 'promoted', credentialId: b, ...of },
];
const recordOf = (gateway: Gateway, rotationId = r1, audit = gateway.outbox) =>
  evidenceRecordOf(
    {
      ...{ gateway, rotationId, uses: [], moreUses: 0 },
      steps: audit.filter((one) => one.rotationId === rotationId),
      others: audit.filter((one) => one.rotationId !== rotationId).map(linkOf),
    },
    now,
  );

describe('the credentials that an evidence record calls retired', () => {
  it('are what the rotation began with', () => {
    expect(recordOf(played([begin])).retiredCredentials).toEqual([a, c]);
  });

  it('are all that a press by name makes its rotation retire, not only the one that was named', () => {
    const press: Command = {
      ...{ kind: 'compromise', requestId: 'p', rotationId: r2, rejectWithinSeconds: 0, credentialIds: [c] },
      ...by,
    };
    expect(recordOf(played([press]), r2).retiredCredentials).toEqual([a, c]);
  });

  it('have one that was adopted meanwhile among them', () => {
    const adopt: Command = {
      kind: 'adopt',
      credentialId: credentialId('c-d'),
      digest: 'd',
      versionId: 'v',
      isCurrent: false,
      ...by,
    };
    expect(recordOf(played([begin, adopt])).retiredCredentials).toEqual([a, c, 'c-d']);
  });

  it('is the new one after a roll-back, and the old one is not', () => {
    expect(recordOf(played([...toPromoted, { kind: 'roll-back', ...of }])).retiredCredentials).toEqual([b]);
  });

  it('are none once a rotation was undone before anything was handed out', () => {
    const undone = played([...toPromoted.slice(0, 3), { kind: 'roll-back', ...of }]);
    expect(recordOf(undone)).toMatchObject({ retiredCredentials: [], revocations: [{ credentialId: b }] });
  });
});

describe('the chain in an evidence record', () => {
  const pressed: Command = { kind: 'compromise', requestId: 'p', rotationId: r2, rejectWithinSeconds: 0, ...by };
  const retired = {
    ...atRest({
      live: [live('c-a', { stage: 'CURRENT' })],
      revoked: [{ credentialId: c, digest: 'd', versionId: 'v', cause: 'RETIRED', rotationId: r2, revokedAtMs: 0 }],
    }),
  };
  /** The confirmation of an earlier rotation stands between the steps, and a press comes after them. */
  const whole = played(
    [begin, { kind: 'confirm', credentialId: c, refusedAtMs: now, ...by }, toPromoted[1] ?? begin, pressed],
    retired,
  );
  const gapsOf = ({ chain, ...record }: EvidenceRecord) => chain && gapsInSteps(record, chain);

  it('is whole, with only the digest of what belongs to another rotation', () => {
    const record = recordOf(whole);
    expect(record.steps.map(({ kind }) => kind)).toEqual(['begin', 'created']);
    expect(record.chain?.between).toMatchObject([{ revision: 3 }, { revision: 5 }]);
    expect(Object.keys(record.chain?.between[0] ?? {})).toEqual(['revision', 'said', 'previous']);
    expect(gapsOf(record)).toEqual([]);
    expect(record.notProven.join()).not.toMatch(/missing|chained/);
  });

  it.each([
    [
      'its last step',
      4,
      'An entry after revision 3 and before revision 5 is missing, or the one before it was changed.',
    ],
    [
      'an entry between its steps',
      3,
      'An entry after revision 2 and before revision 4 is missing, or the one before it was changed.',
    ],
  ])('shows that %s is missing from the audit, and the record says so', (_, revision, said) => {
    const record = recordOf(
      whole,
      r1,
      whole.outbox.filter((one) => one.revision !== revision),
    );
    expect(gapsOf(record)).toHaveLength(1);
    expect(record.notProven).toContain(said);
  });

  it('shows that a step was changed after it was recorded', () => {
    const changed = whole.outbox.map((one) => (one.revision === 2 ? { ...one, actor: 'eve' } : one));
    expect(gapsOf(recordOf(whole, r1, changed))).toEqual([{ afterRevision: 2, beforeRevision: 3 }]);
  });

  it('is absent for what was recorded before there was one, and the record says so', () => {
    const { lastEntryDigest: _, ...old } = atRest();
    const record = recordOf(played([begin], { ...old, revision: 7 }));
    expect(record.chain).toBeUndefined();
    expect(record.notProven).toContain('The steps are not chained: a missing one would not show.');
  });
});
