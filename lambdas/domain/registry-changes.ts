import { isSameAuthority, type PingOneAuthority } from './authority.ts';
import { differencesOf, same } from './configuration-differences.ts';
import { otherAuthority } from './configure.ts';
import type { AccessDecision, Gateway } from './gateway.ts';
import type { GatewayId, KitId } from './ids.ts';
import type { Kit } from './kit.ts';
import type { Labels } from './labels.ts';
import type { Policy } from './policy.ts';
import { kitsPerCall } from './shards.ts';

/** A kit as `gateways.json` wants it. */
export type WantedKit = Pick<
  Kit,
  | 'kitId'
  | 'kind'
  | 'owner'
  | 'labels'
  | 'traits'
  | 'lookBackSeconds'
  | 'probeUrl'
  | 'expectedSources'
  | 'canary'
  | 'settings'
>;

/** A gateway as `gateways.json` wants it. */
export type WantedGateway = {
  readonly gatewayId: GatewayId;
  readonly labels?: Labels;
  /** Absent: the builtin one. */
  readonly authority?: PingOneAuthority;
  readonly decision?: AccessDecision;
  readonly policy: Policy;
  readonly kits: readonly WantedKit[];
  /** When Secrets Manager rotates by itself. */
  readonly schedule?: Schedule;
};

/** A schedule in Secrets Manager's words: `rate(…)` or `cron(…)`, and the length of the window such as `3h`. */
export type Schedule = { readonly expression: string; readonly duration?: string };

/** How the secret of a gateway stands in Secrets Manager. */
export type SecretState = 'ABSENT' | 'PRESENT' | 'DELETING';

/** What there is of a gateway: its record, its kits (retired ones too), and its secret. */
export type FoundGateway = {
  readonly gateway?: Gateway;
  readonly kits: readonly Kit[];
  readonly secret: SecretState;
};

