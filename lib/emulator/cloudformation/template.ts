/** A synthesised CloudFormation template, as far as this machine reads it. */
export type Template = {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
};
export type Resource = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
};

/** What a deployed resource answers to `Ref`, and to `Fn::GetAtt` by attribute. */
export type Deployed = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> };

/** An intrinsic function or reference that this machine has no value for: a defect of the deployment, never passed over. */
export class Unresolved extends Error {
  override readonly name = 'Unresolved';
}

/** Every resource of a type, with its logical id. */
export const resourcesOf = (template: Template, type: string): readonly (Resource & { readonly logicalId: string })[] =>
  Object.entries(template.Resources).flatMap(([logicalId, resource]) =>
    resource.Type === type ? [{ ...resource, logicalId }] : [],
  );

/**
 * Replaces the intrinsic functions in a template value by the values of this deployment: Ref, Fn::GetAtt, Fn::Join,
 * Fn::Sub and Fn::Select with Fn::Split. Throws {@link Unresolved} for everything it cannot resolve.
 */
export const resolverFor = (deployed: ReadonlyMap<string, Deployed>, pseudo: Readonly<Record<string, string>>) => {
  const ref = (id: string): string => {
    const value = pseudo[id] ?? deployed.get(id)?.ref;
    if (value === undefined) throw new Unresolved(`Ref ${id} has no value on this machine.`);
    return value;
  };
  const attribute = (id: string, name: string): string => {
    const value = deployed.get(id)?.attributes[name];
    if (value === undefined) throw new Unresolved(`Fn::GetAtt ${id}.${name} has no value on this machine.`);
    return value;
  };
  const text = (value: unknown): string => {
    const resolved = resolve(value);
    if (typeof resolved !== 'string' && typeof resolved !== 'number')
      throw new Unresolved('A text was expected where the template has something else.');
    return String(resolved);
  };
  const intrinsics: Readonly<Record<string, (argument: unknown) => unknown>> = {
    Ref: (id) => ref(String(id)),
    'Fn::GetAtt': (path) => {
      const [id = '', name = ''] = Array.isArray(path) ? path.map(String) : String(path).split(/\.(.*)/s);
      return attribute(id, name);
    },
    'Fn::Join': (argument) => {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(text).join(separator);
    },
    'Fn::Sub': (argument) => {
      const [pattern, values] = Array.isArray(argument)
        ? (argument as [string, Record<string, unknown>])
        : [String(argument), {}];
      return pattern.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) =>
        name in values
          ? text(values[name])
          : name.includes('.')
            ? attribute(...(name.split(/\.(.*)/s).slice(0, 2) as [string, string]))
            : ref(name),
      );
    },
    'Fn::Split': (argument) => {
      const [separator, value] = argument as [string, unknown];
      return text(value).split(separator);
    },
    'Fn::Select': (argument) => {
      const [index, list] = argument as [number | string, unknown];
      return (resolve(list) as unknown[])[Number(index)];
    },
  };
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const [only, ...more] = Object.entries(value);
    if (only && more.length === 0 && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      const intrinsic = intrinsics[only[0]];
      if (!intrinsic) throw new Unresolved(`${only[0]} is not resolved on this machine.`);
      return intrinsic(only[1]);
    }
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner)]));
  };
  return resolve;
};
