import { existsSync, globSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { anchorsOf, pages, proseOf, readPage, root } from './pages.ts';

/** Why a link leads nowhere; `undefined` when it leads somewhere. */
const broken = (page: string, link: string): string | undefined => {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (!existsSync(join(root, target))) return `${link}: no such file`;
  const isMissing = anchor !== undefined && !anchorsOf(readPage(target)).has(anchor);
  return isMissing ? `${link}: no such heading` : undefined;
};

const linksIn = (text: string): readonly string[] =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));

/** What stands in backticks and looks like a path of the repository; `<state>` stands for any name. */
const pathsIn = (text: string): readonly string[] =>
  [...proseOf(text).matchAll(/`((?:\.ci|docs|lambdas|lib|test)\/[\w./*<>{},-]*)`/g)].map(([, path = '']) => path);

const scriptsIn = (text: string): readonly string[] =>
  [...text.matchAll(/npm run ([\w:-]*\w)/g)].map(([, script = '']) => script);

describe.each(pages)('%s', (page) => {
  const text = readPage(page);

  it('links to what is there', () => {
    expect(linksIn(text).flatMap((link) => broken(page, link) ?? [])).toEqual([]);
  });

  it('names only files that there are', () => {
    const missing = pathsIn(text).filter((path) => globSync(path.replace(/<\w+>/g, '*'), { cwd: root }).length === 0);
    expect(missing).toEqual([]);
  });

  it('names only scripts that there are', () => {
    expect(scriptsIn(text).filter((script) => !(script in packageJson.scripts))).toEqual([]);
  });
});

/** Lines that say something: no code, no heading, no row that only divides. */
const sentencesOf = (text: string): readonly string[] =>
  proseOf(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length > 60);

it('says nothing twice', () => {
  const seen = new Map<string, string>();
  const twice = pages.flatMap((page) =>
    sentencesOf(readPage(page)).flatMap((line) => {
      const before = seen.get(line);
      seen.set(line, page);
      return before ? [`${before} and ${page}: ${line}`] : [];
    }),
  );
  expect(twice).toEqual([]);
});

describe('README.md', () => {
  const lines = readPage('README.md').split('\n');

  it('is short enough to be read', () => {
    expect(lines.length).toBeLessThanOrEqual(130);
  });

  it('shows the way to press the button within its first thirty lines', () => {
    expect(lines.slice(0, 30).join('\n')).toContain('npx gateway-credentials compromised');
  });
});
