import { parseJson } from '../wire/json.ts';
import { integer, invalidMember, text } from '../wire/members.ts';
import { AwsError } from '../wire/service.ts';
import type { Json } from './paths.ts';

const inputLimitBytes = 262_144;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what AWS refuses
const refusedInNames = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/;

const isName = (name: string): boolean => name.length >= 1 && name.length <= 80 && !refusedInNames.test(name);

/** A name that AWS takes for an execution: 1 to 80 characters, none of those the API reference excludes. Throws InvalidName. */
export const checkName = (name: string): string => {
  if (isName(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
};

/** Parses the input of an execution; none is `{}`. Throws InvalidExecutionInput, or ValidationException beyond 256 KiB. */
export const readInput = (given: string): Json => {
  if (Buffer.byteLength(given) > inputLimitBytes) {
    throw invalidMember('input', `Member must have length less than or equal to ${inputLimitBytes}`);
  }
  try {
    return parseJson(given) as Json;
  } catch (error) {
    const reason = given === '' || !(error instanceof Error) ? 'Invalid execution input.' : error.message;
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`);
  }
};

const arnOf = text(1, 256);

/** The members that operations on state machines and executions take, as the API's model limits them. */
export const members = {
  stateMachineArn: arnOf,
  executionArn: arnOf,
  maxResults: integer(0, 1000).optional(),
  nextToken: text(1, 1024).optional(),
};

/** What follows the account in the ARNs that this machine has. */
const resources = {
  stateMachine: (parts: readonly string[]) => parts.length === 1 || parts.length === 2, // the second is a version or an alias
  execution: (parts: readonly string[]) => parts.length === 2,
};

/** Throws InvalidArn for what is not the ARN of such a resource. */
export const checkArn = (value: string, resourceType: keyof typeof resources): string => {
  const [type, ...parts] = /^arn:aws:states:[a-z0-9-]+:\d{12}:(.+)$/s.exec(value)?.[1]?.split(':') ?? [];
  if (type === resourceType && resources[resourceType](parts) && parts.every(isName)) return value;
  throw new AwsError('InvalidArn', `Invalid Arn: '${value}' is not the ARN of a ${resourceType}.`);
};

/** One page of a list, and the token of the next. `keyOf` must stay the same while a caller pages. Throws InvalidToken. */
export const pageOf = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  asked: { readonly maxResults?: number | undefined; readonly nextToken?: string | undefined },
): { readonly items: readonly Item[]; readonly nextToken?: string } => {
  const { maxResults = 0, nextToken: token } = asked;
  const first = token === undefined ? 0 : items.findIndex((item) => tokenOf(keyOf(item)) === token);
  if (first < 0) throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`);
  const end = first + (maxResults === 0 ? 100 : maxResults);
  const next = items[end];
  return { items: items.slice(first, end), ...(next === undefined ? {} : { nextToken: tokenOf(keyOf(next)) }) };
};

const tokenOf = (key: string) => Buffer.from(key).toString('base64url');
