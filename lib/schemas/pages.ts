import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { registryJsonSchema } from '../../lambdas/registry/schema.ts';
import { commandsText } from '../cli/program.ts';
import { settingsSchema } from '../constructs/settings.ts';
import { type JsonSchema, schemaAt, settingsTable } from './settings-table.ts';

const gatewayOf = (registry: JsonSchema): JsonSchema => schemaAt(registry, 'gateways', 'items');

/** The schema of one kind's `settings`, by its place in the union. */
const kindOf = (registry: JsonSchema, kind: string): JsonSchema => {
  const kinds = schemaAt(gatewayOf(registry), 'kits', 'items').oneOf ?? [];
  const index = kinds.findIndex((one) => schemaAt(one as JsonSchema, 'kind').const === kind);
  return schemaAt(gatewayOf(registry), 'kits', 'items', String(index), 'settings');
};
const registry = registryJsonSchema();
const kindTable = (kind: string) => (): string => settingsTable(kindOf(registry, kind));

/** The parts of pages that are facts of a schema, by the name in their marker. */
export const blocks: Readonly<Record<string, () => string>> = {
  gateway: () => settingsTable(gatewayOf(registry), ['policy', 'kits']),
  policy: () => settingsTable(schemaAt(gatewayOf(registry), 'policy')),
  kit: () => settingsTable(schemaAt(gatewayOf(registry), 'kits', 'items', '0'), ['kind', 'settings']),
  'kind kong': kindTable('kong'),
  'kind secrets-manager': kindTable('secrets-manager'),
  'kind webhook': kindTable('webhook'),
  'kind manual': kindTable('manual'),
  deployment: () => settingsTable(z.toJSONSchema(settingsSchema, { io: 'output', unrepresentable: 'any' })),
  commands: commandsText,
};

/** The pages that hold such parts. */
export const pages = ['reference', 'kits'] as const;
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
