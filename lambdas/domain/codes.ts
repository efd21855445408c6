/** The codes of a table, in its order, as schemas want them. */
export const codesOf = <Code extends string>(table: Readonly<Record<Code, unknown>>): [Code, ...Code[]] =>
  Object.keys(table) as [Code, ...Code[]];
