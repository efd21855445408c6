import { describe, expect, it } from 'vitest';
import { maxLiveCredentials } from '../../lambdas/domain/gateway.ts';
import { nextStage } from '../../lambdas/domain/next-stage.ts';
import { type Command, transition } from '../../lambdas/domain/transition.ts';
import { a, atRest, b, by, inRotation, live, now, outcome, r1, r2, recordAfter } from './gateways.ts';

const adopted = { origin: { kind: 'adopted', ...by } } as const;
const full = ['c-a', 'c-b', 'c-3', 'c-4', 'c-5'].map((id) => live(id, id === 'c-a' ? {} : adopted));
const retire: Command = { kind: 'retire-credential', rotationId: r2, credentialId: b, ...by };
const begun = recordAfter(transition(atRest({ live: full }), retire, now));

describe('five live credentials', () => {
  it('are no dead end: a named person has one retired, under the proof of any rotation', () => {
    expect(begun.rotation).toMatchObject({ stage: 'PROMOTED', targetId: a, retireIds: [b], trigger: 'manual' });
    expect(nextStage(begun, now)).toBe('DistributeCredential');
    const revoke: Command = { kind: 'revoke', rotationId: r2, credentialIds: [b], readAt: begun.revision, ...by };
    expect(outcome(transition(begun, revoke, now))).toBe('WRONG_STAGE');
  });
  it.each<Command>([
    { kind: 'begin', rotationId: r2, trigger: 'manual', ...by },
    { kind: 'adopt', credentialId: live('c-z').credentialId, digest: 'z', versionId: 'v', isCurrent: false, ...by },
  ])('refuse to $kind with the command that makes room, and for which', (command) => {
    const refused = transition(atRest({ live: full }), command, now);
    expect(refused).toMatchObject({ code: 'TOO_MANY_LIVE', message: expect.stringMatching(/retire-credential .*c-b/) });
  });
  it('are not come to by adopting: room for a successor stays', () => {
    const adopt = {
      kind: 'adopt',
      credentialId: live('c-z').credentialId,
      digest: 'z',
      versionId: 'v',
      ...by,
    } as const;
    const four = full.slice(0, maxLiveCredentials - 1);
    expect(outcome(transition(atRest({ live: four }), { ...adopt, isCurrent: false }, now))).toBe('TOO_MANY_LIVE');
    const made = inRotation('DISTRIBUTED', {}, { live: four });
    expect(outcome(transition(made, { ...adopt, isCurrent: false }, now))).toBe('changed');
  });
});

describe('retiring one credential', () => {
  it('is given up by a roll-back, and nothing is revoked', () => {
    const back = recordAfter(transition(begun, { kind: 'roll-back', rotationId: r2, ...by }, now));
    expect(back.live).toEqual(begun.live);
    expect(nextStage(back, now)).toBe('ConfirmRevoked');
    const ended = recordAfter(transition(back, { kind: 'complete', rotationId: r2, ...by }, now));
    expect(ended.ended.at(-1)).toMatchObject({ rotationId: r2, outcome: 'ROLLED_BACK' });
  });
  it('asked twice begins one rotation', () => expect(outcome(transition(begun, retire, now))).toBe('unchanged'));
  it('is done by the rotation that runs, if that retires it', () =>
    expect(outcome(transition(inRotation('PROMOTED'), { ...retire, credentialId: a }, now))).toBe('unchanged'));
  it.each([
    ['one that is not live', atRest(), 'UNKNOWN_CREDENTIAL'],
    ['the current one', atRest({ live: [live('c-b')], currentCredentialId: b }), 'NOT_RETIRING'],
    [
      'one that was made elsewhere',
      atRest({ live: [live('c-a'), live('c-b', { origin: { kind: 'foreign' } })] }),
      'NOT_OURS',
    ],
    ['one beside a rotation that does not retire it', inRotation('PROMOTED'), 'ROTATION_RUNNING'],
    ['one of a retired gateway', atRest({ retiredAtMs: 1 }), 'GATEWAY_RETIRED'],
    [
      'one whose successor is compromised',
      atRest({ live: [live('c-a', { compromised: { atMs: 1, rejectAfterMs: now + 1 } }), live('c-b')] }),
      'COMPROMISED',
    ],
  ])('refuses %s', (_, gateway, code) => expect(outcome(transition(gateway, retire, now))).toBe(code));
  it('refuses an id that was used', () =>
    expect(outcome(transition(begun, { ...retire, rotationId: r1, credentialId: a }, now))).toBe('ROTATION_RUNNING'));
});
