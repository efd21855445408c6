import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientSettings } from '../../lambdas/runtime/client-settings.ts';
import { defaultDataFolder, defaultStackName, startCommand } from '../defaults.ts';
import { CommandFailed } from './failure.ts';

/** Which deployment is meant: a stack on AWS, found with the SDK's usual credentials and region, or this machine. */
export type Target = {
  readonly stackName: string;
  readonly isLocal: boolean;
  readonly settings: Partial<Pick<ClientSettings, 'region' | 'endpoint' | 'credentials'>>;
};

type Asked = { readonly stack?: string; readonly region?: string; readonly local?: boolean; readonly data?: string };

/** Reads where to go. Throws {@link CommandFailed} when this machine is meant and was never started. */
export const targetOf = ({ stack = defaultStackName, region, local = false, data }: Asked): Target => ({
  stackName: stack,
  isLocal: local || data !== undefined,
  settings: local || data !== undefined ? localSettings(data ?? defaultDataFolder) : region ? { region } : {},
});

/** The endpoint and the key that `npm start` has written for the person who started it. */
const localSettings = (folder: string): Target['settings'] => {
  const file = join(folder, 'aws-credentials');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailed(
      'unreachable',
      `There is no ${file}: start this machine with ${startCommand()}, or name its data folder with --data DIR.`,
      { cause: error },
    );
  }
  const value = (name: string): string => new RegExp(`^${name} *= *(\\S+)$`, 'm').exec(text)?.[1] ?? '';
  const credentials = { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
  return { endpoint: value('endpoint_url'), region: value('region'), credentials };
};

/** What to do about a call that did not come through; what is not understood is thrown on as it is. */
export const unreachable = ({ isLocal, stackName, settings }: Target, error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof CommandFailed) return error;
  const failed = (message: string) => new CommandFailed('unreachable', message, { cause: error });
  const { name, message } = error;
  if (isLocal && /ECONNREFUSED|fetch failed/.test(`${message} ${codeOf(error)}`))
    return failed(`Nothing answers at ${settings.endpoint}: start this machine with ${startCommand()}.`);
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError')
    return failed(
      'There are no AWS credentials: set AWS_PROFILE, run "aws sso login", or use --local for this machine.',
    );
  if (/^Region is missing/.test(message)) return failed('No AWS region is set: give --region, or set AWS_REGION.');
  if (name === 'ValidationError' && /does not exist/.test(message))
    return failed(`There is no stack ${stackName} in this account and region: deploy it, or give --stack NAME.`);
  if (/^(AccessDenied|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidSignature)/.test(name))
    return failed(`AWS refused: ${message}`);
  return /^(Timeout|ECONN|ENOTFOUND|Network)/.test(`${name} ${codeOf(error)}`) || 'fetch failed' === message
    ? failed(`AWS could not be asked: ${message}`)
    : error;
};

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');
