import { join } from 'node:path';
import project from '../../package.json' with { type: 'json' };
import { startWith } from './child.ts';
import type { MeasuredHere, Phase } from './fleet/here-process.ts';

const sizes = (process.argv.length > 2 ? process.argv.slice(2) : ['100', '1000']).map(Number);
if (!sizes.every((kits) => Number.isInteger(kits) && kits > 0)) {
  console.error('npm run bench -- here [kits ...]: numbers of kits, 100 1000 without any.');
  process.exit(2);
}

/** What `npm start` gives to Node. */
const options = project.scripts.start.split(' ').filter((word) => word.startsWith('--'));
const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);
const perKit = ({ calls }: Phase, kits: number): string => (sum(Object.values(calls)) / kits).toFixed(2);
/** The middle one, and the largest. */
const spread = (values: readonly number[]): string =>
  `${[...values].sort((one, other) => one - other)[values.length >> 1]?.toFixed(0)} (${Math.max(...values).toFixed(0)})`;

const times: Record<string, object> = {};
const callsOf: Record<string, object> = {};
for (const kits of sizes) {
  const here = startWith(options, join(import.meta.dirname, 'fleet', 'here-process.ts'));
  const { apply, begin, give, giveAgain, presses, ...one } = (await here.ask({ kits })) as MeasuredHere;
  here.close();
  times[kits] = {
    'apply s': apply.seconds.toFixed(1),
    'CPU ': apply.cpuSeconds.toFixed(1),
    'begin s': begin.seconds.toFixed(1),
    'CPU  ': begin.cpuSeconds.toFixed(1),
    'given s': give.seconds.toFixed(1),
    'CPU   ': give.cpuSeconds.toFixed(1),
    'kits/s': (kits / give.seconds).toFixed(0),
    'again s': giveAgain.seconds.toFixed(1),
    'CPU    ': giveAgain.cpuSeconds.toFixed(1),
    'kits/s ': (kits / giveAgain.seconds).toFixed(0),
    'ready MB': one.readyMb.toFixed(0),
    'peak MB': one.peakMb.toFixed(0),
    'press ms (most)': spread(presses.map(({ answeredMs }) => answeredMs)),
    'refused ms (most)': spread(presses.map(({ firstRefusalMs }) => firstRefusalMs)),
  };
  callsOf[kits] = {
    'calls a kit: apply': perKit(apply, kits),
    begin: perKit(begin, kits),
    give: perKit(give, kits),
    again: perKit(giveAgain, kits),
    'requests a kit': (one.requestsToKits / kits).toFixed(2),
  };
  for (const [name, { calls }] of Object.entries({ apply, begin, give, giveAgain }))
    console.error(`${kits} kits: ${name}: ${JSON.stringify(calls)}`);
}
console.log('\nThis machine as npm start opens it, in one process: webhook kits on loopback that nobody uses');
console.table(times);
console.table(callsOf);
