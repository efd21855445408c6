import { dirname } from 'node:path/posix';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { kitCommandsIn } from '../../lambdas/aws/kit-commands.ts';
import { edgeRegion, kitEdgeIn } from '../../lambdas/aws/kit-edge.ts';
import { kitFunctionsIn } from '../../lambdas/aws/kit-functions.ts';
import { kitParametersIn } from '../../lambdas/aws/kit-parameters.ts';
import { kitSecretsIn } from '../../lambdas/aws/kit-secrets.ts';
import { kitSecretsByRole } from '../../lambdas/aws/kit-secrets-by-role.ts';
import { assumeRoleBy } from '../../lambdas/aws/owners-role.ts';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import type { Kit } from '../../lambdas/domain/kit.ts';
import { hostOf, type KitHosts } from '../../lambdas/domain/kit-hosts.ts';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { destinationsOf } from '../../lambdas/kits/kinds.ts';
import { filesOfThisMachine } from '../../lambdas/kits/kit-files.ts';
import type { KitAccess } from '../../lambdas/kits/kit-kind.ts';
import type { Dependencies, KitEdge, KitFunctions, KitReach } from '../../lambdas/ports.ts';
import { accessFor } from '../../lambdas/workflow/shared/reach-kit.ts';
import type { Connection } from './connection.ts';

const nothing = async (): Promise<never> => {
  throw new Error('What is only asked is not written to, and nobody is told.');
};

/** The secrets that the person at the terminal may read; nothing is written with them. */
export const ownSecrets = ({ settings }: Pick<Connection, 'settings'>): Dependencies['kitSecrets'] => {
  const kitSecrets = kitSecretsIn(new SecretsManagerClient(settings));
  return (user) => ({ ...kitSecrets(user), write: nothing });
};

const onlyShown = (functions: KitFunctions): KitFunctions => ({
  ...functions,
  setVariables: nothing,
  publish: nothing,
  moveAlias: nothing,
});

/** What kits are reached by within AWS, by the rights of the person; roles of owners are assumed by him. */
const onlyAsked = ({
  settings,
}: Pick<Connection, 'settings'>): Pick<KitReach, 'functions' | 'commands' | 'parameters' | 'secretsByRole'> => {
  const assume = assumeRoleBy(({ STSClient }) => new STSClient(settings));
  const parameters = kitParametersIn({ assume, open: ({ SSMClient }, by) => new SSMClient({ ...settings, ...by }) });
  const byRole = kitSecretsByRole({ assume, open: (by) => new SecretsManagerClient({ ...settings, ...by }) });
  return {
    functions: onlyShown(kitFunctionsIn(({ LambdaClient }) => new LambdaClient(settings))),
    commands: { ...kitCommandsIn(({ SSMClient }) => new SSMClient(settings)), send: nothing },
    parameters: (user) => ({ ...parameters(user), write: nothing }),
    secretsByRole: (user) => (role, secretArn) => ({ ...byRole(user)(role, secretArn), write: nothing }),
  };
};

const edgeOf = ({ settings }: Pick<Connection, 'settings'>): KitEdge => {
  const there = { ...settings, region: edgeRegion };
  const { functions, packages, distributions } = kitEdgeIn(
    {
      lambda: ({ LambdaClient }) => new LambdaClient(there),
      cloudFront: ({ CloudFrontClient }) => new CloudFrontClient(there),
    },
    { fetch: globalThis.fetch, mayBeLocal: true },
  );
  return {
    functions: { ...functions, publish: nothing },
    packages: { ...packages, write: nothing },
    distributions: { ...distributions, associate: nothing },
  };
};

/** The hosts of URLs that the person has named himself: none of them is a surprise to him. */
export const hostsOf = (urls: readonly string[]): KitHosts => ({
  allowed: urls.map(hostOf).filter((host) => host !== undefined),
  mayBeLocal: true,
});

/** What a kit may be asked with from here: the rights and the network of the person at the terminal. Nothing can be written. */
export const ownAccess = (connection: Pick<Connection, 'settings'>, kit: Kit): KitAccess =>
  accessFor(
    {
      kitSecrets: ownSecrets(connection),
      kitReach: {
        hosts: hostsOf(destinationsOf(kit).urls),
        fetch: keptFetch(),
        ...onlyAsked(connection),
        edge: edgeOf(connection),
        folders: (destinationsOf(kit).files ?? []).map((file) => dirname(file)), // he has named it himself
        files: { ...filesOfThisMachine, replace: nothing },
        addressesOf: async () => [], // asked only where local addresses are not allowed
      },
      secretVersions: secretVersionsIn(new SecretsManagerClient(connection.settings)),
      notifyOwner: nothing,
      now: Date.now,
    },
    kit,
  );
