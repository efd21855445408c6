import { pathToFileURL } from 'node:url';
import type { Environment } from '../../lambdas/runtime/environment.ts';
import type { Hosted } from '../../lambdas/runtime/host.ts';
import type { Log } from '../../lambdas/runtime/log.ts';
import type { Transport } from '../../lambdas/runtime/transport.ts';
import { region } from '../emulator/account.ts';
import { resourcesOf, type Template } from '../emulator/cloudformation/template.ts';
import type { Lambda } from '../emulator/lambda/lambda.ts';
import type { Keys } from '../emulator/wire/keys.ts';
import type { Timers } from '../emulator/wire/timers.ts';
import { moduleAt } from '../own-files.ts';
import { functionNameOf } from './names.ts';

/** One function of the template: its name here, its entry, its variables with everything resolved, its timeout. */
export type DeclaredFunction = {
  readonly name: string;
  readonly source: string;
  readonly variables: Environment;
  readonly timeoutMs: number;
  readonly aliases: readonly string[];
};

/** The functions of the template. `overrides` says which variables of a function have another value on this machine. */
export const functionsOf = (
  template: Template,
  resolve: (value: unknown) => unknown,
  overrides: (functionName: string) => Environment,
): readonly DeclaredFunction[] =>
  resourcesOf(template, 'AWS::Lambda::Function').flatMap(({ logicalId, Metadata, Properties }) => {
    if (typeof Metadata?.source !== 'string') return [];
    const declared = Properties?.Environment as { Variables?: Record<string, unknown> } | undefined;
    const name = functionNameOf(Metadata.source);
    const own = overrides(name);
    const rest = Object.entries(declared?.Variables ?? {}).filter(([variable]) => !(variable in own));
    const variables = {
      ...Object.fromEntries(rest.map(([variable, value]) => [variable, String(resolve(value))])),
      ...own,
    };
    return [
      {
        name,
        source: Metadata.source,
        variables,
        timeoutMs: 1000 * Number(Properties?.Timeout ?? 3),
        aliases: resourcesOf(template, 'AWS::Lambda::Alias')
          .filter(({ Properties }) => Object(Properties?.FunctionName).Ref === logicalId)
          .map(({ Properties }) => String(Properties?.Name)),
      },
    ];
  });

/** Gives the handler of a function by the URL of its entry: that of this process, or one that asks another process. */
export type LoadHandler = (entry: string, functionName: string) => Promise<Pick<Hosted<unknown, unknown>, 'in'>>;

const loadHere: LoadHandler = async (entry) =>
  ((await import(entry)) as { readonly handler: Hosted<unknown, unknown> }).handler;

/**
 * Loads each function's handler and hosts it in its own environment: its variables, and a key of its own, so that the
 * endpoint knows who calls. The project's root is where the sources are named from.
 */
export const hostFunctions = async (
  lambda: Lambda,
  functions: readonly DeclaredFunction[],
  {
    keys,
    endpointUrl,
    projectFolder,
    log,
    timers,
    load = loadHere,
    transport,
  }: {
    keys: Keys;
    endpointUrl: string;
    projectFolder: string;
    log: (functionName: string) => Log;
    timers: Timers;
    load?: LoadHandler | undefined;
    transport: (functionName: string) => Transport;
  },
): Promise<void> => {
  for (const { name, source, variables, timeoutMs, aliases } of functions) {
    const { accessKeyId, secretAccessKey } = keys.keyOf(name);
    const environment: Environment = {
      ...variables,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: endpointUrl,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    const handler = await load(pathToFileURL(moduleAt(projectFolder, source)).href, name);
    lambda.register(name, {
      handler: handler.in({ environment, log: log(name), now: timers.now, transport: transport(name) }),
      timeoutMs,
      aliases,
    });
  }
};
