import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { type AtPingOne, openAtPingOne } from '../pingone/pingone-system.ts';
import { gatewayId, type System } from '../support/system.ts';
import { begin, press, reconciled } from './playing.ts';

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
