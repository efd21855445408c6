import { lookup } from 'node:dns/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { pingOneClients, systemAccess } from '../authorities/pingone/client.ts';
import { workerSecretIn } from '../authorities/pingone/worker-secret.ts';
import { channelSecretsIn } from '../aws/channel-secrets.ts';
import { signerWith } from '../aws/evidence-signer.ts';
import { executionsOf } from '../aws/executions.ts';
import { followUpBy } from '../aws/follow-up.ts';
import { gatewaySecretsIn } from '../aws/gateway-secrets.ts';
import { kitCommandsIn } from '../aws/kit-commands.ts';
import { type EdgeClients, edgeRegion, kitEdgeIn } from '../aws/kit-edge.ts';
import { kitFunctionsIn } from '../aws/kit-functions.ts';
import { kitParametersIn } from '../aws/kit-parameters.ts';
import { kitSecretsIn, kitSecretsTogether } from '../aws/kit-secrets.ts';
import { kitSecretsByRole } from '../aws/kit-secrets-by-role.ts';
import { kitsIn } from '../aws/kits.ts';
import { manualStartsOf, plansOf } from '../aws/manual-starts.ts';
import { newsIn } from '../aws/news.ts';
import { notifyOwnersOn } from '../aws/notify-owners.ts';
import { ownKeysIn } from '../aws/own-keys.ts';
import { assumeRoleBy } from '../aws/owners-role.ts';
import { proofsIn } from '../aws/proofs.ts';
import { protectTablesIn } from '../aws/protect-tables.ts';
import { publishTo } from '../aws/publish-events.ts';
import { recordsIn } from '../aws/records.ts';
import { secretVersionsIn } from '../aws/secret-versions.ts';
import { usesIn } from '../aws/uses.ts';
import { StepFailed } from '../domain/failure.ts';
import { homeOfArn } from '../domain/secret-home.ts';
import { keptFetch } from '../kits/kept-fetch.ts';
import { filesOfThisMachine } from '../kits/kit-files.ts';
import { policyCheckAt } from '../policy-check/policy-check-client.ts';
import type { ClockAndLog, Dependencies, KitReach } from '../ports.ts';
import { type ClientSettings, clientSettings, limited } from '../runtime/client-settings.ts';
import { variables } from '../runtime/environment.ts';
import type { Runtime } from '../runtime/host.ts';
import { gatewaysIn } from './gateways.ts';

/** The AWS clients of one function, each made once: parts that ask the same service share its connections. No call hangs. */
const clientsWith = (settings: ClientSettings) => ({
  dynamodb: once(() => limited(new DynamoDBClient(settings))),
  secretsManager: once(() => limited(new SecretsManagerClient(settings))),
  events: once(() => limited(new EventBridgeClient(settings))),
  sns: once(() => limited(new SNSClient(settings))),
  kms: once(() => limited(new KMSClient(settings))),
  stepFunctions: once(() => limited(new SFNClient(settings))),
});
type Clients = ReturnType<typeof clientsWith>;

