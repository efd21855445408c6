/** One line of the table at the end: what was measured, what it was compared with in the same run, and what it has to be. */
export type Row = {
  readonly what: string;
  /** The comparison of the same run, in words; `undefined` when nothing was there to compare. */
  readonly beside: string | undefined;
  readonly now: string;
  readonly target: string;
  /** `undefined` when it could not be looked at. */
  readonly isMet: boolean | undefined;
};

/** Prints the table. Whether a target is met is said, and nothing ends with an error for it: other machines are faster or slower. */
export const printRows = (rows: readonly Row[]): void => {
  console.log('\nWhat has to hold');
  const said = (isMet: boolean | undefined): string => (isMet === undefined ? 'not known' : isMet ? 'yes' : 'NO');
  console.table(
    Object.fromEntries(
      rows.map(({ what, beside, now, target, isMet }) => [
        what,
        { now, 'beside it, same run': beside ?? '-', 'to reach': target, met: said(isMet) },
      ]),
    ),
  );
};
