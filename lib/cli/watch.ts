import { setTimeout as pause } from 'node:timers/promises';
import { styleText } from 'node:util';
import { fromNow, lateWords, lengthOf, outcomeWords, stateWords } from '../../lambdas/console/view/labels.ts';
import { longestPage } from '../../lambdas/console/view/paging.ts';
import type { GatewaysView, GatewayView, KitRow, RotationSummary } from '../../lambdas/console/view/views.ts';
import { documentFormat } from '../document-format.ts';
import { clipped, type Screen } from '../screen.ts';
import type { Connection } from './connection.ts';
import { jsonLine, plain, type Terminal } from './terminal.ts';
import { bold, kitsFor, rotationLine, stepsLine } from './view-text.ts';

const barWidth = 30;
/** Of late kits, where nobody says how much is seen. */
const latest = 8;

/** `████░░░░ 3 of 5`: how many of the kits have moved. */
const progressBar = (done: number, of: number): string => {
  const filled = of === 0 ? 0 : Math.round((barWidth * done) / of);
  return `${styleText('green', '█'.repeat(filled))}${styleText('dim', '░'.repeat(barWidth - filled))} ${done} of ${of}`;
};

/** How a gateway stands on which no rotation runs. */
const restLine = ({ gatewayId, state, history, nowMs }: GatewayView, isTimed: boolean): string => {
  const { outcome, endedAtMs } = history.find(({ rotationId }) => rotationId !== undefined) ?? {};
  const ended = outcome
    ? `the last rotation ${outcomeWords[outcome].word}${endedAtMs === undefined || !isTimed ? '' : ` ${fromNow(endedAtMs, nowMs)}`}`
    : 'no rotation yet';
  return `${bold(gatewayId)}  ${stateWords[state].word.toLowerCase()}; ${ended}`;
};

/** One look at a gateway, as lines that fit on the screen, late kits first; a pure function of the view. */
export const frameOf = (view: GatewayView, screen: Screen | undefined): string => {
  const { gatewayId, nowMs, rotation, steps, kits, waitsFor, ahead, credentials } = view;
  if (!rotation) return fitted([restLine(view, true), ...waitsFor.map(({ text }) => `  ${plain(text)}`)], screen);
  const dying = credentials.filter(({ isLive, rejectAfterAtMs }) => isLive && rejectAfterAtMs !== undefined);
  const above = [
    `${bold(gatewayId)}  ${rotationLine(rotation)}, for ${lengthOf(nowMs - rotation.begun.atMs)}`,
    ...stepsLine(steps),
    `  kits  ${progressBar(kits.updated, kits.total)}`,
    ...dying.map((one) =>
      styleText('red', `  ${one.credentialId} is refused ${fromNow(one.rejectAfterAtMs ?? nowMs, nowMs)}`),
    ),
  ];
  const below = [
    ...waitsFor.map(
      ({ text, untilAtMs }) =>
        `  waits: ${plain(text)}${untilAtMs === undefined ? '' : ` (${fromNow(untilAtMs, nowMs)})`}`,
    ),
    ...ahead.slice(0, 1).map(({ text, atMs }) => `  ${fromNow(atMs, nowMs)}: ${plain(text)}`),
  ];
  const room = screen ? Math.max(1, screen.rows - above.length - below.length - 2) : latest;
  const late = kits.rows.filter((kit) => kit.late !== undefined).slice(0, room);
  const rest = kits.late - late.length;
  return fitted([...above, ...late.map(lateLine), ...(rest > 0 ? [`    … and ${rest} more`] : []), ...below], screen);
};

const lateLine = ({ kitId, owner, late: code, failure }: KitRow): string =>
  `    ${plain(kitId).padEnd(20)} ${code ? lateWords[code] : ''}${failure ? ` (${failure.code}, tried ${failure.attempts}×)` : ''}  ${plain(owner)}`;

const fitted = (lines: readonly string[], screen: Screen | undefined): string =>
  screen ? clipped(lines, screen) : lines.join('\n');

/** So many late kits are named in a line. */
const namedInLine = 3;

/** The same in one line without a time, which is another only when something has changed: for a pipe. */
export const lineOf = (view: GatewayView): string => {
  const { gatewayId, rotation, kits, waitsFor } = view;
  if (!rotation) return [restLine(view, false), ...waitsFor.map(({ text }) => plain(text))].join(' ');
  const { trigger, phase, held } = rotation;
  const late = kits.rows.filter((kit) => kit.late !== undefined).slice(0, namedInLine);
  const named = late.map(({ kitId, late: code }) => `${plain(kitId)} (${code ? lateWords[code] : ''})`).join(', ');
  const rest = kits.late - late.length;
  return `${bold(gatewayId)}  ${trigger}: ${phase}, ${kits.updated} of ${kits.total} kits moved${held ? ', held' : ''}${named ? `; late: ${named}` : ''}${named && rest > 0 ? ` … and ${rest} more` : ''}`;
};

/** Shows each look on a screen, and without one a line for what has changed since the last. */
export const shownOn = (terminal: Terminal) => {
  const last = new Map<string, string>();
  return (nowMs: number, frame: (screen: Screen) => string, lines: ReadonlyMap<string, string>): void => {
    const screen = terminal.screen();
    if (screen) terminal.frame(frame(screen));
    for (const [about, line] of screen ? [] : lines) {
      if (last.get(about) === line) continue;
      last.set(about, line);
      terminal.frame(`${new Date(nowMs).toISOString()} ${line}`);
    }
  };
};

