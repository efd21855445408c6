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
  outcomeWords,
  stageWords,
  stateWords,
  type Tone,
  unseenText,
} from '../../lambdas/console/view/labels.ts';
import {
  type CredentialLife,
  type GatewaysView,
  type GatewayView,
  type HistoryView,
  type KitRow,
  type Page,
  phases,
  type RotationSummary,
  type StepLook,
  stepLooks,
} from '../../lambdas/console/view/views.ts';
import type { KeyLine } from '../../lambdas/domain/own-keys.ts';
import { plain, rowsOf } from './terminal.ts';

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

const more = ({ page, pages, total }: Page, what: string): readonly string[] =>
  pages > 1
    ? [`Page ${page} of ${pages}; ${counted(total, what)} in all. --page ${page < pages ? page + 1 : 1} shows more.`]
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

export const gatewaysText = (view: GatewaysView): string => {
  const rows = view.rows.map(({ gatewayId, state, credentials, rotation, worstLaggard, nextScheduledAtMs }) => [
    gatewayId,
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
  const table = rowsOf(['GATEWAY', 'STATE', 'LIVE CREDENTIALS', 'ROTATION', 'HOLDS IT UP', 'NEXT'], rows);
  return [table, ...more(view.page, 'gateway')].join('\n');
};

export const gatewayText = (view: GatewayView): string => {
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
      ),
    ),
    section(
      `\nKits: ${kits.updated} of ${kits.total} up to date`,
      [kits.rows.length > 0 ? kitsText(kits.rows, nowMs) : 'None.', ...more(kits.page, 'kit')].join('\n'),
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

export const kitsText = (rows: readonly KitRow[], nowMs: number): string =>
  rowsOf(
    ['KIT', 'KIND', 'OWNER', 'EVIDENCE', 'LAST SEEN', 'KEY ENDS', 'WAITS FOR'],
    rows.map(({ kitId, kind, owner, reverted, evidence, late, lastSeen, callsPingOne, ownKeys, waitsFor }) => [
      kitId,
      kind,
      owner,
      reverted ? 'on a revoked one' : (evidence?.kind ?? (late && lateWords[late])),
      lastSeen ? `${lastSeen.credentialId} ${fromNow(lastSeen.atMs, nowMs)}` : unseenText(callsPingOne === true),
      ownKeys.map((key) => keyEndText(key, nowMs)),
      [...(waitsFor === undefined ? [] : [waitsFor]), ...endingTexts(ownKeys)],
    ]),
  );

const endingTexts = (keys: readonly KeyLine[]): readonly string[] =>
  keys.filter(({ standing }) => keyTones[standing] !== 'quiet').map(({ text }) => text);

export const historyText = ({ entries, page, nowMs }: HistoryView): string => {
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
    return section(title, rowsOf(['  WHEN', 'WHAT', 'CREDENTIALS', 'WHO', 'WHY'], rows));
  });
  return [...blocks, ...more(page, 'entry')].join('\n\n');
};
