import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { overlapFile, overlapPicture } from '../../docs/pictures/overlap.ts';

it('The picture in the README is the one that its source makes', () => {
  expect(readFileSync(overlapFile, 'utf8')).toBe(overlapPicture());
});
