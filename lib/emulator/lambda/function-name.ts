import { AwsError } from '../wire/service.ts';

/** The patterns and lengths of Invoke's parameters ("Invoke", Lambda API reference). */
const functionName =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:([a-z]{2}(?:-gov)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/;
const qualifierPattern = /^[\w$-]{1,128}$/;
const longestName = 170;

/** A function as a caller names it: by name, ARN or partial ARN, with or without a version. */
export type NamedFunction = { readonly name: string; readonly qualifier: string | undefined };

/**
 * What a name and a qualifier mean here. Throws AWS's errors: `ValidationException` for what is no name, `InvalidParameterValueException`
 * for two qualifiers that differ, `ResourceNotFoundException` or `AccessDeniedException` for another region or account.
 */
export const namedFunction = (
  given: string,
  qualifier: string | undefined,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): NamedFunction => {
  const [whole, inRegion, account, name, own] = functionName.exec(given) ?? [];
  if (whole === undefined || name === undefined || given.length > longestName)
    throw invalidMember('functionName', functionName);
  if (qualifier !== undefined && !qualifierPattern.test(qualifier)) throw invalidMember('qualifier', qualifierPattern);
  if (own !== undefined && qualifier !== undefined && own !== qualifier)
    throw new AwsError(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  if (inRegion !== undefined && inRegion !== region)
    throw new AwsError(
      'ResourceNotFoundException',
      `Functions from '${inRegion}' are not reachable in this region ('${region}')`,
      404,
    );
  if (account !== undefined && account !== accountId)
    throw new AwsError('AccessDeniedException', 'The function belongs to another account.', 403);
  return { name, qualifier: own ?? qualifier };
};

const invalidMember = (member: string, pattern: RegExp): AwsError =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );
