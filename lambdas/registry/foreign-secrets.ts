import { type Home, homeOfSecret } from '../domain/secret-home.ts';
import { type Registry, RegistryRefused } from './read-registry.ts';

/**
 * Refuses kits whose secrets are in another account or region than the deployment: the permissions of its functions end
 * there, and a rotation would stand still at the first such kit. Throws {@link RegistryRefused} with every one of them.
 */
export const refuseForeignSecrets = ({ gateways }: Registry, home: Home): void => {
  const problems = gateways.flatMap(({ gatewayId, kits }) =>
    kits.flatMap(({ kitId, settings }) =>
      textsIn(settings, 'settings').flatMap(([path, text]) => {
        const given = homeOfSecret(text);
        return given === undefined || (given.accountId === home.accountId && given.region === home.region)
          ? []
          : [
              `kit ${gatewayId}/${kitId}, ${path}: given a secret of account ${given.accountId} in ${given.region}; allowed is one of account ${home.accountId} in ${home.region}, where this is deployed. Keep the secret there, or let a webhook of the other account write it.`,
            ];
      }),
    ),
  );
  if (problems.length > 0) throw new RegistryRefused(problems);
};

const textsIn = (value: unknown, path: string): readonly (readonly [path: string, text: string])[] => {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, `${path}.${name}`));
};
