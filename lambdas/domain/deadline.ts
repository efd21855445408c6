import { claimed } from './claimed.ts';
import type { Force } from './force.ts';
import type { Gateway, Rotation } from './gateway.ts';
import type { Hold, RollBack } from './operator-decisions.ts';
import type { Policy } from './policy.ts';

/** What happens at the deadline, with the person who decided it beforehand if so. */
export type DeadlineAct = Policy['atDeadline'];

/** What a rotation has to go back to: a plan knows it before there is one. */
type WayBack = Pick<Rotation, 'trigger' | 'fromCredentialId' | 'rolledBack'>;

/** What the policy says for the deadline; a roll-back only where there is a way back. */
export const deadlineActFor = ({ atDeadline }: Policy, rotation: WayBack | undefined): DeadlineAct => {
  if (atDeadline.kind !== 'roll-back') return atDeadline;
  const mayGoBack =
    rotation?.fromCredentialId !== undefined && rotation.trigger !== 'compromise' && !rotation.rolledBack;
  return mayGoBack ? atDeadline : { kind: 'hold' };
};

/** The same for the rotation that runs. */
export const deadlineAct = ({ rotation, policy }: Gateway): DeadlineAct => deadlineActFor(policy, rotation);

/** What it comes to, as the second half of a sentence: the same in messages, views and plans. */
export const deadlineTexts: Readonly<Record<DeadlineAct['kind'], string>> = {
  hold: 'the rotation stops until a person decides, and both credentials stay accepted',
  'roll-back': 'the rotation goes back to the old credential',
  force: 'the old credential is revoked, and requests of kits that still use it fail from then on',
};

const byPolicy = { actor: 'policy', reason: 'the deadline passed' } as const;

/** Stops the rotation for a person; also what is left when the policy's own act is refused. */
export const holdAtDeadline = ({ rotationId }: Pick<Rotation, 'rotationId'>): Hold => ({
  kind: 'hold',
  rotationId,
  ...byPolicy,
});

/** The command that does it. `kits` are those that a force cuts off; it is given in the name of who decided so. */
export const deadlineCommand = (gateway: Gateway, { rotationId }: Rotation, kits: number): Hold | RollBack | Force => {
  const act = deadlineAct(gateway);
  switch (act.kind) {
    case 'hold':
      return holdAtDeadline({ rotationId });
    case 'roll-back':
      return { kind: 'roll-back', rotationId, ...byPolicy };
    case 'force': {
      const by = { actor: claimed(act.author, 'the policy'), reason: 'decided beforehand for the deadline' };
      return { kind: 'force', rotationId, kits, ...by };
    }
  }
};
