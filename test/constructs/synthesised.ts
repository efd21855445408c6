import { join } from 'node:path';
import { synthesise } from '../../lib/synthesise.ts';

/** A registry that exists; the stack only needs the file. */
export const gateways = join(import.meta.dirname, 'fixtures', 'gateways.json');

/** One whose gateways forward to a gateway of PingOne. */
export const forwarding = join(import.meta.dirname, 'fixtures', 'forwarding.json');

type Resource = ReturnType<typeof synthesise>['Resources'][string];

/** A template value as a text a reader can compare: `{Id}` for a reference and `{Id.Attribute}`, without CDK's hashes. */
export const text = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(text).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const bare = (id: unknown): string => String(id).replace(/[0-9A-F]{8}$/, '');
  return Object.entries(value)
    .map(([name, of]) => {
      if (name === 'Ref') return `{${bare(of)}}`;
      if (name === 'Fn::GetAtt') return `{${bare(of[0])}.${of[1]}}`;
      if (name === 'Fn::Sub') return String(of);
      if (name === 'Fn::Join') return (of[1] as unknown[]).map(text).join(of[0]);
      if (name === 'Fn::Split' || name === 'Fn::Select') return text(of[1]);
      return `${name}=${text(of)}`;
    })
    .join(' ');
};

/** Reads a template: resources by type, functions by their entry, and what the role of each may do. */
const reading = (template: ReturnType<typeof synthesise>) => {
  const all = Object.entries(template.Resources);
  const ofType = (type: string): readonly (readonly [string, Resource])[] =>
    all.filter(([, resource]) => resource.Type === type);
  const functions = new Map(
    ofType('AWS::Lambda::Function').map(([id, resource]) => [String(resource.Metadata?.source), { id, ...resource }]),
  );
  const functionOf = (source: string) => {
    const found = functions.get(source);
    if (!found) throw new Error(`No function is made from ${source}.`);
    return found;
  };
  const allowedTo = (role: string): readonly string[] =>
    ofType('AWS::IAM::Policy')
      .filter(([, { Properties }]) => text(Properties?.Roles) === role)
      .flatMap(([, { Properties }]) => statementsOf(Properties?.PolicyDocument))
      .flatMap(({ Action, Resource, Condition }) =>
        [Action]
          .flat()
          .flatMap((action) =>
            [Resource].flat().map((on) => `${action} on ${text(on)}${Condition ? ` when ${text(Condition)}` : ''}`),
          ),
      )
      .toSorted();
  return {
    all,
    outputs: template.Outputs ?? {},
    ofType,
    functions,
    functionOf,
    /** The role's statements, one line for each action and resource. */
    allowedTo,
    permissionsOf: (source: string): readonly string[] => {
      return allowedTo(text(functionOf(source).Properties?.Role).replace('.Arn', ''));
    },
    variablesOf: (source: string): Readonly<Record<string, unknown>> =>
      (functionOf(source).Properties?.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ??
      {},
  };
};

type Statement = { readonly Action: string | string[]; readonly Resource: unknown; readonly Condition?: unknown };
const statementsOf = (document: unknown): readonly Statement[] => (document as { Statement: Statement[] }).Statement;

type Synthesised = ReturnType<typeof reading>;

/** What a function may do in the one stack and not in the other. */
export const allowedBesides = (other: Synthesised, stack: Synthesised, source: string): readonly string[] => {
  const before = other.permissionsOf(source);
  return stack.permissionsOf(source).filter((line) => !before.includes(line));
};

/** The template of the settings, with nothing bundled. */
export const synthesised = (settings: Parameters<typeof synthesise>[0] = {}) =>
  reading(synthesise({ gateways, ...settings }));
