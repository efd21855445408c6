import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { bundle } from '../../lib/constructs/bundle.ts';
import { forgedToken, goneToken, nobodysToken, oldToken, orders, presenting } from '../policy-check/fixtures.ts';
import { loadedAtStart } from '../support/loaded-at-start.ts';

/** The middle one of an odd number of measurements. */
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const rounds = 7;
const callsPerRound = 5_000;

/** Microseconds a call of each contender, rounds interleaved, so that whatever else the machine does hits all alike. */
const perCall = async (
  contenders: Readonly<Record<string, () => unknown>>,
): Promise<Readonly<Record<string, number>>> => {
  const measured = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++)
    for (const [name, call] of Object.entries(contenders)) {
      const startedAt = process.hrtime.bigint();
      for (let done = 0; done < callsPerRound; done++) await call();
      const microseconds = Number(process.hrtime.bigint() - startedAt) / 1000 / callsPerRound;
      if (round >= 0) measured.get(name)?.push(microseconds); // round -1 warms up
    }
  return Object.fromEntries([...measured].map(([name, values]) => [name, median(values)]));
};

const decisions = async (): Promise<void> => {
  const authorize = authorizer(
    {
      readGateway: async () => orders,
      recordUse: async () => true,
      recordRefusal: async () => false,
      isRegistered: async () => false,
      nowMs: () => 1_000_000,
      count: () => undefined,
    },
    () => undefined,
    false,
  );
  const asks = (token: string) => {
    const asked = presenting(token);
    return () => authorize(asked);
  };
  const floor = await perCall({
    'floor: one SHA-256 of a credential': async () => createHash('sha256').update(oldToken).digest('base64url'),
    'garbage (refused without a read)': asks(`${oldToken.slice(0, -1)}${oldToken.endsWith('0') ? '1' : '0'}`),
    'unknown credential': asks(nobodysToken),
    'known id, wrong secret': asks(forgedToken),
    'revoked credential': asks(goneToken),
    'live credential': asks(oldToken),
  });
  const base = floor['floor: one SHA-256 of a credential'] ?? Number.NaN;
  console.log(
    '\nOne decision of the authorizer, reads and writes answered from memory (median of 7 interleaved rounds)',
  );
  console.table(
    Object.fromEntries(
      Object.entries(floor).map(([name, us]) => [
        name,
        { 'µs a call': us.toFixed(1), 'x floor': (us / base).toFixed(1) },
      ]),
    ),
  );
};

/** Milliseconds until a module is imported, each time in a fresh process of this Node. */
const importMs = (path: string): number =>
  median(
    Array.from({ length: 9 }, () => {
      const code = `const t = process.hrtime.bigint(); await import(${JSON.stringify(path)}); console.log(Number(process.hrtime.bigint() - t) / 1e6);`;
      return Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
    }),
  );

const sizeOf = (files: ReturnType<typeof loadedAtStart>): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

const starts = (): void => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, 'export const handler = async () => undefined;\n');
    const rows: Record<string, { KB: string; 'import ms': string; 'x empty': string }> = {};
    const emptyMs = importMs(empty);
    const row = (name: string, path: string, size: number): void => {
      const ms = path === empty ? emptyMs : importMs(path);
      rows[name] = { KB: (size / 1024).toFixed(0), 'import ms': ms.toFixed(0), 'x empty': (ms / emptyMs).toFixed(1) };
    };
    row('an empty handler', empty, statSync(empty).size);
    for (const name of ['authorize', 'sideband', 'verify-kits']) {
      const outfile = join(folder, `${name}.mjs`);
      row(
        `${name}, bundled`,
        outfile,
        sizeOf(loadedAtStart(bundle(`lambdas/${name}.ts`, outfile).outputs, `${name}.mjs`)),
      );
    }
    row('authorize, unbundled', join(import.meta.dirname, '..', '..', 'lambdas', 'authorize.ts'), 0);
    console.log('\nCold start: size of what is loaded, and import in a fresh process (median of 9)');
    console.table(rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

await decisions();
starts();
