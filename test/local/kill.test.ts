import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'kill-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** `npm start` without npm, on free ports; everything it prints, to be looked at while it runs. */
const start = (...args: string[]) => {
  // What refuses nothing must not depend on how fast a machine is that has other work.
  const ports = ['--port', '0', '--aws-port', '0', '--console-port', '0', '--demo-rate', '24'];
  const child = spawn(process.execPath, ['lib/local/start.ts', '--data', join(folder, 'data'), ...ports, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const printed = { text: '' };
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const until = (what: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (chunk: Buffer) => {
        printed.text += chunk.toString();
        if (what.test(printed.text)) resolve();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      void exited.then(([code]) =>
        reject(new Error(`It ended with ${code} before it printed ${what}:\n${printed.text}`)),
      );
    });
  return { child, printed, exited, until };
};

it('goes on with the rotation in which it was killed, and exits 0 (invariant 5)', async () => {
  const first = start('--once');
  await first.until(/orders complete.* orders promoted/s); // the bootstrap is through; AWSCURRENT has just moved
  first.child.kill('SIGKILL');
  expect((await first.exited)[1]).toBe('SIGKILL');
  const killed = / orders begin (?<id>\S+)\n(?!.* orders begin )/s.exec(first.printed.text)?.groups?.id ?? '';
  expect(killed).toMatch(/^[0-9a-f-]{36}$/);
  expect(first.printed.text).not.toContain('rotated.');

  const second = start('--once');
  await second.until(/orders: /);
  expect((await second.exited)[0], second.printed.text).toBe(0);
  expect(second.printed.text).toContain(` orders complete ${killed}`);
  expect(second.printed.text).toMatch(/orders: rotated\. \d+ kit requests, 0 refused/);
  expect(second.printed.text).not.toMatch(/orders (begin|created) /); // the one rotation, and its one credential
  expect(`${first.printed.text}${second.printed.text}`).not.toMatch(/gwc_/);
});
