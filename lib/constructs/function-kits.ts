import { ArnFormat, type Stack } from 'aws-cdk-lib/core';
import { z } from 'zod';
import { distinct, kitsInFile } from './kits-in-file.ts';
import type { Grant, RotationFunction } from './rotation-function.ts';

const functionKit = z.object({
  kind: z.literal('aws-lambda'),
  settings: z.object({
    functionName: z.string().regex(/^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9_-]{1,64}$/),
    secret: z.unknown().optional(),
  }),
});

/** The Lambda functions of a file, by name or ARN, each once: those that are looked at, and those of them that are changed. */
export type FunctionKits = { readonly named: readonly string[]; readonly changed: readonly string[] };

/** The functions that are kits in the file; one that reads a secret is only looked at. */
export const functionKits = (path: string): FunctionKits => {
  const kits = kitsInFile(path, functionKit).map(({ settings }) => settings);
  return {
    named: distinct(kits.map(({ functionName }) => functionName)),
    changed: distinct(kits.flatMap(({ functionName, secret }) => (secret === undefined ? [functionName] : []))),
  };
};

/** What may be done with the functions that are kits: these one by one, and nothing when there are none. */
export const grantsOnFunctions = (
  stack: Stack,
  { named, changed }: FunctionKits,
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
    (names: readonly string[], ...operations: readonly string[]): Grant =>
    (to: RotationFunction) => {
      const actions = operations.map((operation) => `lambda:${operation}`);
      for (const arn of names.map(arnOf)) {
        to.allow(actions, [arn]);
        to.allowWherever(actions, `${arn}:*`, 'Its versions have numbers that are not known before.');
      }
    };
  return {
    read: on(named, 'GetFunctionConfiguration', 'GetAlias'),
    change: on(changed, 'UpdateFunctionConfiguration', 'PublishVersion', 'UpdateAlias'),
  };
};
