import { styleText } from 'node:util';
import {
  causeWords,
  counted,
  fromNow,
  inFull,
  keyEndText,
  keyTones,
  lateWords,
  lengthOf,
  manyWords,
  newsStateWords,
  outcomeWords,
  stageWords,
  stateWords,
  type Tone,
  unseenText,
} from '../../lambdas/console/view/labels.ts';
import { longestPage } from '../../lambdas/console/view/paging.ts';
import {
  type CredentialLife,
  type GatewaysView,
  type GatewayView,
  type HistoryView,
  type KitRow,
  type NewsView,
  type Page,
  phases,
  type RotationSummary,
  type StepLook,
  stepLooks,
} from '../../lambdas/console/view/views.ts';
import { type Labels, labelsText } from '../../lambdas/domain/labels.ts';
import type { KeyLine } from '../../lambdas/domain/own-keys.ts';
import type { Screen } from '../screen.ts';
import { linesOf, rowsOf } from './table.ts';
import { plain } from './terminal.ts';

const colours: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  danger: 'red',
  warn: 'yellow',
  busy: 'cyan',
  good: 'green',
  quiet: 'dim',
};

export const bold = (text: string): string => styleText('bold', plain(text));
const section = (title: string, body: string): string => `${styleText('bold', title)}\n${body}`;
const stateText = (state: GatewaysView['rows'][number]['state']): string =>
  styleText(colours[stateWords[state].tone], stateWords[state].word);

/** What is not on this page: `… and 282 more`. */
const more = ({ page, pages, pageSize, total }: Page, what: string): readonly string[] =>
  pages > 1
    ? [
        `${page < pages ? `… and ${total - page * pageSize} more. ` : ''}Page ${page} of ${pages}; ${counted(total, what)} in all.`,
      ]
    : [];

/** A rotation in a line: `manual: verify, 3 of 5 kits moved`. */
export const rotationLine = ({ trigger, phase, wave, progress, held }: RotationSummary): string =>
  `${trigger}: ${phase}${wave ? `, wave ${wave.number} of ${wave.of}${wave.isGoingBack ? ' going back' : ''}` : ''}${progress ? `, ${progress.updated} of ${progress.kits} kits moved` : ''}${held ? ', held' : ''}`;

const stepColours = {
  TO_COME: 'dim',
  NOW: 'cyan',
  DONE: 'green',
  DONE_WITH_FAILURES: 'yellow',
  FORCED: 'yellow',
} as const satisfies Readonly<Record<StepLook, string>>;

/** `✓ create`, `! distribute (done with failures)`. */
const stepText = (phase: string, look: StepLook): string => {
  const { sign, word } = stepLooks[look];
  const says = look === 'DONE_WITH_FAILURES' || look === 'FORCED' ? ` (${word})` : '';
  return styleText(stepColours[look], `${sign || ' '} ${phase}${says}`);
};

/** The steps of the rotation that runs, in a line; none when none runs. */
export const stepsLine = (steps: GatewayView['steps']): readonly string[] =>
  steps ? [`  ${phases.map((phase) => stepText(phase, steps[phase])).join('  ')}`] : [];

export const gatewaysText = (view: GatewaysView, screen: Screen | undefined): string => {
  const rows = view.rows.map(({ gatewayId, labels, state, credentials, rotation, worstLaggard, nextScheduledAtMs }) => [
    gatewayId,
    ...labelCells(view.rows, labels),
    stateWords[state].word,
    credentials.map(
      ({ credentialId, stage, createdAtMs, rejectAfterAtMs }) =>
        `${credentialId} ${stageWords[stage]}, ${lengthOf(view.nowMs - createdAtMs)} old${rejectAfterAtMs === undefined ? '' : `, refused ${fromNow(rejectAfterAtMs, view.nowMs)}`}`,
    ),
    rotation && rotationLine(rotation),
    worstLaggard && [`${worstLaggard.kitId}: ${lateWords[worstLaggard.code]}`, worstLaggard.owner],
    nextScheduledAtMs === undefined ? undefined : fromNow(nextScheduledAtMs, view.nowMs),
  ]);
  if (rows.length === 0) return 'No gateway matches.';
  const table = rowsOf(
    ['GATEWAY', ...labelHeading(view.rows), 'STATE', 'LIVE CREDENTIALS', 'ROTATION', 'HOLDS IT UP', 'NEXT'],
    rows,
    screen,
  );
  return [table, ...more(view.page, 'gateway')].join('\n');
};

