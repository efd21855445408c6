import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from 'table';
import * as z from 'zod';
import { synthesised } from '../../lib/local/synthesised.ts';
import { assumed, billOf, type Fleet, type Line, prices, usageAt } from './bill.ts';
import { measureRotation } from './measure.ts';

const help = `What a fleet costs on AWS in a month.

  npm run cost -- [--gateways 1] [--kits 5] [--nodes-per-kit 2] [--requests-per-second 10] [--rotations-per-month 1]

  --kits                  of all gateways together
  --requests-per-second   to the policy check, on average: a kit makes two for each request of its clients
  --rotations-per-month   of each gateway
`;

/** A number of the command line; `least` is the smallest that makes sense. */
const number = (least: number, otherwise: string) => {
  const allowed = `allowed is a number from ${least}`;
  return z.string().default(otherwise).transform(Number).pipe(z.number(allowed).min(least, allowed));
};
const options = z.strictObject({
  help: z.boolean().default(false),
  gateways: number(1, '1'),
  kits: number(1, '5'),
  'nodes-per-kit': number(1, '2'),
  'requests-per-second': number(0, '10'),
  'rotations-per-month': number(0, '1'),
});

const usd = (amount: number): string => amount.toFixed(2);
const priceOf = ({ unit, quantity }: Line): number => quantity * prices.prices[unit];
const sum = (lines: readonly Line[]): number => lines.reduce((total, line) => total + priceOf(line), 0);

const print = (fleet: Fleet, lines: readonly Line[]): void => {
  const titles = {
    fixed: 'There whatever happens',
    requests: 'Requests to the policy check',
    rotations: 'Rotations',
  };
  const quantity = (n: number) => n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 2 : 0 });
  const rows = (Object.keys(titles) as (keyof typeof titles)[]).flatMap((part) => {
    const own = lines.filter((line) => line.part === part);
    const each = own.map((line) => [`  ${line.unit}`, quantity(line.quantity), usd(priceOf(line))]);
    return [[titles[part], '', usd(sum(own))], ...each];
  });
  const columns = { 1: { alignment: 'right' }, 2: { alignment: 'right' } } as const;
  console.log(
    table([['A month', 'quantity', 'USD'], ...rows, ['Together', '', usd(sum(lines))]], {
      columns,
      drawHorizontalLine: (line, count) => [0, 1, count - 1, count].includes(line),
    }),
  );
  const requests = fleet.requestsPerSecond * 2_629_800;
  if (requests > 0)
    console.log(
      `A million requests: ${usd((sum(lines.filter(({ part }) => part === 'requests')) / requests) * 1e6)} USD.`,
    );
  console.log(`Prices of ${prices.asOf}, ${prices.region}. ${prices.note}`);
  console.log(
    `Calls are measured with every kit moving at once. Taken as given: ${Object.entries(assumed)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}.`,
  );
};

const main = async (): Promise<void> => {
  const flags = Object.keys(options.shape).map(
    (name) => [name, { type: name === 'help' ? 'boolean' : 'string' }] as const,
  );
  const { values } = parseArgs({ options: Object.fromEntries(flags) });
  const asked = options.parse(values);
  if (asked.help) return console.log(help);
  const fleet = {
    gateways: asked.gateways,
    kits: asked.kits,
    nodesPerKit: asked['nodes-per-kit'],
    requestsPerSecond: asked['requests-per-second'],
    rotationsPerMonth: asked['rotations-per-month'],
  };
  const project = join(import.meta.dirname, '..', '..');
  console.error('Measuring a rotation with 1 kit and one with 11 kits on this machine, in virtual time …');
  const template = await synthesised(project, join(project, 'gateways.json'));
  const few = { kits: 1, usage: await measureRotation(1) };
  const many = { kits: 11, usage: await measureRotation(11) };
  print(fleet, billOf(template, fleet, usageAt(fleet.kits / fleet.gateways, few, many)));
};

try {
  await main();
} catch (error) {
  if (!(error instanceof z.ZodError || (error instanceof TypeError && 'code' in error))) throw error;
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error.message);
  console.error(help);
  process.exitCode = 2;
}
