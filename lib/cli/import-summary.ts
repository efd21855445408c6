import type { Result } from './command.ts';
import type { ImportProblem, ImportSummary } from './kits-import.ts';
import { plain } from './terminal.ts';

/** So many refused lines are said in full; of the others the numbers. */
const saidAtMost = 100;

/** What an import comes to, for people and for programs. A refused one changes nothing and ends as a wrong command line. */
export const importResult = (file: string, summary: ImportSummary): Result => {
  const { created, changed, unchanged, refused } = summary;
  const counts = `${plain(file)}: ${created.length} new, ${changed.length} changed, ${unchanged.length} as they are`;
  if (refused.length === 0) return { document: 'kits-import', json: summary, text: `${counts}.` };
  const others = refused.slice(saidAtMost);
  return {
    document: 'kits-import',
    json: summary,
    text: [
      ...refused.slice(0, saidAtMost).map(problemText),
      ...(others.length > 0
        ? [
            `… and ${others.length} more, on lines ${rangesText(others.flatMap(({ line }) => line ?? []))}; --json has them all.`,
          ]
        : []),
      `${plain(file)}: ${refused.length} refused. Nothing was changed.`,
    ].join('\n'),
    endsAs: 'usage',
  };
};

const problemText = ({ line, problem }: ImportProblem): string =>
  `${line === undefined ? '' : `line ${line}: `}${plain(problem)}`;

/** `7, 9–12`: line numbers in their order. */
const rangesText = (lines: readonly number[]): string => {
  const ranges: [number, number][] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last && line <= last[1] + 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
};
