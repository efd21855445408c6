import { readFileSync } from 'node:fs';
import { ArnFormat, type Stack } from 'aws-cdk-lib/core';
import { z } from 'zod';
import type { Grant, RotationFunction } from './rotation-function.ts';

/** As much of gateways.json as is needed here; whoever applies it checks the rest. */
const file = z.object({ gateways: z.array(z.object({ kits: z.array(z.unknown()) })) });

/** The settings of the kits of one kind in the file, as far as the schema has them; those that are wrong are refused elsewhere. */
export const kitsIn = <Settings>(path: string, kind: string, settings: z.ZodType<Settings>): readonly Settings[] => {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
  const read = file.safeParse(json);
  const one = z.object({ kind: z.literal(kind), settings });
  return (read.data?.gateways ?? []).flatMap(({ kits }) =>
    kits.flatMap((kit) => {
      const { data } = one.safeParse(kit);
      return data ? [data.settings] : [];
    }),
  );
};

const named = z.object({
  functionName: z.string().regex(/^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9_-]{1,64}$/),
});

/** The Lambda functions, by name or ARN, that are kits in the file, each once. */
export const functionKits = (path: string): readonly string[] =>
  [...new Set(kitsIn(path, 'aws-lambda', named).map(({ functionName }) => functionName))].toSorted();

/** What may be done with the functions that are kits: these one by one, and nothing when there are none. */
export const grantsOnFunctions = (
  stack: Stack,
  names: readonly string[],
): { readonly read: Grant; readonly change: Grant } => {
  const arnOf = (name: string): string =>
    name.startsWith('arn:')
      ? name
      : stack.formatArn({
          service: 'lambda',
          resource: 'function',
          resourceName: name,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        });
  const on =
    (...operations: readonly string[]): Grant =>
    (to: RotationFunction) => {
      const actions = operations.map((operation) => `lambda:${operation}`);
      for (const arn of names.map(arnOf)) {
        to.allow(actions, [arn]);
        to.allowWherever(actions, `${arn}:*`, 'Its versions have numbers that are not known before.');
      }
    };
  return {
    read: on('GetFunctionConfiguration', 'GetAlias'),
    change: on('UpdateFunctionConfiguration', 'PublishVersion', 'UpdateAlias'),
  };
};
