import * as z from 'zod';
import type { Kit, KitTraits } from '../domain/kit.ts';
import { apigee } from './apigee.ts';
import { awsLambda } from './aws-lambda.ts';
import { awsLambdaEdge } from './aws-lambda-edge.ts';
import { azureApim } from './azure-apim.ts';
import { forward } from './forward.ts';
import { type KindName, kindNames } from './kind-names.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { Destinations, KitKind } from './kit-kind.ts';
import { kong } from './kong.ts';
import { konnect } from './konnect.ts';
import { kubernetesSecret } from './kubernetes-secret.ts';
import { manual } from './manual.ts';
import { mulesoft } from './mulesoft.ts';
import { pingGateway } from './pinggateway.ts';
import { secretsManager } from './secrets-manager.ts';
import { ssmParameter } from './ssm-parameter.ts';
import { webhook } from './webhook.ts';

type StoredSettings = Readonly<Record<string, unknown>>;

/** A kind whose functions take settings as they were stored and check them first; wrong ones are a KitMisconfigured. */
export type CheckedKitKind = KitKind<unknown> & {
  readonly kind: KindName;
  readonly settings: z.ZodType<StoredSettings>;
  readonly traits: (settings: unknown) => KitTraits;
  /** None for settings that are wrong: nothing is done with them. */
  readonly destinations: (settings: unknown) => Destinations;
};

const checked = <Name extends KindName, Settings extends StoredSettings>(
  kind: KitKind<Settings> & { readonly kind: Name },
): CheckedKitKind & { readonly kind: Name } => {
  const parse = (settings: unknown, kit: Pick<Kit, 'gatewayId' | 'kitId'>): Settings => {
    const result = kind.settings.safeParse(settings);
    if (result.success) return result.data;
    throw new KitMisconfigured('SETTINGS_WRONG', {
      doing: `Reading the settings of kind ${kind.kind}`,
      kit,
      answer: `wrong or missing: ${result.error.issues.map(({ path }) => ['settings', ...path].join('.')).join(', ')}`,
      todo: 'Correct them in gateways.json and apply it again.',
    });
  };
  const { traits, readBack, destinations } = kind;
  return {
    kind: kind.kind,
    settings: kind.settings,
    traits: (settings) => (typeof traits === 'function' ? traits(kind.settings.parse(settings)) : traits),
    destinations: (settings) => {
      const parsed = kind.settings.safeParse(settings);
      return parsed.success ? destinations(parsed.data) : { urls: [], secrets: [] };
    },
    install: async (installation, settings, access) =>
      kind.install(installation, parse(settings, installation.kit), access),
    ...(readBack
      ? {
          readBack: async (installation, settings, access) =>
            readBack(installation, parse(settings, installation.kit), access),
        }
      : {}),
    check: async (asked, settings, access) => kind.check(asked, parse(settings, asked.kit), access),
  };
};

/** The one registry. */
export const kitKinds: { readonly [Name in KindName]: CheckedKitKind & { readonly kind: Name } } = {
  kong: checked(kong),
  apigee: checked(apigee),
  'azure-apim': checked(azureApim),
  mulesoft: checked(mulesoft),
  'aws-lambda': checked(awsLambda),
  'aws-lambda-edge': checked(awsLambdaEdge),
  'kubernetes-secret': checked(kubernetesSecret),
  pinggateway: checked(pingGateway),
  'secrets-manager': checked(secretsManager),
  'ssm-parameter': checked(ssmParameter),
  webhook: checked(webhook),
  manual: checked(manual),
  forward: checked(forward),
  konnect: checked(konnect),
};

/** Whether a text names a kind of this version. */
const isKindName = (text: string): text is KindName => Object.hasOwn(kitKinds, text);

/** The kind of a kit; throws KitMisconfigured for a name that this version does not know. */
export const kitKindOf = (kind: string): CheckedKitKind => {
  if (isKindName(kind)) return kitKinds[kind];
  throw new KitMisconfigured('UNKNOWN_KIND', {
    doing: 'Looking for the kind of a kit',
    kit: undefined,
    answer: `"${kind}" is not one of ${kindNames.join(', ')}`,
    todo: 'Correct it in gateways.json and apply it again.',
  });
};

/** Where the credential of a kit goes, and what its URLs are; none for a kind that this version does not know. */
export const destinationsOf = ({ kind, settings }: Pick<Kit, 'kind' | 'settings'>): Destinations =>
  isKindName(kind) ? kitKinds[kind].destinations(settings) : { urls: [], secrets: [] };

/** The secrets with own keys of this system: what a kit is reached with, each once. */
export const ownKeySecretsOf = (kit: Pick<Kit, 'kind' | 'settings'>): readonly string[] => {
  const { secrets, credentialSecrets = [] } = destinationsOf(kit);
  return [...new Set(secrets)].filter((secret) => !credentialSecrets.includes(secret));
};

/** The schema of a kit in gateways.json: `{kind, settings}` by kind, strict, together with the fields that all kits have. */
export const kitSchemaWith = <Common extends z.ZodRawShape>(common: Common) => {
  const entry = (kind: KindName) =>
    z.strictObject({ ...common, kind: z.literal(kind), settings: kitKinds[kind].settings });
  const [first, ...others] = kindNames;
  return z.discriminatedUnion('kind', [entry(first), ...others.map(entry)]);
};

/** `{kind, settings}` alone. */
export const kitSettingsSchema = kitSchemaWith({});