/** In the order in which they are made: every one may be interrupted after any other, and applying again goes on. */
const changeKinds = [
  'CREATE_SECRET',
  'RESTORE_SECRET',
  'ADD_GATEWAY',
  'UPDATE_GATEWAY',
  'GROW_SHARDS',
  'ADD_KIT',
  'UPDATE_KIT',
  'RETIRE_KIT',
  'SET_SCHEDULE',
  'CLEAR_SCHEDULE',
  'BEGIN_BOOTSTRAP',
  'RETIRE_GATEWAY',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/**
 * One difference between `gateways.json` and what there is; `detail` names fields and numbers, and of the settings of a kit only
 * where its credential goes.
 */
export type Change = {
  readonly kind: ChangeKind;
  readonly gatewayId: GatewayId;
  readonly kitId?: KitId;
  readonly detail: string;
  /** Where the kit's credential did not go before: hosts, and secrets that are used for it. */
  readonly destinations?: readonly string[];
  /** Why it is not made now; applying again later makes it. */
  readonly refused?: string;
};

/** About 100 kits to a shard; a power of two, so that most kits stay where they are, and never fewer than before. */
export const shardCountFor = (kits: number, current: number): number => {
  let count = Math.max(1, current);
  while (count * kitsPerCall < kits) count *= 2;
  return count;
};

/** What has to change so that a gateway is as the file wants it; empty when it is. */
export const compareGateway = (
  wanted: WantedGateway,
  found: FoundGateway,
  destinationsOf: DestinationsOf,
): readonly Change[] => {
  const { gatewayId } = wanted;
  const { gateway } = found;
  const change = (kind: ChangeKind, detail: string, refused?: string): Change => ({
    kind,
    gatewayId,
    detail,
    ...(refused === undefined ? {} : { refused }),
  });
  // At PingOne the kits hold one already: its first rotation is begun by a person, who has seen a plan and adopted that one.
  const begins =
    !wanted.authority && (gateway === undefined || (gateway.live.length === 0 && gateway.rotation === undefined));
  return [
    ...compareSecret(found, change),
    ...(gateway ? compareRecord(wanted, gateway, change) : [change('ADD_GATEWAY', `with ${wanted.kits.length} kits`)]),
    ...compareKits(wanted, found, destinationsOf),
    ...(begins ? [change('BEGIN_BOOTSTRAP', 'a rotation makes its first credential')] : []),
  ];
};

type Make = (kind: ChangeKind, detail: string, refused?: string) => Change;

const compareSecret = ({ gateway, secret }: FoundGateway, change: Make): readonly Change[] => {
  if (secret === 'DELETING') return [change('RESTORE_SECRET', 'it is scheduled for deletion')];
  if (secret === 'PRESENT') return [];
  return gateway
    ? [
        change(
          'CREATE_SECRET',
          `its ${gateway.live.length} live credentials were in the one that is gone`,
          `The record names a secret that was deleted for good. Run "recover ${gateway.gatewayId}": then adopt a value that a kit still holds, or rotate.`,
        ),
      ]
    : [change('CREATE_SECRET', 'holds a placeholder until the first credential')];
};

const compareRecord = (wanted: WantedGateway, gateway: Gateway, change: Make): readonly Change[] => {
  const differences = differencesOf(gateway, { ...wanted, isScheduled: wanted.schedule !== undefined });
  const shards = shardCountFor(wanted.kits.length, gateway.shardCount);
  return [
    ...(differences.length > 0
      ? [
          change(
            'UPDATE_GATEWAY',
            differences.join('; '),
            isSameAuthority(gateway.authority, wanted.authority) ? undefined : otherAuthority,
          ),
        ]
      : []),
    ...(shards === gateway.shardCount
      ? []
      : [
          change(
            'GROW_SHARDS',
            `${gateway.shardCount} become ${shards} for ${wanted.kits.length} kits`,
            gateway.rotation
              ? `Rotation ${gateway.rotation.rotationId} is running: shards change after it; until then they hold more kits.`
              : undefined,
          ),
        ]),
  ];
};

/** The fields of a kit that the file decides. */
const fields = [
  'kind',
  'owner',
  'labels',
  'traits',
  'lookBackSeconds',
  'probeUrl',
  'expectedSources',
  'canary',
  'settings',
] as const;

const compareKits = (
  wanted: WantedGateway,
  { gateway, kits }: FoundGateway,
  destinationsOf: DestinationsOf,
): readonly Change[] => {
  const { gatewayId } = wanted;
  const registered = new Map(kits.filter((kit) => kit.retiredAtMs === undefined).map((kit) => [kit.kitId, kit]));
  const wantedIds = new Set(wanted.kits.map((kit) => kit.kitId));
  const added = gateway?.rotation
    ? 'the running rotation takes it in'
    : gateway && gateway.live.length > 0
      ? 'gets a credential with the next rotation'
      : 'gets the first credential';
  return [
    ...wanted.kits.flatMap((kit): Change[] => {
      const before = registered.get(kit.kitId);
      const { kitId } = kit;
      const destinations = newDestinations(destinationsOf(kit), before && destinationsOf(before));
      const news = destinations.length === 0 ? {} : { destinations };
      const going = destinations.length === 0 ? '' : `; its credential goes to ${destinations.join(', ')}`;
      if (!before) return [{ kind: 'ADD_KIT', gatewayId, kitId, detail: `${kit.kind}; ${added}${going}`, ...news }];
      const changed = fields.filter((field) => !same(before[field], kit[field]));
      return changed.length === 0
        ? []
        : [{ kind: 'UPDATE_KIT', gatewayId, kitId, detail: `${changed.join(', ')}${going}`, ...news }];
    }),
    ...[...registered.keys()]
      .filter((kitId) => !wantedIds.has(kitId))
      .map((kitId): Change => ({ kind: 'RETIRE_KIT', gatewayId, kitId, detail: 'it is not in the file any more' })),
  ];
};

/** The URLs, secrets, functions, files and documents by which the credential of a kit reaches it. */
type DestinationsOf = (kit: Pick<Kit, 'kind' | 'settings'>) => {
  readonly urls: readonly string[];
  readonly secrets: readonly string[];
  readonly parameters?: readonly string[];
  readonly functions?: readonly string[];
  readonly files?: readonly string[];
  readonly documents?: readonly string[];
};

/** What was not among those before, as people are shown it: of a URL nothing behind its host, since that may be a secret. */
const newDestinations = (
  after: ReturnType<DestinationsOf>,
  before: ReturnType<DestinationsOf> = { urls: [], secrets: [] },
): readonly string[] => {
  const origins = new Set(before.urls.map((url) => URL.parse(url)?.origin));
  const urls = after.urls.filter((url) => !before.urls.includes(url)).map((url) => URL.parse(url)?.origin ?? 'nowhere');
  const secrets = after.secrets.filter((name) => !before.secrets.includes(name));
  const parameters = (after.parameters ?? []).filter((name) => !before.parameters?.includes(name));
  const documents = (after.documents ?? []).filter((name) => !before.documents?.includes(name));
  const files = (after.files ?? []).filter((name) => !before.files?.includes(name));
  const functions = (after.functions ?? []).filter((name) => !before.functions?.includes(name));
  return [
    ...new Set(urls.map((origin) => (origins.has(origin) ? `another path of ${origin}` : origin))),
    ...secrets.map((name) => `secret ${cut(name)}`),
    ...parameters.map((name) => `parameter ${cut(name)}`),
    ...functions.map((name) => `function ${name}`),
    ...files.map((name) => `file ${name}`),
    ...documents.map((name) => `document ${cut(name)}`),
  ];
};

const longestShown = 200;
const cut = (name: string): string => (name.length > longestShown ? `${name.slice(0, longestShown)}…` : name);

/** What happens to a registered gateway that the file does not name; nothing when it was retired before. */
export const compareAbsent = (gateway: Gateway): readonly Change[] => {
  if (gateway.retiredAtMs !== undefined) return [];
  const { gatewayId, live, rotation } = gateway;
  return [
    {
      kind: 'RETIRE_GATEWAY',
      gatewayId,
      detail:
        live.length > 0
          ? `it is not in the file any more; its secret and ${live.length} live credentials stay until somebody revokes them`
          : 'it is not in the file any more; its secret stays',
      ...(rotation
        ? { refused: `Rotation ${rotation.rotationId} is running: the gateway can be retired after that.` }
        : {}),
    },
  ];
};

/** Whether a kit that was changed has to be given the credential again: it is somewhere else now, or reached in another way. */
export const mustBeInstalledAgain = (before: Kit, after: WantedKit): boolean =>
  before.kind !== after.kind || !same(before.settings, after.settings);
