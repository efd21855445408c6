import { setTimeout as pause } from 'node:timers/promises';
import { styleText } from 'node:util';
import { fromNow, lateWords, lengthOf, outcomeWords, stateWords } from '../../lambdas/console/view/labels.ts';
import type { GatewaysView, GatewayView } from '../../lambdas/console/view/views.ts';
import type { Connection } from './connection.ts';
import { plain, type Terminal } from './terminal.ts';
import { bold, rotationLine, stepsLine } from './view-text.ts';

const barWidth = 30;
const latest = 8;

/** `████░░░░ 3 of 5`: how many of the kits have moved. */
const progressBar = (done: number, of: number): string => {
  const filled = of === 0 ? 0 : Math.round((barWidth * done) / of);
  return `${styleText('green', '█'.repeat(filled))}${styleText('dim', '░'.repeat(barWidth - filled))} ${done} of ${of}`;
};

/** One look at a gateway, as lines for a terminal; a pure function of the view. */
export const frameOf = ({
  gatewayId,
  nowMs,
  state,
  rotation,
  steps,
  kits,
  waitsFor,
  ahead,
  history,
  credentials,
}: GatewayView): string => {
  if (!rotation) {
    const { outcome, endedAtMs } = history.find(({ rotationId }) => rotationId !== undefined) ?? {};
    const ended = outcome
      ? `the last rotation ${outcomeWords[outcome].word}${endedAtMs === undefined ? '' : ` ${fromNow(endedAtMs, nowMs)}`}`
      : 'no rotation yet';
    return [
      `${bold(gatewayId)}  ${stateWords[state].word.toLowerCase()}; ${ended}`,
      ...waitsFor.map(({ text }) => `  ${plain(text)}`),
    ].join('\n');
  }
  const late = kits.rows.filter((kit) => kit.late !== undefined).slice(0, latest);
  const dying = credentials.filter(({ isLive, rejectAfterAtMs }) => isLive && rejectAfterAtMs !== undefined);
  return [
    `${bold(gatewayId)}  ${rotationLine(rotation)}, for ${lengthOf(nowMs - rotation.begun.atMs)}`,
    ...stepsLine(steps),
    `  kits  ${progressBar(kits.updated, kits.total)}`,
    ...dying.map((one) =>
      styleText('red', `  ${one.credentialId} is refused ${fromNow(one.rejectAfterAtMs ?? nowMs, nowMs)}`),
    ),
    ...late.map(
      ({ kitId, owner, late: code, failure }) =>
        `    ${plain(kitId).padEnd(20)} ${code ? lateWords[code] : ''}${failure ? ` (${failure.code}, tried ${failure.attempts}×)` : ''}  ${plain(owner)}`,
    ),
    ...(kits.late > late.length ? [`    and ${kits.late - late.length} more`] : []),
    ...waitsFor.map(
      ({ text, untilAtMs }) =>
        `  waits: ${plain(text)}${untilAtMs === undefined ? '' : ` (${fromNow(untilAtMs, nowMs)})`}`,
    ),
    ...ahead.slice(0, 1).map(({ text, atMs }) => `  ${fromNow(atMs, nowMs)}: ${plain(text)}`),
  ].join('\n');
};

/** Shows a gateway until no rotation runs, and answers how the last one ended; `undefined` when there never was one. */
export const watchGateway = async (
  connection: Connection,
  terminal: Terminal,
  gatewayId: string,
  everyMs: number,
): Promise<GatewayView['history'][number]['outcome']> => {
  try {
    for (;;) {
      const view = await connection.show({ view: 'gateway', gatewayId });
      terminal.frame(frameOf(view));
      if (!view.rotation) return view.history.find(({ rotationId }) => rotationId !== undefined)?.outcome;
      await pause(everyMs);
    }
  } finally {
    terminal.done();
  }
};

/** Every gateway on which a rotation runs, a line each; a pure function of the view. */
const fleetFrameOf = ({ rows, counts, nowMs }: GatewaysView): string => {
  const running = rows.flatMap(({ gatewayId, rotation }) => (rotation ? [{ gatewayId, rotation }] : []));
  if (running.length === 0)
    return `No rotation runs on ${Object.values(counts).reduce((sum, count) => sum + count, 0)} gateways.`;
  return running
    .map(({ gatewayId, rotation }) => {
      const { progress, begun } = rotation;
      const bar = progress ? `  ${progressBar(progress.updated, progress.kits)}` : '';
      return `${bold(gatewayId)}${' '.repeat(Math.max(1, 24 - gatewayId.length))}${rotationLine(rotation)}, for ${lengthOf(nowMs - begun.atMs)}${bar}`;
    })
    .join('\n');
};

/** Shows all gateways until no rotation runs on any; those that need a person are on the page that is shown. */
export const watchAll = async (connection: Connection, terminal: Terminal, everyMs: number): Promise<void> => {
  try {
    for (;;) {
      const view = await connection.show({ view: 'gateways' });
      terminal.frame(fleetFrameOf(view));
      if (view.rows.every(({ rotation }) => rotation === undefined) && !view.counts.ROTATING) return;
      await pause(everyMs);
    }
  } finally {
    terminal.done();
  }
};
