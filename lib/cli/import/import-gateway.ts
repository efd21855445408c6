import { existsSync } from 'node:fs';
import * as z from 'zod';
import { pingOneClients, systemAccess } from '../../../lambdas/authorities/pingone/client.ts';
import { pingOneSettings, urlsOf } from '../../../lambdas/authorities/pingone/settings.ts';
import { workerSecretIn } from '../../../lambdas/authorities/pingone/worker-secret.ts';
import { StepFailed, TemporarilyUnavailable } from '../../../lambdas/domain/failure.ts';
import { isGatewayId, nameRule } from '../../../lambdas/domain/ids.ts';
import { inWords, problemsText } from '../../../lambdas/domain/in-words.ts';
import type { ListedCredential } from '../../../lambdas/domain/pingone-mint.ts';
import type { At } from '../command.ts';
import { CommandFailed } from '../failure.ts';
import { hostsOf, ownSecrets } from '../own-access.ts';
import {
  type EditedRegistry,
  type GatewayEntry,
  gatewayIn,
  openRegistry,
  withGateway,
  withKits,
} from '../registry-edit.ts';
import { readText } from '../user-files.ts';
import { lookAtKong, lookAtMap } from './look.ts';
import type { ApigeePlace, KongPlace } from './places.ts';
import { type Proposal, proposeKits } from './proposal.ts';

/** What a person says of a gateway that is to be imported. */
export type ImportInput = {
  readonly gatewayId: string;
  readonly file: string;
  readonly owner: string;
  /** As it stands in the file afterwards; absent when the file has the gateway already. */
  readonly authority: Readonly<Record<string, unknown>> | undefined;
  readonly kongs: readonly KongPlace[];
  readonly maps: readonly ApigeePlace[];
};

/** What was found and proposed; `after` is the registry with it, when there is anything to add. */
export type Imported = Proposal & {
  readonly listed: readonly ListedCredential[];
  readonly gatewayName: string;
  /** A sentence for each Kong and each key value map that could not be asked. */
  readonly failed: readonly string[];
  readonly gateway: GatewayEntry;
  readonly after?: EditedRegistry;
};

/**
 * Looks at PingOne, the Kongs and the key value maps from here, with the rights of the person at the terminal: nothing is registered yet, so
 * no function has any. Changes nothing. Throws {@link CommandFailed} when PingOne or the file cannot be read.
 */
export const lookAtGateway = async ({ connection }: Pick<At, 'connection'>, input: ImportInput): Promise<Imported> => {
  const { gatewayId, file, owner } = input;
  if (!isGatewayId(gatewayId)) throw new CommandFailed('usage', `Given is ${gatewayId}; allowed is ${nameRule}.`);
  const opened = openRegistry(file, existsSync(file) ? readText(file) : '{"gateways": []}');
  const before = gatewayIn(opened, gatewayId);
  const entry = authorityFor(input, before);
  const settings = authorityOf(entry);
  const readSecret = workerSecretIn({ kitSecrets: ownSecrets(connection) });
  const client = pingOneClients(
    systemAccess,
    readSecret,
    hostsOf(Object.values(urlsOf(settings))),
  )(gatewayId, settings);
  const { name } = await asked(client.gateway());
  const { listed } = await asked(client.list());
  const from = { connection, gatewayId, owner };
  const [kongs, maps] = await Promise.all([
    Promise.all(input.kongs.map((place) => lookAtKong(from, place))),
    Promise.all(input.maps.map((place) => lookAtMap(from, place))),
  ]);
  const proposal = proposeKits({
    authority: settings,
    serviceUrl: urlsOf(settings).serviceUrl,
    listed,
    kongs: kongs.flatMap((one) => ('plugins' in one ? [one] : [])),
    maps: maps.flatMap((one) => ('map' in one ? [one] : [])),
    kits: before?.kits ?? [],
    owner,
  });
  const gateway = before
    ? { ...before, kits: [...before.kits, ...proposal.kits] }
    : { gatewayId, authority: entry, kits: proposal.kits };
  const failed = [...kongs, ...maps].flatMap((one) => ('failed' in one ? [one.failed] : []));
  const isChanged = !before || proposal.kits.length > 0;
  const after = (): EditedRegistry =>
    before ? withKits(opened, gatewayId, proposal.kits) : withGateway(opened, gateway);
  return { ...proposal, listed, gatewayName: name, failed, gateway, ...(isChanged ? { after: after() } : {}) };
};

/** The authority as the file says it, or as the options do; never both, so that nobody imports into another gateway. */
const authorityFor = (
  { gatewayId, file, authority }: ImportInput,
  before: GatewayEntry | undefined,
): Readonly<Record<string, unknown>> => {
  if (!before) {
    if (authority) return authority;
    throw new CommandFailed(
      'usage',
      `${file} has no gateway ${gatewayId} yet: say where it is in PingOne with --environment, --pingone-gateway, --pingone-region and --worker-secret.`,
    );
  }
  if (authority)
    throw new CommandFailed(
      'usage',
      `${file} has gateway ${gatewayId} already and says where it is in PingOne: leave these options out.`,
    );
  const read = z.looseObject({ kind: z.literal('pingone') }).safeParse(before.authority);
  if (read.success) return read.data;
  throw new CommandFailed(
    'usage',
    `Gateway ${gatewayId} of ${file} is not one of PingOne: there is nothing to import.`,
  );
};

const authorityOf = (entry: unknown): z.output<typeof pingOneSettings> => {
  const read = pingOneSettings.safeParse(entry, inWords);
  if (read.success) return read.data;
  throw new CommandFailed('usage', `Where the gateway is in PingOne: ${problemsText(read.error)}`);
};

const asked = <Answer>(call: Promise<Answer>): Promise<Answer> =>
  call.catch((error: unknown) => {
    if (error instanceof StepFailed || error instanceof TemporarilyUnavailable)
      throw new CommandFailed('unreachable', error.message, { cause: error });
    throw error;
  });
