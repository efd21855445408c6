import { type Home, homeOfSecret } from '../domain/secret-home.ts';
import { destinationsOf } from '../kits/kinds.ts';
import { type Registry, RegistryRefused } from './read-registry.ts';

/**
 * Refuses kits whose secrets are in another account or region than the deployment, unless a role of their owner is used: the
 * permissions of its functions end there, and a rotation would stand still at the first such kit. Throws {@link RegistryRefused} with every one of them.
 */
export const refuseForeignSecrets = ({ gateways }: Registry, home: Home): void => {
  const refusal = (where: string, secret: string, todo: string): readonly string[] => {
    const given = homeOfSecret(secret);
    return given === undefined || (given.accountId === home.accountId && given.region === home.region)
      ? []
      : [
          `${where}: given a secret of account ${given.accountId} in ${given.region}; allowed is one of account ${home.accountId} in ${home.region}, where this is deployed. ${todo}`,
        ];
  };
  const problems = gateways.flatMap(({ gatewayId, authority, kits }) => [
    ...(authority
      ? refusal(`gateway ${gatewayId}, authority.workerSecret`, authority.workerSecret, 'Keep the secret there.')
      : []),
    ...kits.flatMap((kit) => {
      const { secrets, secretsByRole = [] } = destinationsOf(kit);
      const inOwnName = secrets.filter((secret) => !secretsByRole.includes(secret));
      return [...new Set(inOwnName)].flatMap((secret) =>
        refusal(
          `kit ${gatewayId}/${kit.kitId}, ${placesOf(kit.settings, secret)}`,
          secret,
          kit.kind === 'secrets-manager'
            ? 'Keep the secret there, or name a role of its owner as roleArn.'
            : 'Keep the secret there, or let a webhook of the other account write it.',
        ),
      );
    }),
  ]);
  if (problems.length > 0) throw new RegistryRefused(problems);
};

/** Under which names the settings of a kit have this secret, also within one of them. */
const placesOf = (settings: Readonly<Record<string, unknown>>, secret: string): string => {
  const within = (where: string, value: unknown): readonly string[] => {
    if (value === secret) return [where];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, one]) => within(`${where}.${name}`, one));
  };
  return within('settings', settings).join(', ');
};
