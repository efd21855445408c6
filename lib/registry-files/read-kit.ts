/** A kit as it stands in a file, before it is checked. */
export type KitEntry = Readonly<Record<string, unknown>>;

/** A kit and the line of its file on which it begins, from 1. */
export type ReadKit = { readonly kit: KitEntry; readonly line: number };
/** What is wrong with a line, and what is allowed there; it repeats nothing of the line. */
export type LineProblem = { readonly line: number; readonly problem: string };
export type KitsRead = { readonly kits: readonly ReadKit[]; readonly problems: readonly LineProblem[] };
