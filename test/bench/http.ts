import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { type Contestant, openBare, openFastify, openPolicyCheck } from './http/contestants.ts';
import type { Answers, Load } from './http/load-process.ts';
import { median } from './measuring.ts';
import { cpuSecondsOf } from './npm-start.ts';
import { arePeersInstalled, howToInstall } from './peers.ts';
import type { Row } from './row.ts';

const rounds = 3;
const roundMs = 2_000;
const manyConnections = [32, 60] as const;

type Round = {
  readonly aSecond: number;
  readonly cpuMicros: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  readonly shed: number;
  readonly other: number;
};

const roundOf = (answers: Answers, cpuSeconds: number): Round => {
  const { byStatus, tookMs, ms } = answers;
  const count = (isIt: (status: number) => boolean): number =>
    Object.entries(byStatus).reduce((sum, [status, many]) => sum + (isIt(Number(status)) ? many : 0), 0);
  const good = count((status) => status === 200);
  const at = (part: number): number => tookMs[Math.floor(tookMs.length * part)] ?? Number.NaN;
  const [failed, shed] = [count((status) => status >= 500 || status === 0), count((status) => status === 429)];
  const other = count(() => true) - good - failed - shed;
  return {
    aSecond: good / (ms / 1000),
    cpuMicros: (cpuSeconds / good) * 1e6,
    p50: at(0.5),
    p99: at(0.99),
    failed,
    shed,
    other,
  };
};

/** The median round; of what must not happen, all of it. */
const middle = (measured: readonly Round[]): Round => {
  const of = (figure: keyof Round): number => median(measured.map((round) => round[figure]));
  const all = (figure: keyof Round): number => measured.reduce((sum, round) => sum + round[figure], 0);
  const figures = { aSecond: of('aSecond'), cpuMicros: of('cpuMicros'), p50: of('p50'), p99: of('p99') };
  return { ...figures, failed: all('failed'), shed: all('shed'), other: all('other') };
};

const race = async (load: Child, contestants: readonly Contestant[], connections: number) => {
  const measured = new Map(contestants.map(({ name }) => [name, [] as Round[]]));
  for (let round = -1; round < rounds; round++)
    for (const { name, pid, port, request } of contestants) {
      const before = cpuSecondsOf(pid);
      const ms = round < 0 ? 2 * roundMs : roundMs; // round -1 warms up
      const answers = (await load.ask({ port, ...request, connections, ms } satisfies Load)) as Answers;
      if (round >= 0) measured.get(name)?.push(roundOf(answers, cpuSecondsOf(pid) - before));
    }
  return new Map([...measured].map(([name, all]) => [name, middle(all)]));
};

const ratioOf = (own: Round, bare: Round): number => own.aSecond / bare.aSecond;

const print = (connections: number, measured: ReadonlyMap<string, Round>): void => {
  const [bare] = measured.values();
  console.log(
    `\n${connections} kept connections, each server and the load in a process of its own (median of ${rounds} interleaved rounds of ${roundMs / 1000} s)`,
  );
  console.table(
    Object.fromEntries(
      [...measured].map(([name, own]) => [
        name,
        {
          'answers of 200 a second': own.aSecond.toFixed(0),
          'µs of a processor': own.cpuMicros.toFixed(0),
          'x bare': bare ? ratioOf(own, bare).toFixed(2) : '',
          'p50 ms': own.p50.toFixed(1),
          'p99 ms': own.p99.toFixed(1),
          '5xx or cut': own.failed,
          '429s': own.shed,
          others: own.other,
        },
      ]),
    ),
  );
};

/** The policy check of this machine over HTTP, beside Node alone and fastify. */
export const http = async (): Promise<readonly Row[]> => {
  const load = startChild(join(import.meta.dirname, 'http', 'load-process.ts'), 512);
  const contestants: Contestant[] = [];
  try {
    contestants.push(await openBare(), await openPolicyCheck());
    if (arePeersInstalled()) contestants.push(await openFastify());
    const [bare, ours] = contestants.map(({ name }) => name);
    const rows: Row[] = [];
    for (const connections of manyConnections) {
      const measured = await race(load, contestants, connections);
      print(connections, measured);
      const [base, own] = [measured.get(bare ?? ''), measured.get(ours ?? '')];
      if (base && own) rows.push(...rowsOf(connections, base, own));
    }
    if (!arePeersInstalled()) console.log(`fastify with @fastify/bearer-auth is not here: ${howToInstall}`);
    return rows;
  } finally {
    load.close();
    await Promise.all(contestants.map(({ close }) => close()));
  }
};

const rowsOf = (connections: number, bare: Round, own: Round): readonly Row[] => {
  const ratio = ratioOf(own, bare);
  const what = `policy check over HTTP, ${connections} connections`;
  return [
    {
      what,
      beside: `bare node:http ${bare.aSecond.toFixed(0)} a second, ${bare.cpuMicros.toFixed(0)} µs of a processor`,
      now: `${own.aSecond.toFixed(0)} a second: ${ratio.toFixed(2)}x; ${own.cpuMicros.toFixed(0)} µs of a processor`,
      target: '>= 0.2x',
      isMet: Number.isNaN(ratio) ? undefined : ratio >= 0.2,
    },
    {
      what: `${what}: time and failures`,
      beside: `p99 ${bare.p99.toFixed(1)} ms`,
      now: `p99 ${own.p99.toFixed(1)} ms, ${own.failed} of 5xx`,
      target: '<= 50 ms, none of 5xx',
      isMet: own.p99 <= 50 && own.failed === 0 && own.other === 0,
    },
  ];
};
