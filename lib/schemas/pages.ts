import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type KindName, kindNames } from '../../lambdas/kits/kind-names.ts';
import { channelSchema } from '../../lambdas/news/channel-schema.ts';
import { registryJsonSchema } from '../../lambdas/registry/schema.ts';
import { commandsText } from '../cli/command-table.ts';
import { settingsSchema } from '../constructs/settings.ts';
import { type DocumentName, documentFormat, documentNames } from '../document-format.ts';
import { type JsonSchema, schemaAt, settingsTable } from './settings-table.ts';

const gateway: JsonSchema = schemaAt(registryJsonSchema(), 'gateways', 'items');
const kits = schemaAt(gateway, 'kits', 'items');

/** The schema of one kind's `settings`; the kinds stand in the union in their order. */
const settingsOf = (kind: KindName): JsonSchema => schemaAt(kits, String(kindNames.indexOf(kind)), 'settings');

const channels: JsonSchema = z.toJSONSchema(channelSchema, { io: 'input', target: 'draft-7' });
const channelKinds = channelSchema.options.map(({ shape }) => shape.kind.value);
const ownerOf = (registry: JsonSchema): JsonSchema => {
  const { additionalProperties: each } = schemaAt(registry, 'owners');
  if (typeof each !== 'object') throw new Error('The schema does not say what an owner is.');
  return each;
};

const documentsTable = (): string =>
  [
    '| `format` | printed with `--json` by |',
    '| --- | --- |',
    ...(Object.keys(documentNames) as DocumentName[]).map(
      (name) => `| \`${documentFormat(name)}\` | ${documentNames[name]} |`,
    ),
  ].join('\n');

/** The parts of pages that are facts of a schema, by the name in their marker. */
export const blocks: Readonly<Record<string, () => string>> = {
  gateway: () => settingsTable(gateway, ['labels', 'policy', 'kits']),
  policy: () => settingsTable(schemaAt(gateway, 'policy')),
  kit: () => settingsTable(schemaAt(kits, '0'), ['kind', 'settings']),
  ...Object.fromEntries(kindNames.map((kind) => [`kind ${kind}`, () => settingsTable(settingsOf(kind))])),
  deployment: () => settingsTable(z.toJSONSchema(settingsSchema, { io: 'output', unrepresentable: 'any' })),
  'authority pingone': () => settingsTable(schemaAt(gateway, 'authority', '1'), ['kind']),
  news: () => settingsTable(schemaAt(registryJsonSchema(), 'news', 'items')),
  owner: () => settingsTable(ownerOf(registryJsonSchema())),
  ...Object.fromEntries(
    channelKinds.map((kind, index) => [
      `channel ${kind}`,
      () => settingsTable(schemaAt(channels, String(index)), ['kind']),
    ]),
  ),
  commands: commandsText,
  documents: documentsTable,
};

/** The pages that hold such parts. */
export const pages = ['reference', 'kits', 'pingone', 'notifications'] as const;
export const pageFile = (page: (typeof pages)[number]): string =>
  fileURLToPath(new URL(`../../docs/${page}.md`, import.meta.url));

const marked = /(<!-- made by npm run schema: (.+?) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The text of a page with every marked part made anew. Throws for a marker that names no part. */
export const withBlocks = (text: string): string =>
  text.replace(marked, (_, begin: string, name: string, end: string) => {
    const block = blocks[name];
    if (!block) throw new Error(`No part is called "${name}"; there are ${Object.keys(blocks).join(', ')}.`);
    return `${begin}${block()}\n${end}`;
  });

/** The names of the marked parts of a page. */
export const blocksIn = (text: string): readonly string[] => [...text.matchAll(marked)].map(([, , name = '']) => name);
