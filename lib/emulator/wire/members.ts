import { z } from 'zod';
import { AwsError } from './service.ts';

/** A text member with the lengths that the API's model allows, in characters. */
export const text = (min: number, max: number) =>
  z
    .string()
    .min(min, `Member must have length greater than or equal to ${min}`)
    .max(max, `Member must have length less than or equal to ${max}`);

/** The same, with the pattern of the model. */
export const patterned = (min: number, max: number, pattern: RegExp) =>
  text(min, max).regex(pattern, `Member must satisfy regular expression pattern: ${pattern.source}`);

/** A number member with the range that the model allows. */
export const integer = (min: number, max: number) =>
  z
    .int()
    .min(min, `Member must have value greater than or equal to ${min}`)
    .max(max, `Member must have value less than or equal to ${max}`);

/** One of the words of the model. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, `Member must satisfy enum value set: [${words.join(', ')}]`);

/**
 * Reads the input of an operation of the JSON protocols by its schema. A null member is one that is absent, an unknown one is
 * passed over. Throws what AWS answers to the first thing wrong, never with the value in it: `SerializationException` for another
 * type, `ValidationException` for what is missing or outside its limits.
 */
export const readMembers = <Shape extends z.ZodRawShape>(shape: Shape, input: Record<string, unknown>) => {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).map(String).join('.');
  const member = path.charAt(0).toLowerCase() + path.slice(1);
  const value = (issue?.path ?? []).reduce<unknown>((at, key) => Object(at)[key], given);
  if (value === undefined) throw invalidMember(member, 'Member must not be null');
  if (issue !== undefined && isAboutType(issue, value))
    throw new AwsError('SerializationException', `${path} has the wrong type.`);
  throw invalidMember(member, issue?.message ?? 'Member is invalid');
};

/** A word that is no text, and bytes that are no base64, are of another type; other words and lengths are not. */
const isAboutType = (issue: z.core.$ZodIssue, value: unknown): boolean =>
  issue.code === 'invalid_type' ||
  (issue.code === 'invalid_value' && typeof value !== 'string') ||
  (issue.code === 'invalid_format' && issue.format === 'base64');

/** A member that its model does not allow. */
export const invalidMember = (member: string, constraint: string): AwsError =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
  );
