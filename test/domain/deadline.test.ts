import { describe, expect, it } from 'vitest';
import { deadlineAct, deadlineCommand } from '../../lambdas/domain/deadline.ts';
import type { Rotation } from '../../lambdas/domain/gateway.ts';
import type { Policy } from '../../lambdas/domain/policy.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { inRotation, now } from './gateways.ts';

const at = (atDeadline: Policy['atDeadline'], changes: Partial<Rotation> = {}) => {
  const gateway = inRotation('DISTRIBUTED', changes);
  if (!gateway.rotation) throw new Error('No rotation runs.');
  return { gateway: { ...gateway, policy: { ...gateway.policy, atDeadline } }, rotation: gateway.rotation };
};
const said = { actor: 'alice', reason: 'because', atMs: now };
const force = { kind: 'force', author: 'ann' } as const;

describe('at the deadline', () => {
  it.for([
    ['what the policy says', { kind: 'hold' }, {}, 'hold'],
    ['a force with its author', force, {}, 'force'],
    ['a roll-back while there is a way back', { kind: 'roll-back' }, {}, 'roll-back'],
    ['a hold instead of a second roll-back', { kind: 'roll-back' }, { rolledBack: said }, 'hold'],
    ['a hold instead of going back to what is compromised', { kind: 'roll-back' }, { trigger: 'compromise' }, 'hold'],
  ] as const)('%s is announced, and the command is the same and taken', ([, atDeadline, changes, kind]) => {
    const { gateway, rotation } = at(atDeadline, changes);
    const command = deadlineCommand(gateway, rotation, 3);
    expect([deadlineAct(gateway).kind, command.kind]).toEqual([kind, kind]);
    expect(transition(gateway, command, now).kind).toBe('changed');
  });

  it('a force cuts off in the name of the person who decided it beforehand', () => {
    const { gateway, rotation } = at(force);
    expect(deadlineCommand(gateway, rotation, 3)).toMatchObject({ kits: 3, actor: 'claimed: ann (the policy)' });
  });
});
