import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { evidenceDocument, evidenceFormat } from '../../lambdas/evidence-export/evidence-schema.ts';
import { registryFileJsonSchema } from '../../lambdas/registry/schema.ts';
import { type DocumentName, documentNames } from '../document-format.ts';
import { codesFile, codesText } from './codes.ts';
import { documentFile, documentSchemaText } from './documents/documents.ts';
import { eventFile, eventSchemas, eventSchemaText } from './event-schemas.ts';
import { type FunctionUrlName, functionUrls, openApiFile, openApiText } from './openapi/function-urls.ts';
import { pageFile, pages, withBlocks } from './pages.ts';

/** Where editors find the schema of gateways.json. */
export const schemaFile = fileURLToPath(new URL('gateways.schema.json', import.meta.url));

/** The text of that file, made from the schema that checks gateways.json. */
export const schemaText = (): string => `${JSON.stringify(registryFileJsonSchema(), null, 2)}\n`;

/** Where auditors find the schema of an evidence document, beside its example. */
export const evidenceSchemaFile = fileURLToPath(new URL('evidence/evidence.v3.schema.json', import.meta.url));

export const evidenceSchemaText = (): string =>
  `${JSON.stringify({ title: evidenceFormat, ...z.toJSONSchema(evidenceDocument) }, null, 2)}\n`;

if (import.meta.main) {
  writeFileSync(schemaFile, schemaText());
  writeFileSync(evidenceSchemaFile, evidenceSchemaText());
  writeFileSync(codesFile, codesText());
  for (const name of Object.keys(documentNames) as DocumentName[])
    writeFileSync(documentFile(name), documentSchemaText(name));
  for (const name of Object.keys(functionUrls) as FunctionUrlName[])
    writeFileSync(openApiFile(name), openApiText(name));
  for (const event of eventSchemas) writeFileSync(eventFile(`${event.file}.schema`), eventSchemaText(event));
  for (const page of pages) writeFileSync(pageFile(page), withBlocks(readFileSync(pageFile(page), 'utf8')));
}
