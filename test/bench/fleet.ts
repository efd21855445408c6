import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { synthesised } from '../../lib/local/synthesised.ts';
import { prices, rotationLines } from '../cost/bill.ts';
import { type Measured, measureFleet } from './fleet/measure-fleet.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: { 'dead-every': { type: 'string', default: '0' } },
});
const sizes = (positionals.length > 0 ? positionals : ['10', '100', '1000']).map(Number);
const deadEvery = Number(values['dead-every']);
const isGiven = [...sizes, deadEvery + 1].every((given) => Number.isInteger(given) && given > 0);
if (!isGiven) {
  console.error('npm run bench -- fleet [kits ...] [--dead-every 10]: numbers of kits, 10 100 1000 without any.');
  process.exit(2);
}
const project = join(import.meta.dirname, '..', '..');
const template = await synthesised(project, join(project, 'test', 'constructs', 'fixtures', 'gateways.json'));
const measured: Measured[] = [];

const usdOf = ({ kits, usage }: Measured): number =>
  rotationLines(template, { gateways: 1, kits, nodesPerKit: 1, requestsPerSecond: 0, rotationsPerMonth: 1 }, usage)
    .map(({ unit, quantity }) => quantity * prices.prices[unit])
    .reduce((sum, usd) => sum + usd, 0);
const most = (values: Iterable<number>): number => Math.max(0, ...values);
/** Of the functions: what stands for AWS and for the kits has no limit. */
const functionsOf = ({ used }: Measured) => [...used].filter(([name]) => name !== 'this machine' && name !== 'kits');
const peak = (one: Measured): number => most(functionsOf(one).map(([, { peakMb }]) => peakMb));
const longest = ({ calls }: Measured): number => most([...calls.values()].map(({ longestSeconds }) => longestSeconds));

const rowOf = (one: Measured): object => ({
  'register s': one.registerSeconds.toFixed(1),
  'given s': one.distributeSeconds.toFixed(1),
  'whole s': one.seconds.toFixed(1),
  'kits/s': (one.kits / one.distributeSeconds).toFixed(0),
  transitions: one.usage.transitions,
  'history events': one.longestHistory,
  invocations: one.usage.invocations,
  'read units': one.usage.readUnits,
  'write units': one.usage.writeUnits,
  'secret calls': one.usage.secretCalls,
  'requests to kits': one.requests.given + one.requests.asked + one.requests.unanswered,
  'CPU s': one.cpuSeconds.toFixed(1),
  'peak MB': peak(one).toFixed(0),
  'longest call s': longest(one).toFixed(1),
  'evidence MB': one.evidenceMb.toFixed(2),
  USD: usdOf(one).toFixed(4),
});
const whole = (): void => {
  console.log(
    `\nA fleet of webhook kits on loopback that nobody uses: registered, then one rotation${deadEvery > 0 ? `; every ${deadEvery}th kit never answers` : ''}`,
  );
  console.table(Object.fromEntries(measured.map((one) => [one.kits, rowOf(one)])));
};
for (const kits of sizes) {
  measured.push(await measureFleet({ template, kits, deadEvery, say: (what) => console.error(what) }));
  whole();
}
const last = measured.at(-1);
if (last)
  for (const [name, { peakMb, cpuSeconds }] of last.used)
    console.log(`  ${name}: ${peakMb.toFixed(0)} MB at most, ${cpuSeconds.toFixed(1)} s of a processor`);

/** What has to hold, by counters alone: no time of a machine is judged. */
const promises = (one: Measured, before: Measured | undefined): readonly (readonly [string, boolean, string])[] => {
  const perKit = before ? (one.usage.transitions - before.usage.transitions) / (one.kits - before.kits) : 0;
  return [
    ['state transitions for each further kit ≤ 0.05', perKit <= 0.05, perKit.toFixed(4)],
    ['history events of an execution < 25,000', one.longestHistory < 25_000, `${one.longestHistory}`],
    ['writes to Secrets Manager a second ≤ 50', one.secretWritesASecond <= 50, `${one.secretWritesASecond}`],
    ['memory of each function ≤ 512 MB', peak(one) <= 512, peak(one).toFixed(0)],
  ];
};
let areKept = true;
for (const [index, one] of measured.entries())
  for (const [what, holds, figure] of promises(one, measured[index - 1])) {
    console.log(`${holds ? 'holds ' : 'BROKEN'} ${one.kits} kits: ${what} (${figure})`);
    areKept &&= holds;
  }
process.exitCode = areKept ? 0 : 1;
