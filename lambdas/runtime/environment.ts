/** The variables of one function; on Lambda `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown at the first call when variables are missing; names all of them at once. */
class EnvironmentIncomplete extends Error {
  override readonly name = 'EnvironmentIncomplete';
}

/** The named variables, all of them set and not empty. Throws {@link EnvironmentIncomplete}. */
export const variables = <Name extends string>(
  environment: Environment,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> => {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) throw new EnvironmentIncomplete(`Environment variables are not set: ${missing.join(', ')}.`);
  return Object.fromEntries(names.map((name) => [name, environment[name] ?? ''])) as Record<Name, string>;
};
