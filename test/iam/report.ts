import { table } from 'table';
import type { Grant } from './evaluation/grants.ts';
import { lineOf } from './grant-line.ts';
import { outsideTheProof } from './outside-the-proof.ts';
import { scenarios } from './scenarios.ts';
import { countUsage, type GrantUse, nearlyRefused, neverUsed, type Usage } from './usage.ts';

/** `BeginRotationRole638C1F37` without its hash; of an ARN what comes behind the account. */
const nameOf = ({ of }: Grant): string =>
  of.startsWith('arn:') ? `policy of ${of.split(':').slice(5).join(':')}` : of.replace(/[0-9A-F]{8}$/, '');

/** What stands before the name of a resource is the same in all ARNs of this machine. */
const short = (text: string): string => text.replace(/arn:aws:(\w+):us-east-1:000000000000:/g, '$1:');

const sum = (uses: readonly GrantUse[]): number => uses.reduce((total, { calls }) => total + calls, 0);

const rowsOf = (usage: Usage): readonly (readonly string[])[] => {
  const byName = Map.groupBy(usage.grants.values(), ({ grant }) => nameOf(grant));
  const among = (uses: readonly GrantUse[], some: readonly GrantUse[]): string =>
    `${uses.filter((use) => some.includes(use)).length}`;
  const [never, nearly] = [neverUsed(usage), nearlyRefused(usage)];
  return [...byName].map(([name, uses]) => [
    name,
    `${uses.length}`,
    `${sum(uses)}`,
    `${uses.filter(({ grant }) => outsideTheProof(grant) !== undefined).length}`,
    among(uses, nearly),
    among(uses, never),
  ]);
};

const section = (title: string, lines: readonly string[]): void => {
  console.log(`\n${title}${lines.length === 0 ? ': none.' : ':'}`);
  for (const line of lines) console.log(`  ${short(line)}`);
};

const { usage, add } = countUsage();
for (const [index, { name, play }] of scenarios.entries()) {
  console.log(`${index + 1} of ${scenarios.length}: ${name}`);
  const system = await play();
  add(system.deployment.grants, system.decisions);
  await system.close();
}

const columns = [
  'role or policy of a resource',
  'grants',
  'calls',
  'outside the proof',
  'nearly refused',
  'never used',
];
const drawHorizontalLine = (index: number, count: number): boolean => [0, 1, count].includes(index);
console.log(`\n${table([columns, ...rowsOf(usage)], { drawHorizontalLine })}`);
const never = neverUsed(usage);
section(
  'Refused',
  [...usage.refused].map(([call, times]) => `${call}, ${times} times`),
);
section(
  'Granted and never used',
  never.map(({ grant }) => `${nameOf(grant)}: ${lineOf(grant)}`),
);
section(
  'Nearly refused, which is: allowed by a wildcard in the resource of one grant, and by no other',
  nearlyRefused(usage).map(
    ({ grant, calls, resources }) =>
      `${nameOf(grant)}: ${lineOf(grant)}; ${calls} calls on ${resources.size}, such as ${[...resources][0]}`,
  ),
);
const outside = Map.groupBy(usage.grants.values(), ({ grant }) => outsideTheProof(grant));
section(
  'Outside the proof',
  [...outside].flatMap(([why, uses]) =>
    why === undefined ? [] : [`${why}: ${[...new Set(uses.map(({ grant }) => grant.action))].join(', ')}`],
  ),
);
process.exitCode = never.length > 0 || usage.refused.size > 0 ? 1 : 0;
