import * as z from 'zod';
import { defaultStackName } from '../../defaults.ts';
import { writeText } from '../apply-registry.ts';
import { command, text } from '../command.ts';
import { CommandFailed } from '../failure.ts';
import { type Imported, type ImportInput, lookAtGateway } from '../import/import-gateway.ts';
import { type KongPlace, lastUsedText } from '../import/proposal.ts';
import { plain, rowsOf } from '../terminal.ts';

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
    'Looks at a gateway in PingOne and at the Kongs behind it, and proposes its kits for gateways.json. Only --write changes that file; nothing else is changed, and nothing is applied.',
  examples: [
    'import payments --environment 5f6b… --pingone-gateway 8c1d… --pingone-region EU --worker-secret pingone/worker --kong https://kong.internal:8444 --owner edge@example.com',
    'import payments --kong https://kong.internal:8444 --owner edge@example.com --write',
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
    ['--owner <owner>', 'who is told when one of these kits is late'],
    ['--file <path>', 'the file (default gateways.json)'],
    ['--write', 'put the proposal into the file'],
  ],
  input: {
    gatewayId: text,
    ...atPingOne,
    kong: z.array(text).default([]),
    ...ofKongs,
    owner: text,
    file: text.default('gateways.json'),
    write: z.boolean().default(false),
    local: z.boolean().default(false),
    data: text.optional(),
    stack: text.default(defaultStackName),
  },
  run: async (at, { gatewayId, kong, owner, file, write, local, data, stack, ...given }) => {
    const authority = authorityIn(given);
    const kongs = placesOf(kong, given);
    const { after, ...found } = await lookAtGateway(at, { gatewayId, file, owner, authority, kongs });
    const { failed } = found;
    if (write && failed.length > 0)
      throw new CommandFailed(
        'refused',
        `Nothing was written, since not every Kong could be asked. ${failed.join(' ')}`,
      );
    const isWritten = write && after !== undefined;
    if (isWritten) writeText(file, after);
    return {
      json: { ...found, isWritten },
      text: importText(found, {
        gatewayId,
        file,
        isWritten,
        isNew: after !== undefined,
        target: targetWords({ local, data, stack }),
      }),
      isFailed: failed.length > 0,
    };
  },
});

type About = {
  readonly gatewayId: string;
  readonly file: string;
  readonly isWritten: boolean;
  readonly isNew: boolean;
  /** The options that name the deployment, to be repeated with every command. */
  readonly target: string;
};

const importText = (found: Omit<Imported, 'after'>, about: About): string => {
  const { gatewayName, listed, rows, notes, failed, gateway } = found;
  const { gatewayId, file, isWritten, isNew } = about;
  const holders = (id: string): readonly string[] =>
    rows.filter(({ credentialId }) => credentialId === id).map(({ kit }) => kit);
  const result = isWritten
    ? [`${file} was changed. Gateway ${gatewayId} is there with ${gateway.kits.length} kits.`]
    : isNew
      ? [`With --write this stands in ${file}:`, JSON.stringify(gateway, null, 2)]
      : [`${file} has all of this already.`];
  return [
    `Gateway ${plain(gatewayName)} in PingOne has ${listed.length} of at most 5 credentials:`,
    rowsOf(
      ['CREDENTIAL', 'CREATED', 'USE', 'HELD BY'],
      listed.map((one) => [
        one.credentialId,
        new Date(one.createdAtMs).toISOString(),
        lastUsedText(one),
        holders(one.credentialId),
      ]),
    ),
    '',
    ...(rows.length === 0
      ? ['No ping-auth plugin was found.']
      : [
          rowsOf(
            ['KONG', 'PLUGIN', 'ATTACHED TO', 'HOLDS', 'KIT'],
            rows.map((row) => [
              row.adminUrl,
              row.plugin,
              row.attachedTo,
              row.holds,
              row.kit === '' ? 'none' : `${row.kit}${row.isNew ? ' (new)' : ''}`,
            ]),
          ),
        ]),
    ...[...failed.map((one) => `NOT ASKED: ${one}`), ...notes.map((one) => `NOTE: ${one}`)].map(
      (one) => `\n${plain(one)}`,
    ),
    '',
    ...result,
    '',
    ...nextSteps(found, about),
  ].join('\n');
};

const nextSteps = ({ gateway }: Omit<Imported, 'after'>, { gatewayId, file, target }: About): readonly string[] => {
  const line = (words: string): string => `  npx gateway-credentials ${words}${target}`;
  return [
    'What comes next:',
    ...gateway.kits.slice(0, 3).map(({ kitId }) => line(`kits test ${gatewayId} ${kitId} --file ${quoted(file)}`)),
    line(`apply ${quoted(file)} --reason "comes from PingOne"`),
    line(`adopt ${gatewayId} --credential all --reason "made in PingOne before"`),
    line(`plan ${gatewayId}`),
    line(`rotate ${gatewayId} --reason "the first rotation" --watch`),
  ];
};

const targetWords = ({ local, data, stack }: { local: boolean; data?: string | undefined; stack: string }): string => {
  if (data !== undefined) return ` --data ${quoted(data)}`;
  return `${local ? ' --local' : ''}${stack === defaultStackName ? '' : ` --stack ${quoted(stack)}`}`;
};

/** One word for a shell. */
const quoted = (word: string): string => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
