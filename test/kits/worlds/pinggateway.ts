import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { filesOfThisMachine } from '../../../lambdas/kits/kit-files.ts';
import { documentName, first, runNodes, second } from '../gateway-nodes.ts';
import { accessTo } from '../installation.ts';
import type { KindUnderContract, World } from './world.ts';

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const fileName = 'gateway.secret.id.txt';

const openFolder = async (value: string, format: 'BASE64' | 'PLAIN'): Promise<World> => {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'pinggateway-'));
  const [file, encoding] = [join(path, fileName), format === 'PLAIN' ? 'utf8' : 'base64'] as const;
  const write = (one: string) => writeFileSync(file, Buffer.from(one).toString(encoding), { mode: 0o640 });
  write(value);
  return {
    settings: { folder: { path, fileName, format } },
    access: accessTo(secrets, { files: filesOfThisMachine }).access,
    held: async () => Buffer.from(readFileSync(file, 'utf8'), encoding).toString(),
    set: async (one) => write(one),
    secrets: ['/marked/path'],
    close: async () => rmSync(path, { recursive: true }),
  };
};

const openNodes = async (value: string): Promise<World> => {
  const { access, files, close } = await runNodes(value);
  return {
    settings: { runCommand: { documentName, targetTag: { key: 'kit', value: 'edge-1' } } },
    access,
    held: async () => (files[first] === files[second] ? files[first] : undefined),
    set: async (one) => {
      files[second] = one;
    },
    secrets: [],
    close,
  };
};

export const pingGateways: readonly KindUnderContract[] = [
  { name: 'pinggateway', kind: 'pinggateway', open: (value) => openFolder(value, 'BASE64'), shows: 'value' },
  { name: 'pinggateway in plain', kind: 'pinggateway', open: (value) => openFolder(value, 'PLAIN'), shows: 'value' },
  {
    name: 'pinggateway by a command',
    kind: 'pinggateway',
    open: openNodes,
    shows: 'nothing',
    isWrittenElsewhere: true,
  },
];
