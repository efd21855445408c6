import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { parseIntrinsic } from './intrinsics.ts';
import type { Json } from './paths.ts';

/** A state machine as the deployment declares it: `${Token}` in any string of the definition becomes `substitutions.Token`. */
export type DeclaredMachine = {
  readonly name: string;
  readonly definition: unknown;
  readonly substitutions: Readonly<Record<string, string>>;
};

/** States that start at one of them: a whole definition, or what a Map does with each item. */
export type Region = Pick<StateMachineDefinition, 'StartAt' | 'States'>;
export type State = StateMachineDefinition['States'][string];
export type StateOf<Type extends State['Type']> = Extract<State, { Type: Type }>;
export type { StateMachineDefinition };

const fieldsOf: Record<string, readonly string[]> = {
  Task: [
    'Resource',
    'Parameters',
    'ResultSelector',
    'ResultPath',
    'TimeoutSeconds',
    'TimeoutSecondsPath',
    'Retry',
    'Catch',
  ],
  Map: [
    'ItemsPath',
    'ItemSelector',
    'Parameters',
    'ItemProcessor',
    'Iterator',
    'MaxConcurrency',
    'MaxConcurrencyPath',
    'ResultSelector',
    'ResultPath',
    'Retry',
    'Catch',
  ],
  Pass: ['Result', 'Parameters', 'ResultPath'],
  Wait: ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Choice: ['Choices', 'Default'],
  Succeed: [],
  Fail: ['Error', 'ErrorPath', 'Cause', 'CausePath'],
};
const fieldsOfAll = ['Type', 'Comment', 'QueryLanguage', 'InputPath', 'OutputPath', 'Next', 'End'];
const functionArns = /^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::\$LATEST)?$/;

const substitute = (value: unknown, substitutions: Readonly<Record<string, string>>): Json =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part !== 'string'
      ? part
      : part.replaceAll(/\$\{(\w+)\}/g, (token, name: string) => substitutions[name] ?? token),
  );

const faultsOfTemplate = (template: unknown): string[] => {
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([key, value]) => {
    if (!key.endsWith('.$') || typeof value !== 'string' || value.startsWith('$')) return faultsOfTemplate(value);
    try {
      parseIntrinsic(value);
      return [];
    } catch (error) {
      return [String(error)];
    }
  });
};

const faultsOfState = (name: string, state: State): string[] => {
  const allowed = fieldsOf[state.Type];
  if (allowed === undefined) return [`${name}: ${state.Type} states are not emulated.`];
  const unknown = Object.keys(state).filter((field) => !allowed.includes(field) && !fieldsOfAll.includes(field));
  const faults = unknown.map((field) => `${name}: the field ${field} of a ${state.Type} state is not emulated.`);
  const { QueryLanguage } = state as { QueryLanguage?: string };
  if ((QueryLanguage ?? 'JSONPath') !== 'JSONPath') faults.push(`${name}: ${QueryLanguage} is not emulated.`);
  if (state.Type === 'Task' && !functionArns.test(state.Resource)) {
    faults.push(`${name}: the Resource ${state.Resource} is not the ARN of a function.`);
  }
  if (state.Type === 'Map') faults.push(...faultsOfRegion(iteratorOf(state)));
  const templates = ['Parameters', 'ItemSelector', 'ResultSelector'] as const;
  for (const field of templates) {
    const template = Object.entries(state).find(([key]) => key === field)?.[1];
    if (template !== undefined && (typeof template !== 'object' || template === null || Array.isArray(template)))
      faults.push(`${name}: ${field} must be a JSON object.`);
    faults.push(...faultsOfTemplate(template).map((fault) => `${name}: ${fault}`));
  }
  return faults;
};

const faultsOfRegion = (region: Region): string[] => {
  const { ProcessorConfig, QueryLanguage } = region as { ProcessorConfig?: { Mode?: string }; QueryLanguage?: string };
  const faults = Object.entries(region.States).flatMap(([name, state]) => faultsOfState(name, state));
  if (ProcessorConfig?.Mode === 'DISTRIBUTED') faults.push('A distributed Map is not emulated.');
  if ((QueryLanguage ?? 'JSONPath') !== 'JSONPath') faults.push(`${QueryLanguage} is not emulated.`);
  return faults;
};

/** What a Map does with each item. */
export const iteratorOf = (state: StateOf<'Map'>): Region => {
  const region = state.ItemProcessor ?? state.Iterator;
  if (region === undefined) throw new Error('A Map state has neither ItemProcessor nor Iterator.');
  return region;
};

/** Substitutes and checks a definition. Throws, with every fault, when it is not valid ASL or uses what is not emulated. */
export const readDefinition = ({ name, definition, substitutions }: DeclaredMachine): StateMachineDefinition => {
  const substituted = substitute(definition, substitutions) as unknown as StateMachineDefinition;
  try {
    new StateMachine(structuredClone(substituted)); // asl-validator writes defaults into what it validates
  } catch (error) {
    throw new Error(`The definition of ${name} is not valid ASL.`, { cause: error });
  }
  const faults = faultsOfRegion(substituted);
  if (faults.length > 0) throw new Error(`The definition of ${name} cannot run on this machine: ${faults.join(' ')}`);
  return substituted;
};
