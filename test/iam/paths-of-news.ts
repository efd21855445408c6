import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { cliOf } from '../cli/terminal-double.ts';
import { openSlack } from '../news/stand-ins/slack.ts';
import { gatewayId, openSystem, type System } from '../support/system.ts';

/** A channel with a secret and a route by labels: owners are told, the console shows it, and after ninety days it is forgotten. */
export const toldByChannel = async (): Promise<System> => {
  const { channel, secret, close } = await openSlack();
  const system = await openSystem({
    telling: {
      channels: { edge: channel },
      news: [{ channels: ['edge'] }, { channels: ['edge'], labels: { env: 'prod' } }],
    },
  });
  await system.deployment.secretsManager.send(
    new CreateSecretCommand({
      ...{ Name: channel.secret, SecretString: secret },
      Tags: [{ Key: 'gateway-credential-rotation', Value: 'news:edge' }],
    }),
  );
  await system.finish();
  await system.timers.advance(91 * 86_400_000);
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.finish();
  await system.call('deliver-news', {});
  await system.call('console', { view: 'news', gatewayId, format: 'json' });
  await close();
  return system;
};

/** The person at this machine acts for the owner of the kit, and acknowledges it through the URL for owners. */
export const ownedByOperator = async (): Promise<System> => {
  const principals = ['arn:aws:iam::000000000000:user/operator'];
  const system = await openSystem({ telling: { owners: { 'one-team@example.com': { principals } } } });
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  const fetched = await cliOf(system)(['kits', 'fetch', gatewayId, 'one', '--exec', 'cat > /dev/null']);
  if (fetched.exitCode !== 0) throw new Error(fetched.said);
  await system.finish();
  return system;
};
