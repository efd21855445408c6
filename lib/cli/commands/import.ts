import * as z from 'zod';
import { command, text } from '../command.ts';
import { CommandFailed } from '../failure.ts';
import type { ImportInput } from '../import/import-gateway.ts';
import { type ApigeePlace, type KongPlace, mapPlaceIn } from '../import/places.ts';

const atPingOne = {
  environment: text.optional(),
  pingoneGateway: text.optional(),
  pingoneRegion: text.optional(),
  workerSecret: text.optional(),
  apiUrl: text.optional(),
  tokenUrl: text.optional(),
  serviceUrl: text.optional(),
};
const ofKongs = {
  kongTokenSecret: text.optional(),
  kongHeadersSecret: text.optional(),
  kongCaSecret: text.optional(),
  kongWorkspace: text.optional(),
};
type OfKongs = { readonly [Name in keyof typeof ofKongs]?: string | undefined };

/** Where each Kong is, with what all of them have in common. */
const placesOf = (adminUrls: readonly string[], given: OfKongs): readonly KongPlace[] => {
  const common = {
    adminTokenSecret: given.kongTokenSecret,
    adminHeadersSecret: given.kongHeadersSecret,
    caCertificateSecret: given.kongCaSecret,
    workspace: given.kongWorkspace,
  };
  const named = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
  return [...new Set(adminUrls)].map((adminUrl) => ({ adminUrl, ...named }));
};

const ofMaps = {
  apigeeAccessSecret: text.optional(),
  apigeeEdition: z.enum(['x', 'edge']).optional(),
  apigeeUrl: text.optional(),
  apigeeTokenUrl: text.optional(),
};
type OfMaps = { readonly [Name in keyof typeof ofMaps]?: string | undefined };

/** Where each key value map is, with what all of them have in common. */
const mapsOf = (paths: readonly string[], given: OfMaps): readonly ApigeePlace[] => {
  const { apigeeAccessSecret: accessSecret, apigeeEdition: edition, apigeeUrl: baseUrl, apigeeTokenUrl } = given;
  if (paths.length === 0) return [];
  if (accessSecret === undefined)
    throw new CommandFailed('usage', '--apigee goes with --apigee-access-secret, the secret that opens its API.');
  const common = { edition, accessSecret, baseUrl, tokenUrl: apigeeTokenUrl };
  const named = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
  return [...new Set(paths)].map((path) => mapPlaceIn(path, { accessSecret, ...named }));
};

type AtPingOne = { readonly [Name in keyof typeof atPingOne]?: string | undefined };

/** The authority as it is written down, or nothing when no option about it was given. */
const authorityIn = (given: AtPingOne): ImportInput['authority'] => {
  const said = {
    environmentId: given.environment,
    gatewayId: given.pingoneGateway,
    region: given.pingoneRegion,
    workerSecret: given.workerSecret,
    apiUrl: given.apiUrl,
    tokenUrl: given.tokenUrl,
    serviceUrl: given.serviceUrl,
  };
  const named = Object.entries(said).filter(([, value]) => value !== undefined);
  return named.length === 0 ? undefined : { kind: 'pingone', ...Object.fromEntries(named) };
};

/** Registers what exists: reads PingOne and the kits, and proposes what stands in `gateways.json`. */
export const importCommand = command({
  usage: 'import <gatewayId>',
  about:
    'Looks at a gateway in PingOne, and at the Kongs and the key value maps of Apigee behind it, and proposes its kits for gateways.json. Only --write changes that file; nothing else is changed, and nothing is applied.',
  examples: [
    'import payments --environment 5f6b… --pingone-gateway 8c1d… --pingone-region EU --worker-secret pingone/worker --kong https://kong.internal:8444 --owner edge@example.com',
    'import payments --kong https://kong.internal:8444 --owner edge@example.com --write',
    'import payments --apigee organizations/acme/environments/prod/keyvaluemaps/ping --apigee-access-secret kits/apigee/key --owner api@example.com',
  ],
  options: [
    ['--environment <id>', 'the environment in PingOne; not when the file has the gateway already, as the next five'],
    ['--pingone-gateway <id>', 'the gateway there'],
    ['--pingone-region <region>', 'where the environment is: NA, CA, EU, AU, SG or AP'],
    ['--worker-secret <name>', 'the secret with the worker application'],
    ['--api-url <url>', 'with --token-url and --service-url in place of a region: another address of PingOne'],
    ['--token-url <url>', 'see --api-url'],
    ['--service-url <url>', 'see --api-url'],
    ['--kong <adminUrl...>', 'the Admin API of each Kong that calls PingOne'],
    ['--kong-token-secret <name>', 'the secret with the Kong-Admin-Token of all of them'],
    ['--kong-headers-secret <name>', 'the secret with headers for what stands before all of them'],
    ['--kong-ca-secret <name>', 'the secret with the private CA of all of them'],
    ['--kong-workspace <name>', 'the workspace of all of them'],
    ['--apigee <path...>', 'each key value map of Apigee: organizations/…[/environments/…|/apis/…]/keyvaluemaps/…'],
    ['--apigee-access-secret <name>', 'the secret that opens the API of all of them, as accessSecret of a kit'],
    ['--apigee-edition <edition>', 'x (default, and hybrid) or edge'],
    ['--apigee-url <url>', 'another URL of the API of all of them, as baseUrl of a kit'],
    ['--apigee-token-url <url>', 'where else access tokens for all of them are fetched'],
    ['--owner <owner>', 'who is told when one of these kits is late'],
    ['--file <path>', 'the file (default gateways.json)'],
    ['--write', 'put the proposal into the file'],
  ],
  input: {
    gatewayId: text,
    ...atPingOne,
    kong: z.array(text).default([]),
    ...ofKongs,
    apigee: z.array(text).default([]),
    ...ofMaps,
    owner: text,
    file: text.default('gateways.json'),
    write: z.boolean().default(false),
  },
  run: async (at, { gatewayId, kong, apigee, owner, file, write, ...given }) => {
    const { lookAtGateway } = await import('../import/import-gateway.ts');
    const authority = authorityIn(given);
    const kongs = placesOf(kong, given);
    const maps = mapsOf(apigee, given);
    const { after, ...found } = await lookAtGateway(at, { gatewayId, file, owner, authority, kongs, maps });
    const { failed } = found;
    if (write && failed.length > 0)
      throw new CommandFailed(
        'refused',
        `Nothing was written, since not everything could be asked. ${failed.join(' ')}`,
      );
    const isWritten = write && after !== undefined;
    if (isWritten) (await import('../registry-writes.ts')).writeFiles(after.writes);
    const { importText } = await import('../import/import-text.ts');
    return {
      document: 'import',
      json: { ...found, isWritten },
      text: importText(found, {
        gatewayId,
        file,
        isWritten,
        isNew: after !== undefined,
        asked: { kongs: kongs.length > 0, maps: maps.length > 0 },
        call: at.call,
        screen: at.terminal.screen(),
      }),
      isFailed: failed.length > 0,
    };
  },
});
