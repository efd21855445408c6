import { ExecutionError, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { runtimeError, StateError } from './state-error.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What paths are read from: `$` is the input, `$$` the context object of AWS Step Functions. */
export type Scope = { readonly input: Json; readonly context: { [key: string]: Json } };

type State = StateMachineDefinition['States'][string];
type ChoiceState = Extract<State, { Type: 'Choice' }>;
type Rule = { [key: string]: unknown };

/** Runs one small machine in aws-local-stepfunctions. It replaces `$$.Execution` and cannot read falsy inputs, so both sides are wrapped. */
const evaluate = async (
  StartAt: string,
  states: { [name: string]: unknown },
  { input, context }: Scope,
  local: { [stateName: string]: () => Json } = {},
): Promise<Json> => {
  const definition = { StartAt, States: states } as StateMachineDefinition;
  const machine = new StateMachine(definition, { validationOptions: { noValidate: true } });
  try {
    return await machine.run(input, { context: { Context: context }, overrides: { taskResourceLocalHandlers: local } })
      .result;
  } catch (error) {
    const cause = error instanceof ExecutionError ? error.cause : error;
    if (!(cause instanceof Error)) throw error;
    const message = cause.message.replaceAll('$$.Context', '$$$$').replaceAll('$.Input', '$');
    if (cause.name.startsWith('States.') && cause.name !== 'States.Runtime') throw new StateError(cause.name, message);
    throw runtimeError(message);
  }
};

const wrapPath = (path: string) => (path.startsWith('$$') ? `$$.Context${path.slice(2)}` : `$.Input${path.slice(1)}`);
const wrapScope = ({ input, context }: Scope): Scope => ({ input: { Input: input }, context });

/** Where a path begins to point to any number of values: `..`, `*`, a filter, a slice or several indexes. */
const manyValues = /\.\.|\.?\*|\[(?:\*|\?|[^\]'"]*[:,])/;

/** The value a JSONPath points to, or a list where it may point to many. Throws States.Runtime when it points to nothing. */
export const readPath = async (path: string, scope: Scope): Promise<Json> => {
  const Read = { Type: 'Pass', Parameters: { 'read.$': wrapPath(path) }, End: true };
  try {
    return ((await evaluate('Read', { Read }, wrapScope(scope))) as { read: Json }).read;
  } catch (error) {
    const many = manyValues.exec(path)?.index;
    if (many === undefined) throw error;
    await readPath(path.slice(0, many).replace(/\[$/, ''), scope);
    return [];
  }
};

/** Puts a result into a copy of the input. Throws States.ResultPathMatchFailure when the input cannot hold it. */
export const placeResult = (resultPath: string, input: Json, result: Json): Promise<Json> => {
  const task = { Type: 'Task', Resource: 'local', ResultPath: resultPath.slice(1), End: true };
  return evaluate('Place', { Place: task }, { input, context: {} }, { Place: () => result });
};

const typeTests = new Set(['IsNull', 'IsPresent', 'IsNumeric', 'IsString', 'IsBoolean', 'IsTimestamp']);
const typeTestOf: Record<string, string> = {
  String: 'IsString',
  Numeric: 'IsNumeric',
  Boolean: 'IsBoolean',
  Timestamp: 'IsTimestamp',
};

/** Says in the library's terms what AWS means: `IsPresent: false`, comparisons that are false for another type, `?` as a plain character. */
const translateRule = (rule: Rule): Rule => {
  if (Array.isArray(rule.And)) return { And: rule.And.map(translateRule) };
  if (Array.isArray(rule.Or)) return { Or: rule.Or.map(translateRule) };
  if (rule.Not !== undefined) return { Not: translateRule(rule.Not as Rule) };
  const Variable = wrapPath(String(rule.Variable));
  const operator = Object.keys(rule).find((key) => key !== 'Variable' && key !== 'Next' && key !== 'Comment') ?? '';
  const operand = rule[operator];
  if (typeTests.has(operator))
    return operand === false ? { Not: { Variable, [operator]: true } } : { Variable, [operator]: true };
  const typeTest = typeTestOf[/^(String|Numeric|Boolean|Timestamp)/.exec(operator)?.[0] ?? ''];
  if (typeTest === undefined) throw runtimeError(`The choice operator ${operator} is not known.`);
  const wanted = operator.endsWith('Path')
    ? wrapPath(String(operand))
    : operator === 'StringMatches'
      ? String(operand).replaceAll('?', '\\?')
      : operand;
  return {
    And: [
      { Variable, [typeTest]: true },
      { Variable, [operator]: wanted },
    ],
  };
};

/** The name of the state that a Choice goes to. Throws States.NoChoiceMatched, and States.Runtime when a variable is missing. */
export const choose = async (name: string, state: ChoiceState, scope: Scope): Promise<string> => {
  const targets = [...state.Choices.map((rule) => rule.Next), ...(state.Default === undefined ? [] : [state.Default])];
  const arrivals = targets.map((target, index) => [`${index}`, { Type: 'Pass', Result: target, End: true }] as const);
  const choice = {
    Type: 'Choice',
    Choices: state.Choices.map((rule, index) => ({ ...translateRule(rule), Next: `${index}` })),
    ...(state.Default === undefined ? {} : { Default: `${state.Choices.length}` }),
  };
  try {
    return String(await evaluate('Choose', { Choose: choice, ...Object.fromEntries(arrivals) }, wrapScope(scope)));
  } catch (error) {
    if (!(error instanceof StateError) || error.name !== 'States.NoChoiceMatched') throw error;
    throw new StateError(
      'States.NoChoiceMatched',
      `Failed to transition out of the state '${name}'. No choice matched and there is no Default.`,
    );
  }
};

/** Calls one of the library's own intrinsic functions with arguments that are already evaluated. */
export const callLibraryIntrinsic = async (name: string, args: readonly Json[]): Promise<Json> => {
  const paths = args.map((_, index) => `$.a${index}`).join(', ');
  const input = Object.fromEntries(args.map((arg, index) => [`a${index}`, arg]));
  const call = { Type: 'Pass', Parameters: { 'result.$': `${name}(${paths})` }, End: true };
  return ((await evaluate('Call', { Call: call }, { input, context: {} })) as { result: Json }).result;
};
