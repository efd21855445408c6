import { z } from 'zod';

/** One action on one resource that one statement allows or denies: what is used, or never used, on its own. */
export type Grant = {
  /** The role, or the resource whose policy it is. */
  readonly of: string;
  readonly effect: 'Allow' | 'Deny';
  readonly action: string;
  readonly resource: string;
  readonly principal?: unknown;
  readonly condition?: unknown;
};

const texts = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());

/** What a statement may consist of here: whatever else it has would be passed over, so it is refused. */
const statementForm = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Resource: texts,
  Principal: z.unknown().optional(),
  Condition: z.unknown().optional(),
});
const documentForm = z.object({ Statement: z.array(statementForm) });

/** The grants of a policy document whose intrinsics are resolved. Throws for an element that is not evaluated here, such as NotAction. */
export const grantsIn = (of: string, document: unknown): readonly Grant[] => {
  const read = documentForm.safeParse(document);
  if (!read.success)
    throw new Error(`A policy of ${of} cannot be evaluated on this machine: ${z.prettifyError(read.error)}`);
  return read.data.Statement.flatMap(({ Effect: effect, Action, Resource, Principal, Condition }) =>
    Action.flatMap((action) =>
      Resource.map((resource) => ({
        of,
        effect,
        action,
        resource,
        ...(Principal === undefined ? {} : { principal: Principal }),
        ...(Condition === undefined ? {} : { condition: Condition }),
      })),
    ),
  );
};

/** The grants as a policy document again, one statement each; its Sid is the index. */
export const documentOf = (grants: readonly Grant[]) => ({
  Version: '2012-10-17',
  Statement: grants.map(({ effect, action, resource, principal, condition }, index) => ({
    Sid: String(index),
    Effect: effect,
    Action: action,
    Resource: resource,
    ...(principal === undefined ? {} : { Principal: principal }),
    ...(condition === undefined ? {} : { Condition: asEvaluated(condition) }),
  })),
});

/** The evaluator takes events:detail-type for a list, as IAM's reference does; AWS's example compares it as the one text that it is. */
const asEvaluated = (condition: unknown): unknown => {
  const { StringEquals = {}, ...others } = condition as Record<string, Record<string, unknown>>;
  const { 'events:detail-type': detailType, ...rest } = StringEquals;
  if (detailType === undefined) return condition;
  const equals = Object.keys(rest).length === 0 ? {} : { StringEquals: rest };
  return { ...others, ...equals, 'ForAnyValue:StringEquals': { 'events:detail-type': detailType } };
};

/** The condition keys that a grant looks at, in lower case: IAM does not tell case apart in them. */
export const conditionKeysOf = ({ condition }: Grant): readonly string[] =>
  Object.values((condition ?? {}) as Record<string, Record<string, unknown>>).flatMap((keys) =>
    Object.keys(keys).map((key) => key.toLowerCase()),
  );
