import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import biome from '../../biome.json' with { type: 'json' };
import packageJson from '../../package.json' with { type: 'json' };
import { readPage } from './pages.ts';

it('The licence is the Apache License 2.0, not a letter changed', () => {
  const digest = createHash('sha256').update(readPage('LICENSE')).digest('hex');
  expect(digest).toBe('cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30'); // apache.org/licenses/LICENSE-2.0.txt
  expect(packageJson.license).toBe('Apache-2.0');
});

it('Editors indent and break lines as the formatter does', () => {
  const settings = new Map(
    (readPage('.editorconfig').split('[*.md]')[0] ?? '')
      .split('\n')
      .map((line) => line.split(' = '))
      .map(([name = '', value = '']) => [name, value]),
  );
  const { indentStyle, indentWidth, lineWidth } = biome.formatter;
  expect(settings.get('indent_style')).toBe(indentStyle);
  expect(settings.get('indent_size')).toBe(String(indentWidth));
  expect(settings.get('max_line_length')).toBe(String(lineWidth));
});
