import type { Stack } from 'aws-cdk-lib/core';
import { z } from 'zod';
import { distinct, kitsInFile } from './kits-in-file.ts';
import type { Grant } from './rotation-function.ts';

const parameterKit = z.object({
  kind: z.literal('ssm-parameter'),
  settings: z.object({
    parameterName: z.string().regex(/^[\w./-]{1,1011}$/),
    roleArn: z.unknown().optional(),
  }),
});
const kitWithRole = z.object({
  settings: z.object({ roleArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/) }),
});

/** The parameters of this account that are kits in the file, by name, each once; those that are used by a role are its owner's to allow. */
export const parameterKits = (path: string): readonly string[] =>
  distinct(
    kitsInFile(path, parameterKit).flatMap(({ settings }) =>
      settings.roleArn === undefined ? [settings.parameterName] : [],
    ),
  );

/** The roles in whose place secrets and parameters of kits in the file are used, each once. */
export const rolesOfKits = (path: string): readonly string[] =>
  distinct(kitsInFile(path, kitWithRole).map(({ settings }) => settings.roleArn));

/**
 * What may be done with the parameters of kits: these one by one, and nothing when there are none. No action of Parameter Store
 * that writes knows the tag of a parameter, so that IAM cannot let in by it, as with secrets. A key of its own admits us by its policy.
 */
export const grantsOnParameters = (
  stack: Stack,
  names: readonly string[],
): { readonly read: Grant; readonly change: Grant } => {
  const arns = names.map((name) =>
    stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') }),
  );
  const on =
    (...operations: readonly string[]): Grant =>
    (to) => {
      if (arns.length > 0)
        to.allow(
          operations.map((operation) => `ssm:${operation}`),
          arns,
        );
    };
  return { read: on('GetParameter', 'ListTagsForResource'), change: on('GetParameterHistory', 'PutParameter') };
};

/** Lets a function use what these roles may use; the owner of each says in its trust policy whether it lets us in. */
export const assumingRoles =
  (roleArns: readonly string[]): Grant =>
  (to) => {
    if (roleArns.length > 0) to.allow(['sts:AssumeRole'], roleArns);
  };
