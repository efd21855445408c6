import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { dataFolderIn, dataFolderVariable, defaultDataFolder } from '../defaults.ts';
import { refuseUnlessFile } from '../user-file.ts';
import { OptionRefused, readFlags } from './read-flags.ts';

/** How this machine is asked to be the cloud. Ports: 0 takes any free one. */
export type Options = {
  readonly gatewaysFile: string;
  /** `undefined` keeps everything in memory. */
  readonly dataFolder: string | undefined;
  readonly policyCheckPort: number;
  readonly awsPort: number;
  readonly consolePort: number;
  /** The policy check's address: loopback, or with a certificate any other. */
  readonly address: string;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly once: boolean;
  /** Only say what applying the gateways file would change. */
  readonly plan: boolean;
  readonly reportFile: string | undefined;
  /** Whether functions.log has a line for each policy check, and not for each change only. */
  readonly logsChecks: boolean;
  /** Where functions log: functions.log of the data folder, or standard output, for whoever keeps that. */
  readonly logTo: 'file' | 'stdout';
  /** Lines below it are not written. */
  readonly logLevel: LogLevel;
  /** How many requests the clients of the demo send, all together. */
  readonly demoRequestsPerSecond: number;
};

type LogLevel = 'INFO' | 'WARN' | 'ERROR';

/** What `--help` prints. */
export const help = `Rotates the credentials of your API gateways on this machine, without a failed request.

  npm start -- [options]                       in a checkout
  npx gateway-credentials start [options]      as an installed package

  --gateways FILE      the gateways and kits to keep (default: gateways.json of the project)
  --data DIR           where records and secrets are kept (default: ${dataFolderVariable}, or
                       ${defaultDataFolder})
  --ephemeral          keep nothing: everything in memory, fresh at every start
  --port N             port of the policy check (default 8080)
  --aws-port N         port of the AWS endpoint (default 4566)
  --console-port N     port of the console (default 8090)
  --listen ADDRESS     address of the policy check (default 127.0.0.1); another than loopback needs:
  --tls-cert FILE      the certificate in PEM, and
  --tls-key FILE       its key in PEM
  --once               rotate every gateway of the file once and end: exit code 0 when every rotation
                       completed, no legitimate request was refused and the old credentials are
                       refused; requests that failed on a busy machine are shown beside it
  --plan               only print what applying the gateways file would change
  --report FILE        write what happened as JSON
  --demo-rate N        requests per second that the clients of demo gateways send while one of them
                       rotates (default 240); otherwise there are two a second
  --log stdout|file    where the functions log: functions.log of the data folder (default), or standard
                       output, a JSON object a line, for a service manager that keeps it
  --log-level LEVEL    info (default), warn or error: lines below it are not written
  --log-checks         a line in the log for each policy check, not only for what is new
  --help               this text

  npm start -- backup --to FOLDER       back up the data folder, also while it runs
  npm start -- restore --from FOLDER    restore it into an empty one
  npm start -- move --plan              what moving its gateways to AWS would do; each has a --help

Every option takes effect for this start only. A port of 0 takes any free port.

Exit codes: 0 done, or stopped with Ctrl-C; 1 refused or failed; 2 wrong command line, or a file that it
names is refused.
`;

const flags = {
  gateways: { type: 'string' },
  data: { type: 'string' },
  ephemeral: { type: 'boolean' },
  port: { type: 'string' },
  'aws-port': { type: 'string' },
  'console-port': { type: 'string' },
  listen: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  once: { type: 'boolean' },
  plan: { type: 'boolean' },
  report: { type: 'string' },
  'demo-rate': { type: 'string' },
  'log-checks': { type: 'boolean' },
  log: { type: 'string' },
  'log-level': { type: 'string' },
  help: { type: 'boolean' },
} as const;

const portOf = (flag: string, text: string | undefined, byDefault: number): number => {
  if (text === undefined) return byDefault;
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new OptionRefused(`--${flag} is "${text}": a port is a number from 0 to 65535.`);
  return port;
};

const rateOf = (text = '240'): number => {
  const rate = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (rate >= 1 && rate <= 1000) return rate;
  throw new OptionRefused(`--demo-rate is "${text}": allowed is a whole number of requests per second from 1 to 1000.`);
};

const oneOf = <Choice extends string>(
  flag: string,
  text: string | undefined,
  choices: Readonly<Record<string, Choice>>,
  byDefault: Choice,
): Choice => {
  if (text === undefined) return byDefault;
  const choice = Object.hasOwn(choices, text) ? choices[text] : undefined;
  if (choice !== undefined) return choice;
  throw new OptionRefused(`--${flag} is "${text}": allowed is ${Object.keys(choices).join(' or ')}.`);
};

const readable = (flag: string, path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new OptionRefused(`--${flag} names "${path}", which cannot be read.`, { cause });
  }
};

/** A file that is written at the end: what is wrong with its place is said at the start. */
const writable = (flag: string, path: string): string => {
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory())
    throw new OptionRefused(`--${flag} names "${path}": the folder ${dirname(path)} does not exist.`);
  try {
    refuseUnlessFile(path);
    return path;
  } catch (cause) {
    throw new OptionRefused(`--${flag}: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
};

const isLoopback = (address: string): boolean =>
  address === 'localhost' || address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address);

/** Reads the command line; `'help'` when that is asked for. Throws {@link OptionRefused}, with what was given and what is allowed. */
export const parseOptions = (
  args: readonly string[],
  projectFolder: string,
  environment: NodeJS.ProcessEnv,
): Options | 'help' => {
  const values = readFlags(args, flags);
  if (values.help) return 'help';
  if (values.ephemeral && values.data !== undefined)
    throw new OptionRefused('--ephemeral keeps nothing, and --data says where to keep it: give one of them.');
  if (values['log-checks'] && values['log-level'] !== undefined && values['log-level'] !== 'info')
    throw new OptionRefused('--log-checks asks for lines that --log-level leaves out: give one of them.');
  const address = values.listen ?? '127.0.0.1';
  const { 'tls-cert': certFile, 'tls-key': keyFile } = values;
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new OptionRefused('--tls-cert and --tls-key go together.');
  if (!isLoopback(address) && certFile === undefined)
    throw new OptionRefused(
      `--listen ${address} opens the policy check to other machines: credentials travel on it, so --tls-cert and --tls-key are needed.`,
    );
  const gatewaysFile = resolve(values.gateways ?? join(projectFolder, 'gateways.json'));
  if (!existsSync(gatewaysFile)) throw new OptionRefused(`--gateways names "${gatewaysFile}", which does not exist.`);
  return {
    gatewaysFile,
    dataFolder: values.ephemeral ? undefined : resolve(values.data ?? dataFolderIn(environment)),
    policyCheckPort: portOf('port', values.port, 8080),
    awsPort: portOf('aws-port', values['aws-port'], 4566),
    consolePort: portOf('console-port', values['console-port'], 8090),
    address,
    tls:
      certFile !== undefined && keyFile !== undefined
        ? { cert: readable('tls-cert', certFile), key: readable('tls-key', keyFile) }
        : undefined,
    once: values.once ?? false,
    plan: values.plan ?? false,
    logTo: oneOf('log', values.log, { file: 'file', stdout: 'stdout' } as const, 'file'),
    logLevel: oneOf('log-level', values['log-level'], { info: 'INFO', warn: 'WARN', error: 'ERROR' } as const, 'INFO'),
    logsChecks: values['log-checks'] ?? false,
    demoRequestsPerSecond: rateOf(values['demo-rate']),
    reportFile: values.report === undefined ? undefined : writable('report', resolve(values.report)),
  };
};
