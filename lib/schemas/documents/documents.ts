import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { evidenceHead } from '../../../lambdas/evidence-export/evidence-schema.ts';
import { type DocumentName, documentFormat } from '../../document-format.ts';
import {
  acknowledged,
  applied,
  decision,
  evidenceKey,
  failure,
  fleetRotated,
  imported,
  kitFetched,
  kitsChecked,
  kitsImported,
  kitTested,
  plan,
  press,
  restored,
  started,
} from './answers.ts';
import { atMs, count, outcome, rotation, state, text } from './parts.ts';
import { gatewaysView, gatewayView, historyView, kitsOfView, newsView } from './views.ts';

const watched = z.union([
  z
    .object({
      gatewayId: text,
      nowMs: atMs,
      state,
      rotation: rotation.exactOptional(),
      kits: z.object({ total: count, updated: count, late: count }).exactOptional(),
      waitsFor: z.array(text).exactOptional(),
    })
    .describe('How one gateway stands now, other than in the line before.'),
  z
    .object({
      gatewayId: text.exactOptional(),
      ended: z.literal(true),
      outcome: z.enum([...outcome.options, 'RUNNING', 'NONE_RUNS']).exactOptional(),
    })
    .describe('The last line.'),
]);

const verified = z.discriminatedUnion('isGood', [
  z.object({
    isGood: z.literal(true),
    isTrusted: z.boolean(),
    keyFingerprint: text,
    record: evidenceHead.shape.record,
  }),
  z.object({ isGood: z.literal(false), why: text }),
]);

/** The schema of every document that a command prints with --json, by its name. */
export const documents: { readonly [Name in DocumentName]: z.ZodType } = {
  status: z.discriminatedUnion('view', [gatewaysView, gatewayView]),
  watch: watched,
  history: historyView,
  news: newsView,
  rotation: started,
  rotations: fleetRotated,
  plan,
  press,
  decision,
  acknowledged,
  applied,
  import: imported,
  kits: kitsOfView,
  'kits-import': kitsImported,
  'kit-test': kitTested,
  'kits-check': kitsChecked,
  'kit-fetch': kitFetched,
  'evidence-check': verified,
  'evidence-key': evidenceKey,
  restore: restored,
  error: failure,
};

export const documentFile = (name: DocumentName): string =>
  fileURLToPath(new URL(`${name}.v1.schema.json`, import.meta.url));

/** The text of a schema file; a program that reads the document has to expect further members. */
export const documentSchemaText = (name: DocumentName): string => {
  const title = documentFormat(name);
  const { $schema, ...schema } = z.toJSONSchema(documents[name], { io: 'input', unrepresentable: 'any' });
  const format = { properties: { format: { const: title } }, required: ['format'] };
  return `${JSON.stringify({ $schema, title, allOf: [format, schema] }, null, 2)}\n`;
};
