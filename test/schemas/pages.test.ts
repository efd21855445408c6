import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blocks, blocksIn, pageFile, pages, withBlocks } from '../../lib/schemas/pages.ts';
import { settingsTable } from '../../lib/schemas/settings-table.ts';

const texts = pages.map((page) => ({ page, text: readFileSync(pageFile(page), 'utf8') }));

describe('The pages', () => {
  it.each(texts)(
    'docs/$page.md says of settings and commands what checks them (npm run schema makes it)',
    ({ text }) => {
      expect(text).toBe(withBlocks(text));
    },
  );

  it('leave nothing out: every schema has its table in one place', () => {
    expect(texts.flatMap(({ text }) => blocksIn(text)).toSorted()).toEqual(Object.keys(blocks).toSorted());
  });

  it('refuses a marker that names nothing', () => {
    expect(() => withBlocks('<!-- made by npm run schema: polcy -->\n<!-- end -->')).toThrow('polcy');
  });

  it('explain every setting', () => {
    const unexplained = Object.values(blocks).flatMap((block) =>
      block()
        .split('\n')
        .filter((row) => /\|\s*\|$/.test(row)),
    );
    expect(unexplained).toEqual([]);
  });
});

describe('A table of settings', () => {
  it('says what is required, what is allowed and what holds otherwise, seconds also as people count them', () => {
    const table = settingsTable({
      required: ['name', 'size'],
      properties: {
        name: { type: 'string', maxLength: 63, description: 'Its name.' },
        size: { type: 'integer', minimum: 1, maximum: 9000, default: 2, description: 'Its size.' },
        waitSeconds: { type: 'integer', minimum: 0, maximum: 86_400, default: 3600, description: 'How long.' },
        inner: { type: 'object', required: ['on'], properties: { on: { type: 'boolean', description: 'A | B.' } } },
      },
    });
    expect(table.split('\n').slice(2)).toEqual([
      '| `name` | a text of up to 63 characters | **required** | Its name. |',
      '| `size` | 1 to 9,000 | 2 | Its size. |',
      '| `waitSeconds` | 0 to 86,400 (1 day) | 3,600 (1 hour) | How long. |',
      '| `inner.on` | `true` or `false` | none | A \\| B. |',
    ]);
  });
});
