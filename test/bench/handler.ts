import { join } from 'node:path';
import { startChild } from './child.ts';
import { interleaved } from './measuring.ts';
import { arePeersInstalled, howToInstall, peer } from './peers.ts';
import type { Row } from './row.ts';

const rounds = 7;
const roundMs = 400;
const program = join(import.meta.dirname, 'handler-process.ts');
const [before, now] = ['ours, each decision in the log, the record parsed anew', 'ours, as deployed'];
const [memory, sqlite] = ['better-auth, api-key plugin, memory', 'better-auth, api-key plugin, SQLite in memory'];

/** What is compared, and what each does more or less than ours. */
const contenders: Readonly<
  Record<string, { readonly given: readonly [string, ...string[]]; readonly remark: string }>
> = {
  [before]: { given: [program, 'each-in-the-log'], remark: 'as deployed with logEveryDecision' },
  [now]: {
    given: [program, 'as-deployed'],
    remark: 'use recorded for each source, revoked at once, an IAM policy as answer',
  },
};
const peers: typeof contenders = {
  [memory]: {
    given: [peer('verify-process.mjs'), 'memory'],
    remark: 'more: writes the use of each call; permissions, quotas',
  },
  [sqlite]: { given: [peer('verify-process.mjs'), 'sqlite'], remark: 'the same, and its store is a database' },
  'prefixed-api-key': {
    given: [peer('verify-process.mjs'), 'prefixed'],
    remark: 'less: split, SHA-256, comparison; keys in a Map, no use, no log, no answer',
  },
};

/** The whole handler of the authorizer, without the network, beside what npm has for the same purpose. */
export const handler = async (): Promise<readonly Row[]> => {
  const compared = { ...contenders, ...(arePeersInstalled() ? peers : {}) };
  const children = Object.entries(compared).map(
    ([
      name,
      {
        given: [file, ...args],
      },
    ]) => [name, startChild(file, 512, ...args)] as const,
  );
  const measured = await interleaved(
    Object.fromEntries(children.map(([name, child]) => [name, async () => Number(await child.ask({ ms: roundMs }))])),
    rounds,
  ).finally(() => {
    for (const [, child] of children) child.close();
  });
  console.log(
    `\nThe whole handler without the network, a process for each, the log into a pipe (median of ${rounds} interleaved rounds)`,
  );
  const perSecond = (name: string): number => 1e6 / (measured[name] ?? Number.NaN);
  console.table(
    Object.fromEntries(
      Object.entries(compared).map(([name, { remark }]) => [
        name,
        { 'µs of a processor': measured[name]?.toFixed(1), 'a second': perSecond(name).toFixed(0), remark },
      ]),
    ),
  );
  if (!arePeersInstalled()) console.log(`better-auth and prefixed-api-key are not here: ${howToInstall}`);
  const gained = perSecond(now) / perSecond(before);
  const beyond = perSecond(now) / perSecond(memory);
  const said = `${perSecond(now).toFixed(0)} a second`;
  return [
    {
      what: 'whole handler without the network',
      beside: `${perSecond(before).toFixed(0)} a second, each in the log`,
      now: `${said}: ${gained.toFixed(1)}x`,
      target: '>= 1.5x',
      isMet: gained >= 1.5,
    },
    {
      what: 'whole handler beside better-auth',
      beside: Number.isNaN(beyond) ? howToInstall : `${perSecond(memory).toFixed(0)} a second, in memory`,
      now: Number.isNaN(beyond) ? said : `${said}: ${beyond.toFixed(0)}x`,
      target: '>= 65x',
      isMet: Number.isNaN(beyond) ? undefined : beyond >= 65,
    },
  ];
};
