import { readFileSync } from 'node:fs';
import { type Registry, RegistryRefused, registryIn } from '../../lambdas/registry/read-registry.ts';
import { type Assembled, assemble } from './assemble.ts';
import { placed } from './places.ts';

/** A registry with all of its files: `text` is one document, such as functions read. */
export type WholeRegistry = {
  readonly text: string;
  readonly registry: Registry;
};

/** Reads and checks `gateways.json` with everything that it names. Throws {@link RegistryRefused}: each problem with its file, and its line in a file of kits. */
export const wholeRegistry = (path: string): WholeRegistry => {
  const text = readFileSync(path, 'utf8');
  const assembled = assemble(path, text);
  return { text: textOf(assembled, text), registry: checked(assembled) };
};

/** The document of the same files, for who reads a part of it; whoever applies it checks the rest. Throws {@link RegistryRefused}. */
export const wholeDocument = (path: string): unknown => assemble(path, readFileSync(path, 'utf8')).document;

/** One file alone stays as it was written. */
const textOf = ({ document, isSplit }: Assembled, text: string): string => (isSplit ? JSON.stringify(document) : text);

/** The registry that files come to. Throws {@link RegistryRefused} as if each was read alone. */
export const checked = ({ document, places, isSplit }: Assembled): Registry => {
  try {
    return registryIn(document);
  } catch (error) {
    throw error instanceof RegistryRefused
      ? new RegistryRefused(error.problems.map((problem) => placed(problem, places, isSplit)))
      : error;
  }
};
