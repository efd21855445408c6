import { writeFileSync } from 'node:fs';

/** The moments of one rotation, on a scale of 0 to 100. */
const moments = { begin: 12, accepted: 22, distributed: 40, lastOldUse: 46, revoked: 78, confirmed: 86 };
const kits = [
  { name: 'kong (2 nodes)', movesAt: 30 },
  { name: 'secret reader', movesAt: 36 },
  { name: 'webhook', movesAt: 33 },
  { name: 'owner by hand', movesAt: 46 },
];

const left = 150;
const scale = 6.6;
const x = (moment: number): number => Math.round(left + moment * scale);
const text = (at: number, y: number, words: string, extra = ''): string =>
  `<text x="${at}" y="${y}"${extra}>${words}</text>`;
const bar = (from: number, to: number, y: number, tone: string, height = 18): string =>
  `<rect class="${tone}" x="${x(from)}" y="${y}" width="${x(to) - x(from)}" height="${height}" rx="3"/>`;
const mark = (at: number, name: string, y: number): string =>
  `<line class="mark" x1="${x(at)}" y1="44" x2="${x(at)}" y2="262"/>${text(x(at), y, name, ' text-anchor="middle" class="small"')}`;

/** The picture of the overlap in the README: both credentials are accepted until every kit was seen on the new one and the old one was quiet. */
export const overlapPicture = (): string =>
  [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 840 300" role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="13">',
    '<title id="t">Both credentials are accepted while the kits move</title>',
    '<desc id="d">The new credential is accepted before any kit gets it. Kits move one after another. The old credential is revoked only after a quiet window without any use, and then seen refused.</desc>',
    '<style>rect.page{fill:#fff}text{fill:#1f2933}.small{font-size:11px;fill:#52606d}.old{fill:#c2570c}.new{fill:#0f766e}.quiet{fill:#fde68a}.mark{stroke:#9aa5b1;stroke-dasharray:3 3}@media(prefers-color-scheme:dark){rect.page{fill:#111827}text{fill:#e5e7eb}.small{fill:#9ca3af}.old{fill:#fb923c}.new{fill:#2dd4bf}.quiet{fill:#713f12}}</style>',
    '<rect class="page" width="840" height="300"/>',
    mark(moments.begin, 'create', 22),
    mark(moments.accepted, 'proven accepted', 38),
    mark(moments.distributed, 'distributed', 22),
    mark(moments.revoked, 'verified, revoke', 22),
    mark(moments.confirmed, 'seen refused', 38),
    bar(moments.lastOldUse, moments.revoked, 52, 'quiet', 66),
    text(
      x((moments.lastOldUse + moments.revoked) / 2),
      90,
      'quiet window: no use of the old one',
      ' text-anchor="middle" class="small"',
    ),
    text(12, 66, 'old credential'),
    bar(0, moments.revoked, 53, 'old'),
    text(12, 114, 'new credential'),
    bar(moments.accepted, 100, 101, 'new'),
    ...kits.flatMap(({ name, movesAt }, index) => {
      const y = 148 + index * 28;
      return [text(12, y + 11, name), bar(0, movesAt, y, 'old', 12), bar(movesAt, 100, y, 'new', 12)];
    }),
    text(
      left,
      288,
      'each kit presents the old credential, then the new one; at every moment both that are in use are accepted',
      ' class="small"',
    ),
    '</svg>',
    '',
  ].join('\n');

/** Where the README finds it. */
export const overlapFile = new URL('overlap.svg', import.meta.url);

if (import.meta.main) writeFileSync(overlapFile, overlapPicture());