export const gatewayText = (view: GatewayView, screen: Screen | undefined): string => {
  const { nowMs, rotation, kits, unregistered, moreUnregistered } = view;
  const when = (atMs: number) => fromNow(atMs, nowMs);
  return [
    `${bold(view.gatewayId)}  ${stateText(view.state)}${rotation ? `  ${rotationLine(rotation)}` : ''}`,
    ...(rotation
      ? [
          `${rotation.rotationId}, begun ${when(rotation.begun.atMs)} by ${plain(rotation.begun.actor)}: ${plain(rotation.begun.reason)}`,
        ]
      : []),
    ...stepsLine(view.steps),
    ...view.secretTroubles.map(({ text }) => `  secret: ${plain(text)}`),
    ...endingTexts(view.ownKeys?.lines ?? []).map((text) => `  key: ${plain(text)}`),
    ...view.waitsFor.map(
      ({ text, untilAtMs }) =>
        `  waits: ${plain(text)}${untilAtMs === undefined ? '' : ` Until then: ${when(untilAtMs)}.`}`,
    ),
    ...view.ahead.map(({ text, atMs }) => `  ${when(atMs)}: ${plain(text)}`),
    section(
      '\nCredentials',
      rowsOf(
        ['CREDENTIAL', 'STATE', 'CREATED', 'REFUSED'],
        view.credentials.map((one) => credentialRow(one, nowMs)),
        screen,
      ),
    ),
    section(
      `\nKits: ${kits.updated} of ${kits.total} up to date`,
      [kits.rows.length > 0 ? kitsText(kits.rows, nowMs, screen) : 'None.', ...more(kits.page, 'kit')].join('\n'),
    ),
    ...(unregistered.length > 0
      ? [
          section(
            '\nUnregistered sources, on live credentials',
            [
              rowsOf(
                ['ADDRESS', 'CREDENTIAL', 'NAMED KIT', 'FIRST USED', 'LAST USED'],
                unregistered.map((use) => [
                  use.address,
                  use.credentialId,
                  use.kitId,
                  when(use.firstUsedAtMs),
                  when(use.lastUsedAtMs),
                ]),
                screen,
              ),
              ...(moreUnregistered > 0 ? [`And ${counted(moreUnregistered, 'more source')}, used before those.`] : []),
              ...(unregistered.some(({ areMany }) => areMany) ? [manyWords] : []),
            ].join('\n'),
          ),
        ]
      : []),
  ].join('\n');
};

const credentialRow = (one: CredentialLife, nowMs: number): readonly (string | undefined)[] => [
  one.credentialId,
  one.isLive
    ? `${one.stage ? stageWords[one.stage] : 'live'}${one.isForeign ? ', not ours' : ''}`
    : one.cause && causeWords[one.cause],
  one.createdAtMs === undefined ? undefined : fromNow(one.createdAtMs, nowMs),
  one.confirmedAtMs !== undefined
    ? `seen refused ${fromNow(one.confirmedAtMs, nowMs)}`
    : one.revokedAtMs !== undefined
      ? `revoked ${fromNow(one.revokedAtMs, nowMs)}, not yet seen refused`
      : one.rejectAfterAtMs === undefined
        ? undefined
        : `compromised: refused ${fromNow(one.rejectAfterAtMs, nowMs)}`,
];

