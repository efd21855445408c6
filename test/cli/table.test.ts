import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { linesOf, rowsOf } from '../../lib/cli/table.ts';

const headings = ['KIT', 'KIND', 'OWNER', 'LABELS', 'EVIDENCE', 'LAST SEEN', 'KEY ENDS', 'WAITS FOR', 'NODES'];
const rows = [
  [
    ...[
      'kong-public-with-a-long-name',
      'kubernetes-secret',
      'edge-team-of-the-north@example.com',
      'env=prod,team=edge',
    ],
    ...['observed', 'j2oh157DT0 4 minutes ago', 'in 12 days', 'Its owner has to install it and say so.', '3 of 5'],
  ],
  ['warehouse', 'manual', '倉庫@example.com', '', undefined, 'never', ['one', 'two'], undefined, ''],
];
const widths = [20, 30, 40, 59, 60, 79, 80, 100, 132, 200, 400];
const widest = (text: string): number =>
  Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => stringWidth(line)),
  );
const letters = (text: string): string =>
  [...stripVTControlCharacters(text)]
    .filter((one) => /[^\s]/.test(one))
    .toSorted()
    .join('');

describe('A table', () => {
  it.each(widths)('is no wider than a screen of %i columns, and nothing of it is cut off', (columns) => {
    const shown = rowsOf(headings, rows, { rows: 24, columns });
    expect(widest(shown)).toBeLessThanOrEqual(columns);
    const cells = rows.flat(2).filter((cell) => cell !== undefined);
    for (const character of new Set(letters(cells.join(''))))
      expect(letters(shown).split(character).length).toBeGreaterThanOrEqual(
        letters(cells.join('')).split(character).length,
      );
  });

  it.each(widths)(
    'with a line for a row is no wider than %i columns, and what is cut off ends with an ellipsis',
    (columns) => {
      const shown = stripVTControlCharacters(linesOf(headings, rows, { rows: 24, columns }));
      expect(widest(shown)).toBeLessThanOrEqual(columns);
      const isWhole = shown.includes('Its owner has to install it and say so.');
      const isInBlocks = shown.includes('\n\n');
      expect(isWhole || isInBlocks || shown.includes('…')).toBe(true);
    },
  );

  it('has a block for each row where no column would be readable', () => {
    const shown = stripVTControlCharacters(
      rowsOf(['KIT', 'OWNER', 'WAITS FOR'], [['one', 'kim@example.com', undefined]], { rows: 24, columns: 18 }),
    );
    expect(shown).toBe('KIT        one\nOWNER      kim@exa\n           mple.\n           com');
  });

  it('goes to a pipe as wide as it is', () => {
    expect(rowsOf(headings, rows, undefined)).toContain('Its owner has to install it and say so.');
  });
});
