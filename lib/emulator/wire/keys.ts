import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceOwnFile } from './own-file.ts';

/** One access key of the emulated endpoint, with the caller it was issued to. The secret never leaves memory and the credentials file. */
export type AccessKey = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly callerName: string;
  /** Of temporary credentials: what has to be sent along, and until when they are good, in epoch ms. */
  readonly session?: Session;
};
type Session = { readonly token: string; readonly expiresAtMs: number };
/** Temporary credentials. */
export type SessionKey = AccessKey & { readonly session: Session };

/** Every key that the emulated endpoint accepts. */
export type Keys = {
  /** The key of a caller, issued at the first call and the same one until the process ends. */
  keyOf(callerName: string): AccessKey;
  find(accessKeyId: string): AccessKey | undefined;
  /** A new key with a session token, good until `expiresAtMs`; long expired ones are forgotten. */
  newSession(callerName: string, expiresAtMs: number, nowMs: number): SessionKey;
  /** The path of an AWS shared credentials file (0600) with the operator's key, which is written when first asked for; without a data folder, into a temporary one. */
  credentialsFile(): string;
  /** Removes the temporary credentials file, if there is one. */
  close(): void;
};

/** What the credentials file tells the AWS CLI besides the key: with `endpointUrl` in it, nobody talks to real AWS by mistake. */
export type Profile = { readonly region: string; readonly endpointUrl: string };

/** The caller whose key a person uses from a terminal. */
export const OPERATOR = 'operator';

const FILE_NAME = 'aws-credentials';
/** So long an expired key is told to be expired, and not to be unknown. */
const forgottenAfterMs = 60 * 60_000;
const KEY_ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Issues the keys of this start. The operator's key is read from `folder` when it is there already, so that it outlives a restart; keys of
 * functions never do. Throws when the file there is not one of ours: it is never overwritten then.
 */
export const createKeys = (folder: string | undefined, profile: Profile): Keys => {
  const operator = (folder && readKey(join(folder, FILE_NAME))) || newKey(OPERATOR);
  const byId = new Map([[operator.accessKeyId, operator]]);
  const byCaller = new Map([[OPERATOR, operator]]);
  let temporaryFolder: string | undefined;
  let written: string | undefined;

  return {
    keyOf: (callerName) => {
      const known = byCaller.get(callerName);
      if (known) return known;
      const key = newKey(callerName);
      byCaller.set(callerName, key);
      byId.set(key.accessKeyId, key);
      return key;
    },
    find: (accessKeyId) => byId.get(accessKeyId),
    newSession: (callerName, expiresAtMs, nowMs) => {
      for (const { accessKeyId, session } of byId.values())
        if (session && session.expiresAtMs < nowMs - forgottenAfterMs) byId.delete(accessKeyId);
      const session = { token: randomBytes(48).toString('base64url'), expiresAtMs };
      const key = { ...newKey(callerName), session };
      byId.set(key.accessKeyId, key);
      return key;
    },
    credentialsFile: () => {
      if (written !== undefined) return written;
      if (folder === undefined) temporaryFolder = mkdtempSync(join(tmpdir(), 'gateway-credentials-'));
      written = writeKey(folder ?? temporaryFolder ?? '', operator, profile);
      return written;
    },
    close: () => {
      if (temporaryFolder) rmSync(temporaryFolder, { recursive: true, force: true });
      temporaryFolder = undefined;
      written = undefined;
    },
  };
};

const newKey = (callerName: string): AccessKey => ({
  accessKeyId: `LOCAL${Array.from({ length: 15 }, () => KEY_ID_ALPHABET[randomInt(KEY_ID_ALPHABET.length)]).join('')}`,
  secretAccessKey: randomBytes(30).toString('base64url'),
  callerName,
});

/** What a machine that ran on this folder last has told the AWS CLI; `undefined` when none did. */
export const profileIn = (folder: string): (Profile & { readonly key: AccessKey }) | undefined => {
  const path = join(folder, FILE_NAME);
  const key = readKey(path);
  if (!key) return undefined;
  const text = readFileSync(path, 'utf8');
  const value = (name: string): string => new RegExp(`^${name} *= *(\\S+)$`, 'm').exec(text)?.[1] ?? '';
  return { key, region: value('region'), endpointUrl: value('endpoint_url') };
};

const readKey = (path: string): AccessKey | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const accessKeyId = /^aws_access_key_id *= *(\S+)$/m.exec(text)?.[1];
  const secretAccessKey = /^aws_secret_access_key *= *(\S+)$/m.exec(text)?.[1];
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(`${path} holds no AWS access key; move it away to get a new one.`);
  }
  return { accessKeyId, secretAccessKey, callerName: OPERATOR };
};

const writeKey = (folder: string, key: AccessKey, profile: Profile): string => {
  const path = join(folder, FILE_NAME);
  const lines = [
    '[default]',
    `aws_access_key_id = ${key.accessKeyId}`,
    `aws_secret_access_key = ${key.secretAccessKey}`,
    `region = ${profile.region}`,
    `endpoint_url = ${profile.endpointUrl}`,
  ];
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  replaceOwnFile(path, `${lines.join('\n')}\n`, 0o600);
  return path;
};
