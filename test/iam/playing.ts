import { gatewayId, manualKit, openRotated, policy, type System } from '../support/system.ts';

/** One path through the whole system, from its opening to where it has ended; its name says what happens. */
export type Scenario = { readonly name: string; readonly play: () => Promise<System> };

/** Who asks, and why. */
export const by = { gatewayId, actor: 'alice', reason: 'test' };
/** Commands of an operator. */
export const operate = (system: System, command: string, more: object = {}): Promise<unknown> =>
  system.call('operate', { command, ...by, ...more });
/** Presses the compromise button. */
export const press = (system: System, more: object = {}): Promise<unknown> =>
  system.call('compromise', { ...by, confirmGatewayId: gatewayId, requestId: 'press-1', ...more });
/** Starts a rotation by hand; resolves with its execution. */
export const begin = (system: System): Promise<string> => system.start({ gatewayId, reason: 'quarterly' });
/** Waits until the kits of a rotation, the first excepted, have been given the credential. */
export const distributed = (system: System): Promise<void> =>
  system.until(({ rotation }) => rotation?.trigger !== 'bootstrap' && rotation?.stage === 'DISTRIBUTED');
/** Waits for the end of the rotation. */
export const ended = (system: System): Promise<void> => system.until(({ rotation }) => rotation === undefined);
/** Lets time pass, and then the reconciler run once. */
export const reconciled = async (system: System, afterMs: number): Promise<void> => {
  await system.timers.advance(afterMs);
  await system.call('reconcile', {});
};

/** Opens a gateway whose first credential is out, plays, and ends whatever rotation runs then. */
export const rotated =
  (play: (system: System) => Promise<unknown>, ...given: Parameters<typeof openRotated>): Scenario['play'] =>
  async () => {
    const system = await openRotated(...given);
    await play(system);
    if ((await system.gateway()).rotation) await system.finish();
    return system;
  };

/** The gateway of these scenarios as gateways.json has it, but for what is given. */
export const orders = (more: object = {}) => ({
  ...{ gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, policy, kits: [manualKit('one')] },
  ...more,
});

/** Gives the gateway a schedule, and lets Secrets Manager's test of its function end. */
export const scheduled = async (system: System): Promise<void> => {
  await system.applyGateways([orders({ schedule: { expression: 'rate(300 days)', duration: '3h' } })]);
  await system.timers.advance(5_000);
};
