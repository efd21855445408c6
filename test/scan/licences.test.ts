import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forbiddenLicences, isAllowed } from './licences.ts';
import { loadedByPrograms, readLockfile } from './loaded.ts';

const lockfile = {
  packages: {
    '': {},
    'node_modules/used': { license: 'MIT', dependencies: { inner: '1.0.0' } },
    'node_modules/tool': { license: 'GPL-3.0-only', dev: true },
    'node_modules/loaded': { license: 'ISC', dev: true, dependencies: { inner: '2.0.0', elsewhere: '1.0.0' } },
    'node_modules/loaded/node_modules/inner': { license: 'AGPL-3.0-or-later', dev: true },
    'node_modules/inner': { license: '(MIT OR GPL-3.0-or-later)' },
    'node_modules/nameless': { dev: true },
  },
};

describe('Licences', () => {
  it('refuses one that is not on the list, also behind what is loaded', () => {
    expect(forbiddenLicences([], lockfile)).toEqual([]);
    expect(forbiddenLicences(['/project/node_modules/loaded/lib/index.js', '/project/lib/app.ts'], lockfile)).toEqual([
      'node_modules/loaded/node_modules/inner: AGPL-3.0-or-later',
    ]);
  });

  it('refuses a package that names none', () => {
    expect(forbiddenLicences(['node_modules/nameless/index.js'], lockfile)).toEqual([
      'node_modules/nameless: no licence that it names',
    ]);
  });

  it.each([
    ['MIT', true],
    ['MIT OR GPL-3.0-only', true],
    ['(Apache-2.0 AND MIT)', true],
    ['MIT AND GPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE', false],
    ['(MIT AND (GPL-3.0-only OR ISC))', false],
  ])('reads %s', (expression, isOnTheList) => {
    expect(isAllowed(expression)).toBe(isOnTheList);
  });

  it('allow everything that what a user starts loads', () => {
    const loaded = loadedByPrograms(mkdtempSync(join(tmpdir(), 'licences-')));
    expect(loaded.some((file) => file.includes('dynalite'))).toBe(true);
    expect(loaded.some((file) => file.includes('aws-cdk-lib'))).toBe(true);
    expect(forbiddenLicences(loaded, readLockfile())).toEqual([]);
  });
});
