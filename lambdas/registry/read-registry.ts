import type { GatewayId, KitId } from '../domain/ids.ts';
import { contradictions } from '../domain/policy.ts';
import type { WantedGateway, WantedKit } from '../domain/registry-changes.ts';
import { scheduleContradiction } from '../domain/schedule.ts';
import { isPlainText } from '../domain/text.ts';
import { kitKindOf } from '../kits/kinds.ts';
import type { NewsSettings } from '../news/channel-schema.ts';
import { contradictionsIn } from '../news/routes.ts';
import { decisionOf, idleForwardKits } from './forward-target.ts';
import { pathText, problemsOf } from './problems.ts';
import { type GatewayOfFile, gatewaySchema, registryJsonSchema, registrySchema } from './schema.ts';
import { sharedAtPingOne } from './shared-at-pingone.ts';

/** Thrown for a `gateways.json` that cannot be applied: names every problem of the file at once, and no setting's text. */
export class RegistryRefused extends Error {
  override readonly name = 'RegistryRefused';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const list = problems.length === 1 ? ` ${problems[0]}` : `\n${problems.map((one) => `- ${one}`).join('\n')}`;
    super(`gateways.json was refused:${list}`);
    this.problems = problems;
  }
}

/** A kit with the number of nodes that its stand-in has, if it gets one. */
export type DemoKit = WantedKit & { readonly nodes: number };

/** What `gateways.json` wants; demo gateways are for this machine only. */
export type Registry = {
  readonly gateways: readonly (Omit<WantedGateway, 'kits'> & {
    readonly kits: readonly DemoKit[];
    readonly demo: boolean;
  })[];
  /** By which channels people are told. */
  readonly news: NewsSettings;
};

/** The registry without its demo gateways: what a deployment to AWS applies. */
export const withoutDemo = ({ gateways, news }: Registry): Registry => ({
  gateways: gateways.filter(({ demo }) => !demo),
  news,
});

/** Reads the text of `gateways.json`. Throws {@link RegistryRefused}. */
export const readRegistry = (text: string): Registry => registryIn(parsed(text));

/** The same of the document that such a text holds, or that several files make up together. */
export const registryIn = (given: unknown): Registry => {
  const whole = registrySchema.safeParse(given);
  const problems = whole.success ? [] : problemsOf(whole.error.issues, given, registryJsonSchema());
  const news: NewsSettings = whole.success
    ? { channels: whole.data.channels, news: whole.data.news, owners: whole.data.owners }
    : { channels: {}, news: [], owners: {} };
  problems.push(...contradictionsIn(news));
  const gatewaysGiven: readonly unknown[] = listAt(given, 'gateways');
  problems.push(...repeated(gatewaysGiven, 'gatewayId', ['gateways'], 'gateway'));
  const parsedGateways = gatewaysGiven.map((one) => gatewaySchema.safeParse(one));
  const good = parsedGateways.flatMap((one) => (one.success ? [one.data] : []));
  problems.push(...sharedAtPingOne(parsedGateways.map((one) => (one.success ? one.data : undefined))));
  const read = gatewaysGiven.map((gatewayGiven, index) => {
    const path = ['gateways', index];
    problems.push(...repeated(listAt(gatewayGiven, 'kits'), 'kitId', [...path, 'kits'], 'kit of the gateway'));
    problems.push(...unfitTextsIn(gatewayGiven, path).filter((one) => isNews(one, problems)));
    problems.push(...unstatedIn(gatewayGiven, path).filter((one) => isNews(one, problems)));
    const one = parsedGateways[index];
    if (!one?.success) return undefined;
    problems.push(...misplacedDemo(one.data, path), ...idleForwardKits(one.data, good, path));
    const { decision: given, ...rest } = one.data;
    const decision = given && decisionOf({ ...rest, decision: given }, good, path);
    if (decision && 'problem' in decision) {
      problems.push(decision.problem);
      return undefined;
    }
    const gateway = { ...rest, ...(decision ? { decision } : {}), kits: one.data.kits.map(wantedKit) };
    const timings = gateway.kits.map(({ kitId, canary, traits: { propagationSeconds, installedBy } }) => ({
      ...{ kitId, propagationSeconds, installedBy },
      ...(canary ? { canary } : {}),
    }));
    const scheduled = one.data.schedule && scheduleContradiction(one.data.schedule, gateway.policy);
    if (scheduled) problems.push(`${pathText([...path, 'schedule'])}: ${scheduled}`);
    for (const sentence of contradictions(gateway.policy, timings, one.data.authority?.kind !== 'pingone'))
      problems.push(`${pathText([...path, 'policy'])}: ${sentence}`);
    return gateway;
  });
  if (problems.length > 0) throw new RegistryRefused(problems);
  return {
    news,
    gateways: read
      .filter((one) => one !== undefined)
      .map(({ gatewayId, labels, authority, decision, policy, kits, demo, schedule }) => ({
        gatewayId,
        ...(labels ? { labels } : {}),
        ...(authority?.kind === 'pingone' ? { authority } : {}),
        ...(decision ? { decision } : {}),
        policy,
        kits,
        demo,
        ...(schedule ? { schedule } : {}),
      })),
  };
};

