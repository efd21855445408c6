import { setTimeout as pause } from 'node:timers/promises';
import { counted, outcomeWords } from '../../lambdas/console/view/labels.ts';
import { longestPage } from '../../lambdas/console/view/paging.ts';
import type { GatewayRow } from '../../lambdas/console/view/views.ts';
import { type Outcome, outcomes } from '../../lambdas/domain/causes.ts';
import { codesOf } from '../../lambdas/domain/codes.ts';
import { clipped, type Screen } from '../screen.ts';
import type { At, Result } from './command.ts';
import type { Connection } from './connection.ts';
import { CommandFailed } from './failure.ts';
import { isGood, type Rotated, rotateMany } from './rotate-many.ts';
import { rotate } from './start-rotation.ts';
import { rowsOf } from './table.ts';
import { askFirst, plain } from './terminal.ts';
import { bold, rotationLine } from './view-text.ts';
import { shownOn } from './watch.ts';

/** Which gateways, and how. */
export type Fleet = {
  readonly labels: string;
  readonly reason: string;
  readonly maxParallel: number;
  readonly keepsGoing: boolean;
  /** Those whose last rotation has completed within this time are left out. */
  readonly unlessWithinMs?: number;
  readonly isAnswered: boolean;
};

const lookEveryMs = 2_000;
const namedAtMost = 20;

/** Rotates all gateways that have all of the labels, as they are registered; shows which, asks, and shows how it goes. */
export const rotateFleet = async (at: At, fleet: Fleet): Promise<Result> => {
  const { connection, terminal } = at;
  const { labels, reason, maxParallel, keepsGoing, unlessWithinMs } = fleet;
  const selected = [...(await gatewaysWith(connection, labels)).values()].filter(({ state }) => state !== 'RETIRED');
  const gatewayIds = selected.map(({ gatewayId }) => String(gatewayId)).toSorted();
  if (gatewayIds.length === 0) throw new CommandFailed('refused', `No gateway has ${plain(labels)}. Nothing was done.`);
  const more = gatewayIds.length - namedAtMost;
  terminal.say(`${gatewayIds.slice(0, namedAtMost).map(plain).join(', ')}${more > 0 ? ` … and ${more} more` : ''}`);
  await askFirst(
    terminal,
    `Rotate ${counted(gatewayIds.length, 'gateway')}, ${maxParallel} at a time?`,
    fleet.isAnswered,
  );
  const show = shownOn(terminal);
  try {
    const all = await rotateMany(
      {
        rotate: (gatewayId) => rotate(at, gatewayId, reason),
        look: () => gatewaysWith(connection, labels),
        outcomeOf: async (gatewayId, rotationId) => {
          const { entries } = await connection.show({ view: 'history', gatewayId });
          return entries.find((one) => one.rotationId === rotationId)?.outcome;
        },
        wasRotatedLately: async (gatewayId) => {
          if (unlessWithinMs === undefined) return false;
          const { entries, nowMs } = await connection.show({ view: 'history', gatewayId });
          return entries.some(
            ({ outcome, endedAtMs = 0 }) => outcome === 'COMPLETED' && endedAtMs >= nowMs - unlessWithinMs,
          );
        },
        show: (now, rows) => show(Date.now(), (screen) => frameOf(now, rows, screen), linesOf(now, rows)),
        pause: () => pause(lookEveryMs),
      },
      gatewayIds,
      { maxParallel, keepsGoing },
    );
    return resultOf(all, terminal.screen());
  } finally {
    await terminal.done();
  }
};

/** Every gateway with these labels, from all pages. */
const gatewaysWith = async (connection: Connection, labels: string): Promise<ReadonlyMap<string, GatewayRow>> => {
  const found = new Map<string, GatewayRow>();
  for (let page = 1; ; page++) {
    const view = await connection.show({ view: 'gateways', labels, size: longestPage, page });
    for (const row of view.rows) found.set(row.gatewayId, row);
    if (page >= view.page.pages) return found;
  }
};

const words: Readonly<Record<Rotated['result'], string>> = {
  ...(Object.fromEntries(codesOf(outcomes).map((outcome) => [outcome, outcomeWords[outcome].word])) as Readonly<
    Record<Outcome, string>
  >),
  RUNNING: 'runs',
  HELD: 'held: it waits for a person',
  REFUSED: 'refused',
  UNKNOWN: 'nobody knows: look at it',
  NOT_STARTED: 'not started',
  ROTATED_LATELY: 'left out: rotated lately',
};

const lineOf = ({ gatewayId, result, joined, message }: Rotated, rows: ReadonlyMap<string, GatewayRow>): string => {
  const rotation = result === 'RUNNING' ? rows.get(gatewayId)?.rotation : undefined;
  const what = rotation ? rotationLine(rotation) : words[result];
  return `${bold(gatewayId)}  ${what}${joined ? ' (it ran already)' : ''}${message ? `: ${plain(message)}` : ''}`;
};

/** What needs a person first, then what runs, then what is over; what has not begun is only counted. */
const weight = (one: Rotated): number => (one.result === 'RUNNING' ? 1 : isGood(one) ? 2 : 0);

const frameOf = (all: readonly Rotated[], rows: ReadonlyMap<string, GatewayRow>, screen: Screen): string => {
  const begun = all
    .filter(({ result }) => result !== 'NOT_STARTED')
    .toSorted((one, other) => weight(one) - weight(other));
  const runs = all.filter(({ result }) => result === 'RUNNING').length;
  const head = `${all.filter(isGood).length} of ${counted(all.length, 'gateway')} done, ${runs} running, ${all.length - begun.length} to start`;
  return clipped([head, ...begun.map((one) => `  ${lineOf(one, rows)}`)], screen);
};

const linesOf = (all: readonly Rotated[], rows: ReadonlyMap<string, GatewayRow>): ReadonlyMap<string, string> =>
  new Map(all.flatMap((one) => (one.result === 'NOT_STARTED' ? [] : [[one.gatewayId, lineOf(one, rows)] as const])));

const resultOf = (all: readonly Rotated[], screen: Screen | undefined): Result => {
  const bad = all.filter((one) => !isGood(one));
  const notStarted = bad.filter(({ result }) => result === 'NOT_STARTED').length;
  const table = rowsOf(
    ['GATEWAY', 'ROTATION', 'HOW IT ENDED'],
    bad.map(({ gatewayId, rotationId, result, message }) => [gatewayId, rotationId, [words[result], message ?? '']]),
    screen,
  );
  const sum = `${all.length - bad.length} of ${counted(all.length, 'gateway')} ${all.length === 1 ? 'is' : 'are'} done.`;
  const hint =
    notStarted > 0
      ? ` ${notStarted} were not started, since another did not complete: --keep-going starts them all the same.`
      : '';
  return {
    document: 'rotations',
    json: { gateways: all },
    text: bad.length === 0 ? sum : `${table}\n${sum}${hint}`,
    isFailed: bad.length > 0,
  };
};
