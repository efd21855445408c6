import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { getBorderCharacters, table } from 'table';
import { clippedLine, type Screen } from '../screen.ts';
import { plain } from './terminal.ts';

type Cell = string | readonly string[] | undefined;
const gap = 2;
const narrowest = 8;

/**
 * Rows under headings, every cell made safe; `undefined` is an empty cell, and a cell may have several lines. On a screen they are
 * no wider than it: the widest columns are made narrower first.
 */
export const rowsOf = (
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  screen: Screen | undefined,
): string =>
  tableOf(
    headings,
    rows.map((row) => row.map(cellText)),
    screen,
  );

/** The same with one line for a row: what has no room in it is cut off. */
export const linesOf = (headings: readonly string[], rows: readonly (readonly Cell[])[], screen: Screen): string => {
  const body = rows.map((row) => row.map((cell) => cellText(cell).replaceAll('\n', ' ')));
  const widths = widthsOf([headings, ...body], screen);
  return tableOf(
    headings,
    body.map((row) => row.map((cell, index) => clippedLine(cell, widths[index] ?? narrowest))),
    undefined,
  );
};

const cellText = (cell: Cell): string => (typeof cell === 'string' ? [cell] : (cell ?? [])).map(plain).join('\n');

const widthOf = (cell: string): number => Math.max(...cell.split('\n').map((line) => stringWidth(line)));

/** How wide the columns may be, so that all of them fit. */
const widthsOf = (rows: readonly (readonly string[])[], { columns }: Screen): readonly number[] => {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => widthOf(row[index] ?? '')), 1));
  for (;;) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    const isTooWide = widths.reduce((sum, one) => sum + one + gap, -gap) > columns;
    if (!isTooWide || width <= narrowest) return widths;
    widths[widest] = width - 1;
  }
};

const tableOf = (
  headings: readonly string[],
  body: readonly (readonly string[])[],
  screen: Screen | undefined,
): string => {
  const widths = screen ? widthsOf([headings, ...body], screen) : [];
  return table([headings.map((heading) => styleText('bold', heading)), ...body.map((row) => [...row])], {
    border: getBorderCharacters('void'),
    columnDefault: { paddingLeft: 0, paddingRight: gap, wrapWord: true },
    columns: Object.fromEntries(widths.map((width, index) => [index, { width }])),
    drawHorizontalLine: () => false,
  })
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
};