/** Kits in the order in which they come. Where all that is said of them has no room on the screen, each has one line. */
export const kitsText = (rows: readonly KitRow[], nowMs: number, screen: Screen | undefined): string => {
  const headings = ['KIT', 'KIND', 'OWNER', ...labelHeading(rows), 'EVIDENCE', 'LAST SEEN', 'KEY ENDS', 'WAITS FOR'];
  const cells = rows.map(
    ({ kitId, kind, owner, labels, reverted, evidence, late, lastSeen, callsPingOne, ownKeys, waitsFor }) => [
      kitId,
      kind,
      owner,
      ...labelCells(rows, labels),
      reverted ? 'on a revoked one' : (evidence?.kind ?? (late && lateWords[late])),
      lastSeen ? `${lastSeen.credentialId} ${fromNow(lastSeen.atMs, nowMs)}` : unseenText(callsPingOne === true),
      ownKeys.map((key) => keyEndText(key, nowMs)),
      [...(waitsFor === undefined ? [] : [waitsFor]), ...endingTexts(ownKeys)],
    ],
  );
  const all = rowsOf(headings, cells, screen);
  return screen && all.split('\n').length > screen.rows - besidesKits ? linesOf(headings, cells, screen) : all;
};

const endingTexts = (keys: readonly KeyLine[]): readonly string[] =>
  keys.filter(({ standing }) => keyTones[standing] !== 'quiet').map(({ text }) => text);

/** Lines that a list of kits has besides: headings, what is not shown, and the next prompt. */
const besidesKits = 3;

/** So many kits are asked for as have a line each; without a screen, as many as there are on a page. */
export const kitsFor = (screen: Screen | undefined): { readonly size?: number } =>
  screen ? { size: Math.min(longestPage, Math.max(5, screen.rows - besidesKits - 1)) } : {};

/** The kits of a page, and how many are not on it. */
export const kitListText = ({ kits, nowMs }: GatewayView, screen: Screen | undefined): string => {
  const [table, { page, pages, total }] = [kitsText(kits.rows, nowMs, screen), kits.page];
  return [table, ...(pages > 1 ? more(kits.page, 'kit') : [`Page ${page} of ${pages}, ${total} kits.`])].join('\n');
};

type Labelled = readonly { readonly labels?: Labels }[];
/** What people were told of a gateway, newest first. */
export const newsText = ({ entries, page, nowMs }: NewsView, screen: Screen | undefined): string =>
  entries.length === 0
    ? 'Nobody was told anything in the last ninety days.'
    : [
        rowsOf(
          ['WHEN', 'TO', 'BY', 'DELIVERED', 'WHAT'],
          entries.map(({ atMs, owner = 'operators', channel = 'topic only', state, why, subject }) => [
            fromNow(atMs, nowMs),
            owner,
            channel,
            why === undefined ? newsStateWords[state].word : [newsStateWords[state].word, why],
            subject,
          ]),
          screen,
        ),
        ...more(page, 'message'),
      ].join('\n');

/** There is a column for labels when something in the list has one. */
const labelHeading = (rows: Labelled): readonly string[] => (rows.some(({ labels }) => labels) ? ['LABELS'] : []);
const labelCells = (rows: Labelled, labels: Labels | undefined): readonly string[] =>
  labelHeading(rows).map(() => labelsText(labels));

export const historyText = ({ entries, page, nowMs }: HistoryView, screen: Screen | undefined): string => {
  if (entries.length === 0) return 'Nothing is recorded yet.';
  const blocks = entries.map(({ rotationId, trigger, begun, endedAtMs, outcome, steps }) => {
    const title = rotationId
      ? `${trigger ?? ''} rotation ${rotationId}, ${outcome ? outcomeWords[outcome].word : ''}${endedAtMs === undefined ? '' : ` after ${lengthOf(endedAtMs - begun.atMs)}`}, begun ${fromNow(begun.atMs, nowMs)}`
      : inFull(begun.atMs);
    const rows = steps.map(({ atMs, kind, look, actor, reason, credentialIds }) => [
      `  ${inFull(atMs)}`,
      look ? `${kind} (${stepLooks[look].word})` : kind,
      credentialIds.join(', '),
      actor,
      reason,
    ]);
    return section(title, rowsOf(['  WHEN', 'WHAT', 'CREDENTIALS', 'WHO', 'WHY'], rows, screen));
  });
  return [...blocks, ...more(page, 'entry')].join('\n\n');
};
