import { z } from 'zod';
import { oneOf, readMembers, text } from '../wire/members.ts';
import { AwsError } from '../wire/service.ts';
import {
  type Parameter,
  type ParametersState,
  type ParameterVersion,
  parameterNamed,
  type Tag,
} from './parameter-state.ts';

export const parameterName = text(1, 2048);
export const tags = z.array(z.object({ Key: text(1, 128), Value: text(0, 256) })).max(1000);

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
const mostTags = 50;
const mostVersions = 100;
const mostBytes = { Standard: 4096, Advanced: 8192 } as const;
/** The key of a SecureString for which none is named (API reference of PutParameter: KeyId). */
const defaultKey = 'alias/aws/ssm';

const form = {
  Name: parameterName,
  Value: z.string(),
  Type: oneOf(['String', 'StringList', 'SecureString']).optional(),
  Description: text(0, 1024).optional(),
  KeyId: text(1, 256).optional(),
  Overwrite: z.boolean().optional(),
  AllowedPattern: text(0, 1024).optional(),
  Tags: tags.optional(),
  Tier: oneOf(['Standard', 'Advanced', 'Intelligent-Tiering']).optional(),
  DataType: oneOf(['text']).optional(),
};
type Asked = ReturnType<typeof readMembers<typeof form>>;

/** Adds tags, and replaces those with the same key. Throws `TooManyTagsError`. */
export const mergeTags = (present: readonly Tag[], added: readonly Tag[]): readonly Tag[] => {
  const merged = [...new Map([...present, ...added].map((tag) => [tag.Key, tag])).values()];
  if (merged.length > mostTags) throw new AwsError('TooManyTagsError', `A parameter has at most ${mostTags} tags.`);
  return merged;
};

/** Puts a new parameter or a new version of one into the state, and answers what PutParameter answers. */
export const put = (
  state: ParametersState,
  input: Record<string, unknown>,
  by: { readonly nowMs: number; readonly caller: string },
): { readonly Version: number; readonly Tier: string } => {
  if (input.Policies !== undefined) throw invalid('Policies are not emulated on this machine.');
  const asked = readMembers(form, input);
  refuseName(asked.Name);
  if (asked.Value === '') throw invalid('The parameter value must not be empty.');
  const before = parameterNamed(state, asked.Name);
  if (before && !asked.Overwrite)
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  if (before && asked.Tags !== undefined)
    throw invalid(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag.",
    );
  const type = asked.Type ?? before?.type;
  if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
  if (before && type !== before.type)
    throw new AwsError('HierarchyTypeMismatchException', "A parameter can't be changed to another type.");
  const version = versionOf(asked, type, before, by);
  const parameter: Parameter = before ?? {
    name: asked.Name,
    type,
    tags: mergeTags([], asked.Tags ?? []),
    versions: [],
  };
  parameter.versions = [...parameter.versions, version].slice(-mostVersions);
  if (!before) state.parameters.push(parameter);
  return { Version: version.version, Tier: version.tier };
};

const versionOf = (
  { Value, KeyId, Description, AllowedPattern, Tier }: Asked,
  type: Parameter['type'],
  before: Parameter | undefined,
  { nowMs, caller }: { readonly nowMs: number; readonly caller: string },
): ParameterVersion => {
  const last = before?.versions.at(-1);
  const bytes = Buffer.byteLength(Value);
  const intelligent = bytes > mostBytes.Standard || last?.tier === 'Advanced' ? 'Advanced' : 'Standard';
  const tier = Tier === 'Intelligent-Tiering' ? intelligent : (Tier ?? 'Standard');
  if (last?.tier === 'Advanced' && tier === 'Standard')
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade it to the standard-parameter tier.",
    );
  if (bytes > mostBytes[tier])
    throw invalid(`${tier} tier parameters support a maximum parameter value of ${mostBytes[tier]} characters.`);
  if (KeyId !== undefined && type !== 'SecureString') throw invalid('KeyId is for SecureString only.');
  if (AllowedPattern && !patternOf(AllowedPattern).test(Value))
    throw new AwsError(
      'ParameterPatternMismatchException',
      'Parameter value, cannot be validated against allowedPattern.',
    );
  return {
    version: (last?.version ?? 0) + 1,
    value: Value,
    tier,
    ...(type === 'SecureString' ? { keyId: KeyId ?? defaultKey } : {}),
    ...(Description ? { description: Description } : {}),
    ...(AllowedPattern ? { allowedPattern: AllowedPattern } : {}),
    modifiedAtMs: nowMs,
    modifiedBy: caller,
  };
};

const patternOf = (text: string): RegExp => {
  try {
    return new RegExp(text);
  } catch {
    throw new AwsError(
      'InvalidAllowedPatternException',
      'The request does not meet the regular expression requirement.',
    );
  }
};

/** "Requirements and constraints for parameter names" in the Systems Manager User Guide. */
const refuseName = (name: string): void => {
  if (!/^[\w./-]+$/.test(name)) throw invalid('Parameter name: only letters, numbers and _.-/ are allowed.');
  if (/^\/?(aws|ssm)/i.test(name))
    throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  if (name.includes('/') && !name.startsWith('/')) throw invalid('Parameter name must be a fully qualified name.');
  if (name.split('/').length > 16) throw invalid('A parameter hierarchy has at most 15 levels.');
};