/** Looks at a gateway until no rotation runs. */
const looksAt = async function* (
  connection: Connection,
  gatewayId: string,
  everyMs: number,
  sizeOf: () => { readonly size?: number },
): AsyncGenerator<GatewayView> {
  for (;;) {
    const view = await connection.show({ view: 'gateway', gatewayId, ...sizeOf() });
    yield view;
    if (!view.rotation) return;
    await pause(everyMs);
  }
};

type Ended = GatewayView['history'][number]['outcome'];
const endOf = (view: GatewayView): Ended => view.history.find(({ rotationId }) => rotationId !== undefined)?.outcome;

/** Shows a gateway until no rotation runs, and answers how the last one ended; `undefined` when there never was one. */
export const watchGateway = async (
  connection: Connection,
  terminal: Terminal,
  gatewayId: string,
  everyMs: number,
): Promise<Ended> => {
  const show = shownOn(terminal);
  let ended: Ended;
  try {
    for await (const view of looksAt(connection, gatewayId, everyMs, () => kitsFor(terminal.screen()))) {
      show(view.nowMs, (screen) => frameOf(view, screen), new Map([[gatewayId, lineOf(view)]]));
      ended = endOf(view);
    }
    return ended;
  } finally {
    await terminal.done();
  }
};

/** Prints a document a line, and none that says the same of a gateway as the one before; its time is not what it says. */
const documentsOn = (terminal: Terminal) => {
  const last = new Map<string, string>();
  return (nowMs: number, document: { readonly gatewayId: string } & Readonly<Record<string, unknown>>): void => {
    const said = jsonLine(document);
    if (last.get(document.gatewayId) === said) return;
    last.set(document.gatewayId, said);
    terminal.out(jsonLine({ format: documentFormat('watch'), nowMs, ...document }));
  };
};

/** The same as {@link watchGateway} for programs. */
export const streamGateway = async (
  connection: Connection,
  terminal: Terminal,
  gatewayId: string,
  everyMs: number,
): Promise<Ended> => {
  const print = documentsOn(terminal);
  let ended: Ended;
  for await (const view of looksAt(connection, gatewayId, everyMs, () => ({}))) {
    const { state, rotation, kits, waitsFor } = view;
    const { total, updated, late } = kits;
    const waits = waitsFor.map(({ text }) => text);
    print(view.nowMs, {
      gatewayId,
      state,
      ...(rotation ? { rotation: steady(rotation) } : {}),
      kits: { total, updated, late },
      waitsFor: waits,
    });
    ended = endOf(view);
  }
  return ended;
};

/** Without the times of looks that found nothing new. */
const steady = ({ quiet, progress, ...rotation }: RotationSummary) => ({
  ...rotation,
  ...(progress ? { progress: { ...progress } } : {}),
  ...(quiet?.sinceAtMs === undefined ? {} : { quiet: { sinceAtMs: quiet.sinceAtMs } }),
});

const noneRuns = ({ counts }: GatewaysView): string =>
  `No rotation runs on ${Object.values(counts).reduce((sum, count) => sum + count, 0)} gateways.`;

const runningIn = ({ rows }: GatewaysView) =>
  rows.flatMap(({ gatewayId, rotation }) => (rotation ? [{ gatewayId, rotation }] : []));

/** Every gateway on which a rotation runs, a line each as far as they fit; a pure function of the view. */
export const fleetFrameOf = (view: GatewaysView, screen: Screen): string => {
  const running = runningIn(view);
  if (running.length === 0) return noneRuns(view);
  const room = Math.max(1, screen.rows - 2);
  const lines = running.slice(0, room).map(({ gatewayId, rotation }) => {
    const { progress, begun } = rotation;
    const bar = progress ? `  ${progressBar(progress.updated, progress.kits)}` : '';
    return `${bold(gatewayId)}${' '.repeat(Math.max(1, 24 - gatewayId.length))}${rotationLine(rotation)}, for ${lengthOf(view.nowMs - begun.atMs)}${bar}`;
  });
  const rest = running.length - lines.length;
  return clipped([...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])], screen);
};

/** Looks at all gateways until no rotation runs on any. */
const looksAtAll = async function* (connection: Connection, everyMs: number) {
  for (;;) {
    const view = await connection.show({ view: 'gateways', size: longestPage });
    const isOver = view.rows.every(({ rotation }) => rotation === undefined) && !view.counts.ROTATING;
    yield { view, isOver };
    if (isOver) return;
    await pause(everyMs);
  }
};

/** Shows all gateways until no rotation runs on any; those that need a person come first. */
export const watchAll = async (connection: Connection, terminal: Terminal, everyMs: number): Promise<void> => {
  const show = shownOn(terminal);
  const seen = new Set<string>();
  try {
    for await (const { view, isOver } of looksAtAll(connection, everyMs)) {
      const lines = new Map([...seen].map((gatewayId) => [gatewayId, `${bold(gatewayId)}  no rotation runs`]));
      for (const { gatewayId, rotation } of runningIn(view)) {
        seen.add(gatewayId);
        lines.set(gatewayId, `${bold(gatewayId)}  ${rotationLine(rotation)}`);
      }
      if (isOver) lines.set('', noneRuns(view));
      show(view.nowMs, (screen) => fleetFrameOf(view, screen), lines);
    }
  } finally {
    await terminal.done();
  }
};

/** The same for programs: every gateway on which a rotation runs or ran. */
export const streamAll = async (connection: Connection, terminal: Terminal, everyMs: number): Promise<void> => {
  const print = documentsOn(terminal);
  const seen = new Set<string>();
  for await (const { view } of looksAtAll(connection, everyMs))
    for (const { gatewayId, state, rotation } of view.rows) {
      if (rotation) seen.add(gatewayId);
      if (seen.has(gatewayId))
        print(view.nowMs, { gatewayId, state, ...(rotation ? { rotation: steady(rotation) } : {}) });
    }
};
