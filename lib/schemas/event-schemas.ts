import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { compromiseDetail, compromiseDetailType } from '../../lambdas/compromise/press-input.ts';
import { transitionDetailType } from '../../lambdas/domain/names.ts';
import { transitionDetail } from '../../lambdas/notifications/event-schema.ts';

/** The events of this system: their versioned detail types, and what stands in `detail`. */
export const eventSchemas = [
  { file: 'transition.v1', title: transitionDetailType, detail: transitionDetail },
  { file: 'compromise.v1', title: compromiseDetailType, detail: compromiseDetail },
] as const;

/** Where a schema and its example are kept. */
export const eventFile = (name: string): string => fileURLToPath(new URL(`events/${name}.json`, import.meta.url));

/** The text of a schema file, made from the schema that checks or describes the events. */
export const eventSchemaText = ({ title, detail }: (typeof eventSchemas)[number]): string =>
  `${JSON.stringify({ title, ...z.toJSONSchema(detail, { io: 'input', unrepresentable: 'any' }) }, null, 2)}\n`;