/** Who is the authority of a gateway is said, and what our policy check decides, where kits call it; looked at whatever else is wrong. */
const unstatedIn = (given: unknown, path: readonly PropertyKey[]): readonly string[] => {
  const { authority, decision, demo } = Object(given) as Record<string, unknown>;
  const at = (name: string): string => pathText([...path, name]);
  const isPingOne = Object(authority).kind === 'pingone';
  return [
    ...(authority === undefined && demo !== true
      ? [
          `${at('authority')}: given nothing; it must say {"kind": "builtin"}, or {"kind": "pingone", …} with the gateway in PingOne.`,
        ]
      : []),
    ...(isPingOne && decision !== undefined
      ? [
          `${at('decision')}: given an object; it must be left out: the kits of this gateway call PingOne, which decides.`,
        ]
      : []),
    ...(!isPingOne && decision === undefined
      ? [`${at('decision')}: given nothing; it must be an object whose "kind" is "allow-all" or "forward".`]
      : []),
  ];
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    const where = error instanceof SyntaxError ? / \(line \d+ column \d+\)/.exec(error.message)?.[0] : undefined;
    throw new RegistryRefused([`the file: given a text that is not JSON${where ?? ''}; allowed is JSON.`]);
  }
};

const wantedKit = (kit: GatewayOfFile['kits'][number]): DemoKit => {
  const { kitId, kind, owner, labels, lookBackSeconds, probeUrl, expectedSources, canary, settings, demo } = kit;
  return {
    kitId,
    kind,
    owner,
    lookBackSeconds,
    settings,
    traits: kitKindOf(kind).traits(settings),
    nodes: demo?.nodes ?? 1,
    ...(labels ? { labels } : {}),
    ...(probeUrl === undefined ? {} : { probeUrl }),
    ...(expectedSources === undefined ? {} : { expectedSources }),
    ...(canary ? { canary } : {}),
  };
};

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;

const listAt = (value: unknown, field: string): readonly unknown[] => {
  const list = fieldOf(value, field);
  return Array.isArray(list) ? list : [];
};

const repeated = (
  items: readonly unknown[],
  field: 'gatewayId' | 'kitId',
  path: readonly PropertyKey[],
  what: string,
): string[] => {
  const first = new Map<GatewayId | KitId | string, number>();
  return items.flatMap((item, index) => {
    const id = fieldOf(item, field);
    if (typeof id !== 'string') return [];
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, index);
      return [];
    }
    return [
      `${pathText([...path, index, field])}: ${JSON.stringify(id)} is the id of ${pathText([...path, before])} too; allowed is one that no other ${what} has.`,
    ];
  });
};

/** Whether nothing was said yet of what the sentence is about. */
const isNews = (sentence: string, problems: readonly string[]): boolean =>
  !problems.some((known) => known.startsWith(sentence.slice(0, sentence.indexOf(': '))));

/** Texts that may be stored nowhere in the file, settings of kinds included. */
const unfitTextsIn = (value: unknown, path: readonly PropertyKey[]): string[] => {
  if (typeof value === 'string') {
    const why = whyUnfit(value);
    return why ? [`${pathText(path)}: ${why}.`] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    unfitTextsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
};

/** A name or a password in a URL would be stored and shown: settings name secrets, they never hold one. */
const whyUnfit = (text: string): string | undefined => {
  if (!isPlainText(text)) return 'given a text with hidden characters; allowed is plain text, in lines';
  const url = text.includes('@') && URL.canParse(text) ? new URL(text) : undefined;
  return url?.username || url?.password
    ? 'given a URL with a user name or password; allowed is one without, and a secret named beside it'
    : undefined;
};

const misplacedDemo = ({ demo, kits }: GatewayOfFile, path: readonly PropertyKey[]): string[] =>
  demo
    ? []
    : kits.flatMap((kit, index) =>
        kit.demo
          ? [
              `${pathText([...path, 'kits', index, 'demo'])}: given for a kit of a real gateway; allowed in a gateway with "demo": true.`,
            ]
          : [],
      );
