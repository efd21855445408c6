import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshClone, project } from '../support/clone.ts';

let clone: string;
beforeEach(() => {
  clone = freshClone();
});
afterEach(() => rmSync(clone, { recursive: true }));

/** What `npx cdk synth` starts in a fresh clone, with this as the program npm. */
const synth = (npm: string) => {
  writeFileSync(join(clone, 'npm.mjs'), npm);
  const { app } = JSON.parse(readFileSync(join(clone, 'cdk.json'), 'utf8')) as { app: string };
  const [node, file = '', ...args] = app.split(' ');
  expect([node, ...args]).toEqual(['node']);
  expect(file).toMatch(/\.mjs$/); // Node 20 runs no TypeScript
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    cwd: clone,
    encoding: 'utf8',
    env: {
      npm_execpath: join(clone, 'npm.mjs'),
      CDK_OUTDIR: join(clone, 'cdk.out'),
      CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [] }),
    },
  });
  return { status, stdout, stderr };
};

describe('npx cdk in a fresh clone', () => {
  test('installs the packages of the lockfile, and synthesises', () => {
    const installs = `import { symlinkSync } from 'node:fs';
      if (process.argv[2] !== 'ci') throw new Error('It was asked for something else.');
      symlinkSync(${JSON.stringify(join(project, 'node_modules'))}, 'node_modules');`;
    const { status, stdout, stderr } = synth(installs);
    expect(stderr).toMatch(/^Installing the packages of package-lock\.json \(no packages are installed yet\)/);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(existsSync(join(clone, 'cdk.out', 'GatewayCredentialRotation.template.json'))).toBe(true);
  });

  test('says what to do when they cannot be installed', () => {
    const { status, stderr } = synth('process.exit(1);');
    expect(status).toBe(1);
    expect(stderr).toContain('The install failed (npm ci ended with 1). It needs the npm registry; run it again when');
    expect(stderr).not.toContain('    at ');
  });
});
