import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';

/** How much a terminal shows at once. */
export type Screen = { readonly rows: number; readonly columns: number };

/** The screen behind a stream, or none: then somebody reads a file or a pipe. */
export const screenOf = ({
  isTTY,
  rows,
  columns,
}: {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
}): Screen | undefined =>
  isTTY && rows !== undefined && columns !== undefined && rows > 0 && columns > 0 ? { rows, columns } : undefined;

/** A line that is no longer than the screen is wide; what was cut off is an ellipsis. */
export const clippedLine = (line: string, columns: number): string =>
  stringWidth(line) <= columns ? line : `${sliceAnsi(line, 0, Math.max(0, columns - 1))}…`;

/** Lines that fit on the screen as a picture that moves: what is below says how many lines are not shown. */
export const clipped = (lines: readonly string[], { rows, columns }: Screen): string => {
  const room = Math.max(1, rows - 1); // the cursor is on the last one
  const shown = lines.length <= room ? lines : lines.slice(0, room - 1);
  return [
    ...shown.map((line) => clippedLine(line, columns)),
    ...(shown.length < lines.length ? [`… and ${lines.length - shown.length} more lines`] : []),
  ].join('\n');
};
