import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { openPingOne } from '../../lib/local/stand-ins/pingone/open-pingone.ts';
import { account } from '../local/stand-ins/pingone-account.ts';
import { type AtPingOne, authorityAt, giveWorker, openAtPingOne } from '../pingone/pingone-system.ts';
import { gatewayId, openRotated, policy, type System } from '../support/system.ts';
import { begin, orders, press, reconciled } from './playing.ts';

const completed = async (at: AtPingOne, count: number): Promise<void> => {
  await at.underTraffic();
  const outcomes = (await at.gateway()).ended.map(({ outcome }) => outcome);
  if (outcomes.length !== count || outcomes.at(-1) !== 'COMPLETED')
    throw new Error(`The rotations of the gateway at PingOne ended ${outcomes.join(', ')}.`);
};

/**
 * PingOne mints and revokes: what a person made there is adopted by its id and retired by a rotation by hand, Secrets Manager
 * rotates from its first step to its last, the button is pressed, and the reconciler looks in meanwhile.
 */
export const rotatedAtPingOne = async (): Promise<System> => {
  const at = await openAtPingOne({ byHand: 2 });
  await at.plan();
  await at.adopt('all');
  await begin(at);
  await at.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  await reconciled(at, 1_000);
  await completed(at, 1);
  await at.apply({ schedule: { expression: 'rate(300 days)', duration: '3h' } });
  await at.timers.advance(5_000);
  const { secretArn: SecretId } = await at.gateway();
  await at.deployment.secretsManager.send(new RotateSecretCommand({ SecretId }));
  await at.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  await completed(at, 2);
  await press(at, { gatewayId });
  await completed(at, 3);
  return at;
};

/** A gateway forwards to one at PingOne, whose one kit is the policy check itself: the first rotation, a plan, and another rotation. */
export const forwardedToPingOne = async (): Promise<System> => {
  const clock = { now: Date.now };
  const timers = { now: () => clock.now(), sleep: async () => undefined };
  const pingOne = await openPingOne({ ...account({ nowMs: 0 }), timers, port: 0 });
  const to = 'payments' as GatewayId;
  const kits = [{ kitId: 'policy-check', kind: 'forward', owner: 'platform-team@example.com' }];
  const payments = {
    gatewayId: to,
    authority: authorityAt(pingOne),
    policy: { ...policy, quietWindowSeconds: 40 },
    kits,
  };
  const system = await openRotated({ gateways: [orders({ decision: { kind: 'forward', to } }), payments] });
  clock.now = system.timers.now;
  await giveWorker(system, { Key: 'gateway-credential-rotation', Value: to });
  const read = () => system.deployment.stores.gateways.read(to);
  const rotations = (count: number) =>
    system.timers.runUntil(async () => (await read())?.ended.length === count, 10 * 60_000);
  await system.start({ gatewayId: to, reason: 'the first' });
  await rotations(1);
  await system.start({ gatewayId: to, reason: 'look', plan: true });
  await system.start({ gatewayId: to, reason: 'quarterly' });
  await rotations(2);
  return {
    ...system,
    close: async () => {
      await system.close();
      await pingOne.close();
    },
  };
};
