import * as z from 'zod';
import { parsePingOneCredential } from '../domain/pingone-credential.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { Installation } from './kit-kind.ts';
import type { KongEntities, PingAuth } from './kong-entities.ts';

const texts = (what: z.ZodType<string>) => z.array(what).min(1).max(100).optional();
const name = z.string().min(1).max(256);

/** The settings that say which `ping-auth` plugins belong to a kit: those that satisfy each of them that is given. */
export const selectionFields = (system: string) => ({
  serviceUrl: z
    .url()
    .optional()
    .describe(
      `Only ping-auth plugins of ${system} with this config.service_url belong to this kit. Required when they differ.`,
    ),
  pluginIds: texts(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a plugin')).describe(
    `Only the ping-auth plugins with these ids belong to this kit. Needed where several gateways of a PingOne environment, which has one Service URL, share a ${system}.`,
  ),
  instanceNames: texts(name).describe(`Only the ping-auth plugins of ${system} with one of these instance names.`),
  routes: texts(name).describe(`Only the ping-auth plugins of these routes of ${system}, by id or name.`),
  services: texts(name).describe(`Only the ping-auth plugins of these services of ${system}, by id or name.`),
  tags: texts(name).describe(`Only the ping-auth plugins of ${system} that have one of these tags.`),
});
export type Selection = z.infer<z.ZodObject<ReturnType<typeof selectionFields>>>;
const settingNames = ['serviceUrl', 'pluginIds', 'instanceNames', 'routes', 'services', 'tags'] as const;

/**
 * The plugins of a kit: at least one, all that match, all of one service URL, and none with a credential of another gateway of
 * PingOne. Each value of a setting has to be that of one at least: a selection that half matches is a mistake.
 */
export const ownPlugins = async (
  { kit, value }: Pick<Installation, 'kit'> & Partial<Pick<Installation, 'value'>>,
  settings: Selection,
  entities: KongEntities,
  system: string,
): Promise<readonly PingAuth[]> => {
  const doing = `Looking for the ping-auth plugins of ${system}`;
  const all = await entities.pingAuths();
  const { serviceUrl } = settings;
  const tests = await testsOf(settings, entities);
  const plugins = all.filter(
    (plugin) =>
      (!serviceUrl || sameUrl(plugin.config.service_url, serviceUrl)) &&
      tests.every(({ given, has }) => given.some((one) => has(plugin, one))),
  );
  const among = plugins.length > 0 ? plugins : all;
  const missing = tests.flatMap(({ setting, given, has }) =>
    given.filter((one) => !among.some((plugin) => has(plugin, one))).map((one) => ({ setting, one })),
  );
  if (all.length > 0 && missing.length > 0)
    throw new KitMisconfigured('NOTHING_TO_UPDATE', {
      doing,
      kit,
      answer: `it has no ping-auth plugin ${missing.map(({ setting, one }) => `${wordsOf[setting]}${one}`).join(', ')}`,
      todo: `Correct ${[...new Set(missing.map(({ setting }) => setting))].join(', ')}; a plugin that was made anew has another id.`,
    });
  if (plugins.length === 0)
    throw new KitMisconfigured('NOTHING_TO_UPDATE', {
      doing,
      kit,
      answer: `none of ${all.length} belongs to this kit`,
      todo: `Check its URL and what selects plugins (${settingNames.join(', ')}), and that the plugin is set up.`,
    });
  const first = plugins[0]?.config.service_url ?? '';
  if (plugins.some(({ config }) => !sameUrl(config.service_url, first)))
    throw new KitMisconfigured('SEVERAL_GATEWAYS', {
      doing,
      kit,
      answer: 'they have different service URLs, so some may belong to another gateway',
      todo: "Give this kit's serviceUrl in its settings.",
    });
  if (pingOneGatewaysIn([value, ...plugins.map(({ config }) => config.shared_secret)]).size > 1)
    throw new KitMisconfigured('SEVERAL_GATEWAYS', {
      doing,
      kit,
      answer: 'one of them holds a credential of another PingOne gateway, which has the same service URL',
      todo: `Say in its settings which are of this kit (${settingNames.slice(1).join(', ')}).`,
    });
  return plugins;
};

type Test = {
  readonly setting: Exclude<keyof Selection, 'serviceUrl'>;
  readonly given: readonly string[];
  has(plugin: PingAuth, one: string): boolean;
};

const wordsOf: Readonly<Record<Test['setting'], string>> = {
  pluginIds: '',
  instanceNames: 'with the instance name ',
  routes: 'of route ',
  services: 'of service ',
  tags: 'with the tag ',
};

const testsOf = async (settings: Selection, entities: KongEntities): Promise<readonly Test[]> => {
  const { pluginIds, instanceNames, routes, services, tags } = settings;
  const test = (setting: Test['setting'], given: readonly string[] | undefined, has: Test['has']): readonly Test[] =>
    given ? [{ setting, given, has }] : [];
  const routeIds = routes && (await entities.idsOf('routes', routes));
  const serviceIds = services && (await entities.idsOf('services', services));
  const isIn = (ids: ReadonlyMap<string, string> | undefined, one: string, id: string | undefined) =>
    id !== undefined && ids?.get(one) === id;
  return [
    ...test('pluginIds', pluginIds, (plugin, one) => plugin.id === one),
    ...test('instanceNames', instanceNames, (plugin, one) => plugin.instanceName === one),
    ...test('routes', routes, (plugin, one) => isIn(routeIds, one, plugin.routeId)),
    ...test('services', services, (plugin, one) => isIn(serviceIds, one, plugin.serviceId)),
    ...test('tags', tags, (plugin, one) => plugin.tags.includes(one)),
  ];
};

/** The gateways of PingOne whose credentials are among the values. */
const pingOneGatewaysIn = (values: readonly (string | null | undefined)[]): ReadonlySet<string> =>
  new Set(
    values.flatMap((value) => {
      const named = value ? parsePingOneCredential(value) : undefined;
      return named ? [`${named.environmentId} ${named.gatewayId}`] : [];
    }),
  );

const sameUrl = (one: string, other: string): boolean => one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
