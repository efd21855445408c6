import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readSecretText } from '../../lambdas/domain/secret-text.ts';
import type { OwnKitsShown } from '../../lambdas/operator/own-kits.ts';
import type { At, Result } from './command.ts';
import type { Connection } from './connection.ts';
import { CommandFailed } from './failure.ts';

/** Where the credential goes: into a new file that only its owner can read, or into the standard input of a command. */
export type Destination = { readonly file: string } | { readonly command: string };

type Asked = { readonly gatewayId: string; readonly kitId: string; readonly reason: string };

/**
 * Fetches the credential of a person's own kit, by his own rights, puts it where it belongs and acknowledges it. The value is
 * never on a command line, in the environment or on the terminal. Nothing is acknowledged unless the command ended well.
 */
export const fetchCredential = async (
  { connection, terminal }: At,
  { gatewayId, kitId, reason }: Asked,
  { to, acknowledges }: { readonly to: Destination; readonly acknowledges: boolean },
): Promise<Result> => {
  const shown = (await connection.ownKits({ command: 'show', gatewayId, kitIds: [kitId] })) as OwnKitsShown;
  const { secretArn, credentialId } = shown;
  if (credentialId === undefined)
    throw new CommandFailed('refused', `Gateway ${gatewayId} has no credential yet that a kit could hold.`);
  const held = await currentIn(connection, secretArn);
  if (held.credentialId !== credentialId)
    throw new CommandFailed(
      'refused',
      `The secret holds credential ${held.credentialId}, and kit ${kitId} is to hold ${credentialId}: one of both is about to change. Try again in a minute.`,
    );
  await ('file' in to ? intoFile(to.file, held.value) : intoCommand(to.command, held.value));
  const where = 'file' in to ? `in ${to.file}` : 'given to the command';
  const fetched = `Credential ${credentialId} is ${where}.`;
  const json = { gatewayId, kitId, credentialId, ...('file' in to ? { file: to.file } : {}) };
  if (!acknowledges)
    return {
      document: 'kit-fetch',
      json: { ...json, acknowledged: false },
      text: `${fetched} Nothing was acknowledged.`,
    };
  terminal.say(fetched);
  await connection.ownKits({ command: 'acknowledge', gatewayId, kitIds: [kitId], credentialId, reason });
  return { document: 'kit-fetch', json: { ...json, acknowledged: true }, text: `Kit ${kitId} is recorded to hold it.` };
};

const currentIn = async ({ settings }: Connection, SecretId: string) => {
  const client = new SecretsManagerClient(settings);
  try {
    const { SecretString = '', VersionId = '' } = await client.send(
      new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' }),
    );
    return readSecretText(SecretString, VersionId);
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown';
    throw new CommandFailed(
      'unreachable',
      `The secret ${SecretId} cannot be read (${name}): ask for secretsmanager:GetSecretValue on it, and kms:Decrypt on its key.`,
    );
  } finally {
    client.destroy();
  }
};

/** A file that is there is not replaced: others may be able to read it, or it holds what is still needed. */
const intoFile = async (path: string, value: string): Promise<void> => {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CommandFailed(
      'usage',
      `--out: ${path} cannot be made (${code}); allowed is the path of a file that is not there yet.`,
    );
  }
  try {
    writeSync(file, value);
  } finally {
    closeSync(file);
  }
};

/** What the command prints goes to standard error, since standard output is for one document. */
const intoCommand = async (command: string, value: string): Promise<void> => {
  const child = spawn(command, { shell: true, stdio: ['pipe', process.stderr, process.stderr] });
  child.stdin.on('error', () => undefined); // one that does not read all ends as it says itself
  child.stdin.end(value);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0)
    throw new CommandFailed('refused', `The command ended with ${code ?? signal}: nothing was acknowledged.`);
};
