import { arn } from '../account.ts';
import { AwsError } from '../wire/service.ts';

export type Tag = { readonly Key: string; readonly Value: string };

/** What one write of a parameter set; nothing of it is taken over by the next. */
export type ParameterVersion = {
  readonly version: number;
  readonly value: string;
  readonly tier: 'Standard' | 'Advanced';
  /** The key of a SecureString. */
  readonly keyId?: string;
  readonly description?: string;
  readonly allowedPattern?: string;
  readonly modifiedAtMs: number;
  readonly modifiedBy: string;
};

export type Parameter = {
  readonly name: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  tags: readonly Tag[];
  /** The last hundred, oldest first; the last is the current one. */
  versions: readonly ParameterVersion[];
};

/** Everything that the emulated Parameter Store keeps. */
export type ParametersState = { parameters: Parameter[] };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Whether a value read from outside has the form of what is kept: each parameter with its versions. */
export const isParametersState = (value: unknown): boolean => {
  const isVersion = (one: unknown): boolean =>
    isObject(one) && typeof one.version === 'number' && typeof one.value === 'string';
  const isParameter = (one: unknown): boolean =>
    isObject(one) &&
    typeof one.name === 'string' &&
    Array.isArray(one.tags) &&
    Array.isArray(one.versions) &&
    one.versions.length > 0 &&
    one.versions.every(isVersion);
  return isObject(value) && Array.isArray(value.parameters) && value.parameters.every(isParameter);
};

export const arnOf = (name: string): string => arn('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);

/** AWS answers this without a text of its own (API reference of GetParameter). */
export const notFound = (): AwsError => new AwsError('ParameterNotFound', '');

/** The parameter of that name; `undefined` when there is none. */
export const parameterNamed = ({ parameters }: ParametersState, name: string): Parameter | undefined =>
  parameters.find((one) => one.name === name);

/** The version that a name, an ARN, or one of both with `:version` means. Throws `ParameterNotFound` and `ParameterVersionNotFound`. */
export const versionAsked = (state: ParametersState, asked: string): readonly [Parameter, ParameterVersion] => {
  const [, place = '', number] = /^((?:arn:[^:]*:ssm:[^:]*:\d*:parameter\/)?[^:]*)(?::(\d+))?$/.exec(asked) ?? [];
  const found = state.parameters.find(({ name }) => name === place || arnOf(name) === place);
  if (!found) throw notFound();
  const version = found.versions.find((one) => String(one.version) === number);
  const current = number === undefined ? found.versions.at(-1) : version;
  if (!current)
    throw new AwsError('ParameterVersionNotFound', `Systems Manager could not find version ${number} of it.`);
  return [found, current];
};
