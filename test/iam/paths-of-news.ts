import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
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