const once = <Made>(make: () => Made): (() => Made) => {
  let made: Made | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

type Part<Made> = {
  readonly needs: readonly string[];
  readonly make: (values: Readonly<Record<string, string>>, clients: Clients, runtime: Runtime) => Made;
};

const hostsOf = ({ KIT_HOSTS = '', LOCAL_KITS }: Runtime['environment']): KitReach['hosts'] => ({
  allowed: KIT_HOSTS.split(' ').filter((host) => host !== ''),
  mayBeLocal: LOCAL_KITS === 'allowed',
});

/** What kits are reached by within AWS. */
const awsKitsBy = (runtime: Runtime): Pick<KitReach, 'functions' | 'commands' | 'parameters' | 'secretsByRole'> => {
  const settings = clientSettings(runtime);
  /** Who acts by a role of others is somebody else: he signs, and is known by that. */
  const asAnother = clientSettings({ environment: runtime.environment });
  const assume = assumeRoleBy(({ STSClient }) => limited(new STSClient(settings)));
  return {
    functions: kitFunctionsIn(({ LambdaClient }) => limited(new LambdaClient(settings))),
    commands: kitCommandsIn(({ SSMClient }) => limited(new SSMClient(settings))),
    parameters: kitParametersIn({
      assume,
      open: ({ SSMClient }, by) => limited(new SSMClient(by ? { ...asAnother, ...by } : settings)),
    }),
    secretsByRole: kitSecretsByRole({
      assume,
      open: (by) => limited(new SecretsManagerClient({ ...asAnother, ...by })),
    }),
  };
};
const edgeClientsWith = (settings: ClientSettings): EdgeClients => ({
  lambda: ({ LambdaClient }) => limited(new LambdaClient({ ...settings, region: edgeRegion })),
  cloudFront: ({ CloudFrontClient }) => limited(new CloudFrontClient({ ...settings, region: edgeRegion })),
});

/** How kits are reached, and which hosts and folders this deployment allows. */
const kitReachOf = (runtime: Runtime): KitReach => {
  const { environment } = runtime;
  return {
    hosts: hostsOf(environment),
    ...awsKitsBy(runtime),
    edge: kitEdgeIn(edgeClientsWith(clientSettings(runtime)), {
      fetch: globalThis.fetch,
      mayBeLocal: hostsOf(environment).mayBeLocal,
    }),
    folders: (environment.KIT_FOLDERS ?? '').split(':').filter((folder) => folder !== ''),
    files: filesOfThisMachine,
    fetch: keptFetch(),
    addressesOf: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  };
};

const publishNothing = async (): Promise<never> => {
  throw new StepFailed('Who presses the button publishes nothing: the function that follows it up does.');
};

/** Which variables each part needs, and how it is made from them. */
const parts: { readonly [Name in keyof Dependencies]: Part<Dependencies[Name]> } = {
  gateways: {
    needs: ['GATEWAYS_TABLE', 'EVENT_BUS'],
    make: ({ GATEWAYS_TABLE = '', EVENT_BUS = '' }, clients, { now }) =>
      gatewaysIn(clients.dynamodb(), GATEWAYS_TABLE, publishTo(clients.events(), EVENT_BUS), now),
  },
  button: {
    needs: ['GATEWAYS_TABLE'],
    make: ({ GATEWAYS_TABLE = '' }, clients, { now }) =>
      gatewaysIn(clients.dynamodb(), GATEWAYS_TABLE, publishNothing, now),
  },
  records: {
    needs: ['GATEWAYS_TABLE'],
    make: ({ GATEWAYS_TABLE = '' }, clients) => recordsIn(clients.dynamodb(), GATEWAYS_TABLE),
  },
  kits: {
    needs: ['GATEWAYS_TABLE'],
    make: ({ GATEWAYS_TABLE = '' }, clients) => kitsIn(clients.dynamodb(), GATEWAYS_TABLE),
  },
  uses: {
    needs: ['USE_TABLE'],
    make: ({ USE_TABLE = '' }, clients) => usesIn(clients.dynamodb(), USE_TABLE),
  },
  proofs: {
    needs: ['GATEWAYS_TABLE'],
    make: ({ GATEWAYS_TABLE = '' }, clients) => proofsIn(clients.dynamodb(), GATEWAYS_TABLE),
  },
  ownKeys: {
    needs: ['GATEWAYS_TABLE'],
    make: ({ GATEWAYS_TABLE = '' }, clients) => ownKeysIn(clients.dynamodb(), GATEWAYS_TABLE),
  },
  signer: {
    needs: ['EVIDENCE_KEY'],
    make: ({ EVIDENCE_KEY = '' }, clients) => signerWith(clients.kms(), EVIDENCE_KEY),
  },
  secretVersions: {
    needs: [],
    make: (_, clients, { environment: { SECRET_PREFIX: prefix, SECRETS_KEY: key } }) =>
      secretVersionsIn(clients.secretsManager(), prefix === undefined ? undefined : { prefix, key }),
  },
  gatewaySecrets: {
    needs: ['ROTATION_FUNCTION'],
    make: ({ ROTATION_FUNCTION: rotationFunction = '' }, clients, { environment: { SECRETS_KEY: key } }) =>
      gatewaySecretsIn(clients.secretsManager(), { rotationFunction, ...(key ? { key } : {}) }),
  },
  kitSecrets: { needs: [], make: (_, clients) => kitSecretsIn(clients.secretsManager()) },
  kitSecretsTogether: { needs: [], make: (_, clients) => kitSecretsTogether(clients.secretsManager()) },
  kitReach: { needs: [], make: (_values, _clients, runtime) => kitReachOf(runtime) },
  policyCheck: { needs: ['POLICY_CHECK_URL'], make: ({ POLICY_CHECK_URL = '' }) => policyCheckAt(POLICY_CHECK_URL) },
  pingOne: {
    needs: [],
    make: (_, clients, runtime) =>
      pingOneClients(
        { ...systemAccess, now: runtime.now },
        workerSecretIn({ kitSecrets: kitSecretsIn(clients.secretsManager()) }),
        hostsOf(runtime.environment),
      ),
  },
  executions: {
    needs: ['STATE_MACHINE_ARN'],
    make: ({ STATE_MACHINE_ARN = '' }, clients) => executionsOf(clients.stepFunctions(), STATE_MACHINE_ARN),
  },
  followUp: {
    needs: ['RECONCILE_FUNCTION'],
    make: ({ RECONCILE_FUNCTION = '' }, _, runtime) =>
      followUpBy(RECONCILE_FUNCTION, ({ LambdaClient }) => limited(new LambdaClient(clientSettings(runtime)))),
  },
  manualStarts: {
    needs: ['STATE_MACHINE_ARN'],
    make: ({ STATE_MACHINE_ARN = '' }, clients) => manualStartsOf(clients.stepFunctions(), STATE_MACHINE_ARN),
  },
  plans: {
    needs: ['STATE_MACHINE_ARN'],
    make: ({ STATE_MACHINE_ARN = '' }, clients) => plansOf(clients.stepFunctions(), STATE_MACHINE_ARN),
  },
  notifyOwner: {
    needs: ['NOTIFICATIONS_TOPIC'],
    make: ({ NOTIFICATIONS_TOPIC = '' }, clients) => notifyOwnersOn(clients.sns(), NOTIFICATIONS_TOPIC),
  },
  news: { needs: ['NEWS_TABLE'], make: ({ NEWS_TABLE = '' }, clients) => newsIn(clients.dynamodb(), NEWS_TABLE) },
  channelSecret: { needs: [], make: (_, clients) => channelSecretsIn(clients.secretsManager()) },
  deployment: { needs: ['DEPLOYMENT'], make: ({ DEPLOYMENT = '' }) => DEPLOYMENT },
  consoleUrl: { needs: [], make: (_values, _clients, { environment }) => environment.CONSOLE_URL || undefined },
  home: {
    needs: ['ROTATION_FUNCTION'],
    make: ({ ROTATION_FUNCTION = '' }) => homeOfArn(ROTATION_FUNCTION),
  },
  protectTables: { needs: [], make: (_, clients) => protectTablesIn(clients.dynamodb()) },
  stackName: { needs: ['STACK_NAME'], make: ({ STACK_NAME = '' }) => STACK_NAME },
  actFunction: { needs: ['ACT_FUNCTION'], make: ({ ACT_FUNCTION = '' }) => ACT_FUNCTION },
  secretPrefix: { needs: ['SECRET_PREFIX'], make: ({ SECRET_PREFIX = '' }) => SECRET_PREFIX },
};

/** The named parts, made in the function's own environment. Throws EnvironmentIncomplete naming every variable that is missing. */
export const provide = <Name extends keyof Dependencies>(
  runtime: Runtime,
  ...names: readonly Name[]
): Pick<Dependencies, Name> & ClockAndLog => {
  const { environment, log, now } = runtime;
  const values = variables(environment, ...new Set(names.flatMap((name) => parts[name].needs)));
  const clients = clientsWith(clientSettings(runtime));
  const made = Object.fromEntries(names.map((name) => [name, parts[name].make(values, clients, runtime)]));
  return { ...(made as Pick<Dependencies, Name>), now, log };
};
