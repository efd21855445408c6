import { AwsError } from '../wire/service.ts';
import type { Json } from './paths.ts';

const inputLimitBytes = 262_144;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what AWS refuses
const refusedInNames = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/;

/** Whether AWS takes it for the name of an execution: 1 to 80 characters, none of those the API reference excludes. Throws InvalidName. */
export const checkName = (name: string): string => {
  if (name.length >= 1 && name.length <= 80 && !refusedInNames.test(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
};

/** Parses the input of an execution; none is `{}`. Throws InvalidExecutionInput, or ValidationException beyond 256 KiB. */
export const readInput = (text: string): Json => {
  if (Buffer.byteLength(text) > inputLimitBytes) {
    throw validation(
      `Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${inputLimitBytes}`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = text === '' || !(error instanceof Error) ? 'Invalid execution input.' : error.message;
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`);
  }
};

const validation = (message: string) => new AwsError('ValidationException', `1 validation error detected: ${message}`);

/** A required text member. Throws ValidationException. */
const text = (input: Record<string, unknown>, member: string): string => {
  const value = input[member];
  if (typeof value === 'string') return value;
  throw validation(`Value at '${member}' failed to satisfy constraint: Member must not be null`);
};

/** A text member that may be absent. Throws ValidationException. */
export const optionalText = (input: Record<string, unknown>, member: string): string | undefined =>
  input[member] === undefined || input[member] === null ? undefined : text(input, member);

/** An ARN member of the named resource type. Throws InvalidArn. */
export const arn = (input: Record<string, unknown>, member: string, resourceType: string): string => {
  const value = text(input, member);
  if (new RegExp(`^arn:aws:states:[a-z0-9-]+:\\d{12}:${resourceType}:.+$`).test(value)) return value;
  throw new AwsError('InvalidArn', `Invalid Arn: '${value}' is not the ARN of a ${resourceType}.`);
};

/** One page of a list, and the token of the next. `keyOf` must stay the same while a caller pages. Throws InvalidToken. */
export const pageOf = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  input: Record<string, unknown>,
): { readonly items: readonly Item[]; readonly nextToken?: string } => {
  const asked = input.maxResults ?? 0;
  if (typeof asked !== 'number' || !Number.isInteger(asked) || asked < 0 || asked > 1000) {
    throw validation(`Value at 'maxResults' failed to satisfy constraint: Member must be from 0 to 1000`);
  }
  const token = optionalText(input, 'nextToken');
  const first = token === undefined ? 0 : items.findIndex((item) => tokenOf(keyOf(item)) === token);
  if (first < 0) throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`);
  const end = first + (asked === 0 ? 100 : asked);
  const next = items[end];
  return { items: items.slice(first, end), ...(next === undefined ? {} : { nextToken: tokenOf(keyOf(next)) }) };
};

const tokenOf = (key: string) => Buffer.from(key).toString('base64url');
