import { installPeers } from './peers.ts';
import { printRows, type Row } from './row.ts';

type Bench = () => Promise<readonly Row[]>;

/** What `npm run bench` measures, in this order; each alone by its name. Their rows are the table at the end. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  decisions: async () => (await import('./decisions.ts')).decisions,
  reads: async () => (await import('./reads.ts')).reads,
  handler: async () => (await import('./handler.ts')).handler,
  cold: async () => (await import('./cold.ts')).cold,
  http: async () => (await import('./http.ts')).http,
  idle: async () => (await import('./idle.ts')).idle,
  forward: async () => (await import('./forwarding.ts')).forwarding,
  console: async () => (await import('./console-pages.ts')).consolePages,
};
/** With the packages of others beside ours. */
const withPeers = ['handler', 'http'];

const run = async (names: readonly string[]): Promise<void> => {
  const rows: Row[] = [];
  for (const name of names) rows.push(...((await (await benches[name]?.())?.()) ?? []));
  if (rows.length > 0) printRows(rows);
};

const [name, ...rest] = process.argv.slice(2);
if (name === undefined) {
  await run(Object.keys(benches));
  console.log(
    'A fleet of kits: npm run bench -- fleet, and in one process npm run bench -- here. The packages of others: npm run bench -- peers.',
  );
} else if (name === 'fleet' || name === 'here') {
  process.argv.splice(2, process.argv.length, ...rest);
  if (name === 'fleet') await import('./fleet.ts');
  else await import('./fleet-here.ts');
} else if (name === 'peers') {
  installPeers();
  await run(withPeers);
} else if (Object.hasOwn(benches, name)) await run([name]);
else {
  console.error(
    `There is no bench ${name}: ${Object.keys(benches).join(', ')}, fleet, here, peers; all but the last three without a name.`,
  );
  process.exitCode = 2;
}
