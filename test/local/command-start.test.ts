import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const asked = `
import { commandStartedAtMs } from ${JSON.stringify(join(import.meta.dirname, '../../lib/local/command-start.ts'))};
console.log(JSON.stringify({ command: commandStartedAtMs(), own: performance.timeOrigin }));`;

type Told = { readonly command: number; readonly own: number };
const tickMs = 10;

test('a command began when its process did', () => {
  const { npm_lifecycle_event: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', asked], { env, encoding: 'utf8' });
  const told = JSON.parse(stdout) as Told;
  expect(told.command).toBe(told.own);
});

test.runIf(process.platform === 'linux')('what npm runs began when npm did, for whoever typed it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'command-start-'));
  try {
    writeFileSync(join(folder, 'asked.mjs'), asked);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { asked: 'node asked.mjs' } }));
    const typedAtMs = Date.now();
    const { stdout } = spawnSync('npm', ['run', '--silent', 'asked'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env.PATH}` },
    });
    const told = JSON.parse(stdout) as Told;
    expect(told.command).toBeLessThan(told.own);
    expect(told.command).toBeGreaterThanOrEqual(typedAtMs - 2 * tickMs);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
