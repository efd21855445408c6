import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { configWith, distributionId, openEdge, program } from '../edge.ts';
import { accessTo } from '../installation.ts';
import type { KindUnderContract, World } from './world.ts';

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const other = 'marked-other-text';

type Place = {
  readonly file: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly textWith: (value: string) => string;
  readonly valueIn: (text: string) => string | undefined;
};

const openWith =
  ({ file, settings, textWith, valueIn }: Place) =>
  async (value: string): Promise<World> => {
    const filesWith = (one: string) => ({ 'index.js': program, [file]: textWith(one) });
    const edge = await openEdge(filesWith(value));
    return {
      settings: { functionName: 'edge-kit', distributionId, file, ...settings },
      access: accessTo(secrets, { edge: edge.edge }).access,
      held: async () => valueIn((await edge.files())[file] ?? ''),
      set: async (one) => edge.deploy(filesWith(one)),
      secrets: [other],
      close: edge.close,
    };
  };

const json: Place = {
  file: 'config.json',
  settings: { jsonPointer: '/pingone/sharedSecret' },
  textWith: (value) => `{"other":"${other}",${configWith(value).slice(1)}`,
  valueIn: (text) => JSON.parse(text).pingone.sharedSecret,
};
const lines: Place = {
  file: 'src/.env',
  settings: { variable: 'SHARED_SECRET' },
  textWith: (value) => `# SHARED_SECRET=before\nOTHER=${other}\nSHARED_SECRET=${value}\n`,
  valueIn: (text) => /^SHARED_SECRET=(.*)$/m.exec(text)?.[1],
};
const script: Place = {
  file: 'config.mjs',
  settings: { variable: 'sharedSecret' },
  textWith: (value) => `export default { other: '${other}', sharedSecret: '${value}' };\n`,
  valueIn: (text) => / sharedSecret: '(.*)' /.exec(text)?.[1],
};

export const awsLambdaEdges: readonly KindUnderContract[] = [
  { name: 'aws-lambda-edge with JSON', kind: 'aws-lambda-edge', open: openWith(json), shows: 'value' },
  { name: 'aws-lambda-edge with lines', kind: 'aws-lambda-edge', open: openWith(lines), shows: 'value' },
  { name: 'aws-lambda-edge with JavaScript', kind: 'aws-lambda-edge', open: openWith(script), shows: 'value' },
];
