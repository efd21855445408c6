import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { getBorderCharacters, table } from 'table';
import { clippedLine, type Screen } from '../screen.ts';
import { plain } from './terminal.ts';

type Cell = string | readonly string[] | undefined;
const gap = 2;
const narrowest = 8;
const narrowestReadable = 5;

/**
 * Rows under headings, every cell made safe; `undefined` is an empty cell, and a cell may have several lines. On a screen they are
 * no wider than it: the widest columns are made narrower first, and where that is not enough each row is a block of its own.
 */
export const rowsOf = (
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  screen: Screen | undefined,
): string => {
  const body = rows.map((row) => row.map(cellText));
  if (screen && leastOf(headings.length, screen) < narrowestReadable) return blocksOf(headings, body, screen);
  return tableOf([headings.map(bold), ...body], screen ? widthsOf([headings, ...body], screen) : []);
};

/** The same with one line for a row: what has no room in it is cut off, and ends with an ellipsis. */
export const linesOf = (headings: readonly string[], rows: readonly (readonly Cell[])[], screen: Screen): string => {
  const body = rows.map((row) => row.map((cell) => cellText(cell).replaceAll('\n', ' ')));
  if (leastOf(headings.length, screen) < narrowestReadable) return blocksOf(headings, body, screen);
  const widths = widthsOf([headings, ...body], screen);
  const fitted = (row: readonly string[]): string[] =>
    row.map((cell, index) => clippedLine(cell, widths[index] ?? narrowest));
  return tableOf([fitted(headings).map(bold), ...body.map(fitted)], []);
};

const bold = (heading: string): string => styleText('bold', heading);

const cellText = (cell: Cell): string => (typeof cell === 'string' ? [cell] : (cell ?? [])).map(plain).join('\n');

const widthOf = (cell: string): number => Math.max(...cell.split('\n').map((line) => stringWidth(line)));

/** How narrow a column has to become at most on this screen. */
const leastOf = (columns: number, screen: Screen): number =>
  Math.min(narrowest, Math.floor((screen.columns + gap) / columns) - gap);

/** How wide the columns may be, so that all of them fit. */
const widthsOf = (rows: readonly (readonly string[])[], screen: Screen): readonly number[] => {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => widthOf(row[index] ?? '')), 1));
  const least = leastOf(widths.length, screen);
  for (;;) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    const isTooWide = widths.reduce((sum, one) => sum + one + gap, -gap) > screen.columns;
    if (!isTooWide || width <= least) return widths;
    widths[widest] = width - 1;
  }
};

/** Each row by itself, a line for a cell that is not empty. */
const blocksOf = (headings: readonly string[], body: readonly (readonly string[])[], screen: Screen): string => {
  const left = Math.max(...headings.map((heading) => heading.length));
  const right = Math.max(1, screen.columns - left - gap);
  return body
    .map((row) => {
      const cells = headings.flatMap((heading, index) => (row[index] ? [[bold(heading), row[index]]] : []));
      return tableOf(cells, [left, right]);
    })
    .join('\n\n');
};

const tableOf = (rows: readonly (readonly string[])[], widths: readonly number[]): string =>
  rows.length === 0
    ? ''
    : table(
        rows.map((row) => [...row]),
        {
          border: getBorderCharacters('void'),
          columnDefault: { paddingLeft: 0, paddingRight: gap, wrapWord: true },
          columns: Object.fromEntries(widths.map((width, index) => [index, { width }])),
          drawHorizontalLine: () => false,
        },
      )
        .split('\n')
        .map((line) => line.trimEnd())
        .join('\n')
        .trimEnd();
