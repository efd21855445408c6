import type { Gateway } from '../../domain/gateway.ts';
import type { RotationId } from '../../domain/ids.ts';
import { type Command, transition } from '../../domain/transition.ts';
import { type GatewayAct, gatewayActs, type Offer } from './views.ts';

const nobody = { actor: 'console', reason: 'offered' } as const;
const none = '00000000-0000-4000-8000-000000000000' as RotationId;

/** The command that an act comes to; a plan is none, as it changes nothing. */
const commandFor = (act: GatewayAct, { rotation }: Gateway): Command | undefined => {
  const rotationId = rotation?.rotationId ?? none;
  switch (act) {
    case 'plan':
      return undefined;
    case 'rotate':
      return { kind: 'begin', rotationId: none, trigger: 'manual', ...nobody };
    case 'extend':
      return { kind: 'extend', rotationId, deadlineAtMs: Number.MAX_SAFE_INTEGER / 2, ...nobody };
    case 'force':
      return { kind: 'force', rotationId, kits: 0, kitsHash: rotation?.forced?.kitsHash ?? '', ...nobody };
    case 'compromise':
      return { kind: 'compromise', requestId: 'console', rotationId: none, rejectWithinSeconds: 0, ...nobody };
    default:
      return { kind: act, rotationId, ...nobody };
  }
};

const already: Readonly<Partial<Record<GatewayAct, string>>> = {
  hold: 'It is held already.',
  resume: 'It is not held.',
  'roll-back': 'It is rolled back already.',
  force: 'It is forced already.',
};

/** Whether an act would be taken now: the rules themselves are asked, and nothing is written. */
export const offerOf = (act: GatewayAct, gateway: Gateway, nowMs: number): Offer => {
  const command = commandFor(act, gateway);
  if (!command) return { act, isAllowed: true };
  if (!gateway.rotation && act !== 'rotate' && act !== 'compromise')
    return { act, isAllowed: false, why: 'No rotation runs.' };
  const decision = transition(gateway, command, nowMs);
  switch (decision.kind) {
    case 'changed':
      return { act, isAllowed: true };
    case 'unchanged':
      return { act, isAllowed: false, why: already[act] ?? 'It is so already.' };
    case 'refused':
      return { act, isAllowed: false, why: decision.message };
  }
};

/** Every act with whether it may be done now. */
export const offersOf = (gateway: Gateway, nowMs: number): readonly Offer[] =>
  gatewayActs.map((act) => offerOf(act, gateway, nowMs));
