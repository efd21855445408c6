import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startHere } from '../npm-start.ts';
import { peer } from '../peers.ts';
import type { Load } from './load-process.ts';

/** A server in a process of its own, and the request that it is asked. */
export type Contestant = {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly request: Pick<Load, 'path' | 'headers' | 'body'>;
  close(): Promise<void>;
};

const body = JSON.stringify({
  ...{
    source_ip: '203.0.113.7',
    source_port: '50123',
    method: 'GET',
    url: 'https://api.example.com:443/orders?page=1',
  },
  ...{ http_version: '1.1', headers: [{ accept: '*/*' }, { host: 'api.example.com' }], body: '' },
});
/** As Kong's ping-auth sends it. */
const requestTo = (path: string, [name, value]: readonly [name: string, value: string]): Contestant['request'] => ({
  path: `${path}/sideband/request`,
  headers: {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'Kong/1.2.0',
    [name]: value,
  },
  body,
});

const key = 'gwc_NOBODY0005_NotASecretxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx3gkBh4';

/** A program that says its port; it answers what the policy check answers, which is the request. */
const open = async (name: string, program: string, ...given: readonly string[]): Promise<Contestant> => {
  const child = spawn(process.execPath, [program, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  return {
    name,
    pid: child.pid ?? 0,
    port: Number(/\d+/.exec(String(said))?.[0]),
    request: requestTo('', ['authorization', `Bearer ${key}`]),
    close: async () => {
      child.kill();
      await exited;
    },
  };
};

/** Node alone, which answers 200 to everybody. */
export const openBare = (): Promise<Contestant> =>
  open('bare node:http', join(import.meta.dirname, 'bare-process.ts'), body);

/** Fastify, whose plugin compares the key with all that there are. */
export const openFastify = (): Promise<Contestant> =>
  open('fastify with @fastify/bearer-auth', peer('fastify-process.mjs'), key, body);

const gateway = { gatewayId: 'bench', authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits: [] };

/** The policy check of this machine as `npm start` makes it, asked with the live credential of a gateway that has just got its first. */
export const openPolicyCheck = async (): Promise<Contestant> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-gateways-'));
  const gatewaysFile = join(folder, 'gateways.json');
  writeFileSync(gatewaysFile, JSON.stringify({ gateways: [gateway] }));
  const started = startHere(['--ephemeral', '--gateways', gatewaysFile]);
  const close = async (): Promise<void> => {
    await started.stop();
    rmSync(folder, { recursive: true });
  };
  try {
    const [, port] = await started.until(/Policy check http:\/\/127\.0\.0\.1:(\d+)/);
    const [, keys = ''] = await started.until(/AWS_SHARED_CREDENTIALS_FILE=(.+)\n/);
    await started.until(/ bench complete /);
    const request = requestTo('/gateways/bench', ['client-token', await liveCredential(keys)]);
    return { name: 'the policy check of this machine', pid: started.pid, port: Number(port), request, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const liveCredential = async (keysFile: string): Promise<string> => {
  const text = readFileSync(keysFile, 'utf8');
  const value = (name: string): string => new RegExp(`^${name} = (.+)$`, 'm').exec(text)?.[1] ?? '';
  const credentials = { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
  const secrets = new SecretsManagerClient({ region: value('region'), endpoint: value('endpoint_url'), credentials });
  try {
    const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
    const SecretId = SecretList.find(({ Name }) => Name?.endsWith('/bench'))?.ARN;
    const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    return String(JSON.parse(SecretString).credential);
  } finally {
    secrets.destroy();
  }
};
