import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as failures from '../../lambdas/domain/failure.ts';
import { failureNames } from '../../lambdas/domain/failure-names.ts';
import { codesFile, codesText } from '../../lib/schemas/codes.ts';

const lines = codesText().split('\n');

describe('the page of codes', () => {
  it('is the one that the tables of the code make (npm run schema writes it)', () => {
    expect(readFileSync(codesFile, 'utf8')).toBe(codesText());
  });
  it('has a sentence beside every code, and no sentence that breaks its table', () => {
    const rows = lines.filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(120);
    for (const row of rows) expect(row).toMatch(/^\| `[A-Za-z_-]+` \| [A-Z`][^|]+\. \|$/);
  });
  it('has every error of ours by its name', () => {
    const names = Object.values(failures).map((Failure) => new Failure('').name);
    expect(Object.keys(failureNames).toSorted()).toEqual([...new Set(names)].toSorted());
  });
});
