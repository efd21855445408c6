import type { bundle } from '../../lib/constructs/bundle.ts';

type Outputs = ReturnType<typeof bundle>['outputs'];

/** The files of a bundle that Node loads with an entry, before any of it runs. */
export const loadedAtStart = (outputs: Outputs, entry: string): readonly Outputs[string][] => {
  const reached = new Set(Object.keys(outputs).filter((path) => path.endsWith(`/${entry}`)));
  for (const path of reached)
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && outputs[next]) reached.add(next);
  return [...reached].flatMap((path) => outputs[path] ?? []);
};
