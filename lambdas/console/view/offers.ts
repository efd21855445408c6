import type { Gateway } from '../../domain/gateway.ts';
import { noRotation } from '../../domain/ids.ts';
import { isOperatorCommand } from '../../domain/operator-commands.ts';
import { type Command, transition } from '../../domain/transition.ts';
import { alreadyWords } from './labels.ts';
import { type GatewayAct, gatewayActs, type Offer } from './views.ts';

const nobody = { actor: 'console', reason: 'offered' } as const;

/** The command that an act comes to; a plan is none, as it changes nothing. */
const commandFor = (act: GatewayAct, { rotation }: Gateway): Command | undefined => {
  const rotationId = rotation?.rotationId ?? noRotation;
  switch (act) {
    case 'plan':
      return undefined;
    case 'rotate':
      return { kind: 'begin', rotationId: noRotation, trigger: 'manual', ...nobody };
    case 'extend':
      return { kind: 'extend', rotationId, deadlineAtMs: Number.MAX_SAFE_INTEGER / 2, ...nobody };
    case 'force':
      return { kind: 'force', rotationId, kits: 0, kitsHash: rotation?.forced?.kitsHash ?? '', ...nobody };
    case 'compromise':
      return { kind: 'compromise', requestId: 'console', rotationId: noRotation, rejectWithinSeconds: 0, ...nobody };
    case 'hold':
    case 'resume':
    case 'roll-back':
      return { kind: act, rotationId, ...nobody };
  }
};

/** Whether an act would be taken now: the rules themselves are asked, and nothing is written. */
export const offerOf = (act: GatewayAct, gateway: Gateway, nowMs: number): Offer => {
  const command = commandFor(act, gateway);
  if (!command) return { act, isAllowed: true };
  if (!gateway.rotation && isOperatorCommand(act)) return { act, isAllowed: false, why: 'No rotation runs.' };
  const decision = transition(gateway, command, nowMs);
  switch (decision.kind) {
    case 'changed':
      return { act, isAllowed: true };
    case 'unchanged':
      return { act, isAllowed: false, why: alreadyWords(act) };
    case 'refused':
      return { act, isAllowed: false, why: decision.message };
  }
};

/** Every act with whether it may be done now. */
export const offersOf = (gateway: Gateway, nowMs: number): readonly Offer[] =>
  gatewayActs.map((act) => offerOf(act, gateway, nowMs));
