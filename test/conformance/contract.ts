import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { differences } from './differences.ts';
import { type ClientOptions, elsewhere, optionsFor, target } from './target.ts';

/** The emulated services, each with one contract: what AWS documents of it, as far as this project stands on it. */
export type Service =
  | 'cloudfront'
  | 'dynamodb'
  | 'events'
  | 'iam'
  | 'kms'
  | 'lambda'
  | 'secretsmanager'
  | 'sns'
  | 'ssm'
  | 'states'
  | 'states: Choice'
  | 'states: data'
  | 'states: errors'
  | 'states: Map'
  | 'sts'
  | 'cloudformation';

type AtHome = { readonly clientOptions: ClientOptions; close(): Promise<void> };

/** What a clause failed with: its message, and what was there in place of what the clause expects. */
const seenIn = (failure: unknown): string =>
  failure instanceof Error
    ? `${failure.name}: ${failure.message}${'actual' in failure ? `\n${inspect(failure.actual, { depth: 6 })}` : ''}`
    : String(failure);

/**
 * The contract of a service. Each clause is asked of this machine, or of the implementation that this run names. A clause
 * that an implementation is listed to keep otherwise must fail there, in the way that is listed: else the list is wrong.
 */
export const contractOf = (service: Service, openAtHome: () => Promise<AtHome>) => {
  const listed = differences.filter((one) => one.service === service && one.at === target);
  const clauses = new Set<string>();
  let home: AtHome | undefined;

  beforeAll(async () => {
    if (!elsewhere) home = await openAtHome();
  });
  afterAll(async () => {
    await home?.close();
  });
  test(`${service}: every listed difference names a clause`, () => {
    const named = differences.filter((one) => one.service === service).map((one) => one.clause);
    expect(named.filter((name) => !clauses.has(name))).toEqual([]);
  });

  return {
    /** What clients of the service are made with; from the beginning of the first test. */
    clientOptions: (): ClientOptions => {
      if (elsewhere) return optionsFor(elsewhere);
      if (!home) throw new Error('The service is opened before the first test, not earlier.');
      return home.clientOptions;
    },
    clause: (name: string, keep: () => Promise<void>): void => {
      clauses.add(name);
      const difference = listed.find((one) => one.clause === name);
      if (!difference) {
        test(name, keep);
        return;
      }
      test(`${name} — ${target} differs: ${difference.reason}`, async () => {
        const failure = await keep().then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failure, `${target} keeps this clause now: take the difference off the list`).toBeInstanceOf(Error);
        expect(seenIn(failure)).toMatch(difference.saw);
      });
    },
  };
};
