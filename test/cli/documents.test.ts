import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DocumentName, documentFormat, documentNames } from '../../lib/document-format.ts';
import { documentFile, documentSchemaText } from '../../lib/schemas/documents/documents.ts';
import { readPage } from '../docs/pages.ts';
import { gatewayId, manualKit, openRotated, type System } from '../support/system.ts';
import { cliOf } from './terminal-double.ts';

const names = Object.keys(documentNames) as DocumentName[];

describe('The schema of each document that --json prints', () => {
  it.each(names)('%s is in its file as what checks it says (npm run schema makes it)', (name) => {
    expect(JSON.parse(readFileSync(documentFile(name), 'utf8'))).toEqual(JSON.parse(documentSchemaText(name)));
  });

  it('is named in the reference, with the commands that print it', () => {
    const page = readPage('docs/reference.md');
    for (const name of names) expect(page).toContain(`| \`${documentFormat(name)}\` | ${documentNames[name]} |`);
  });
});

/** Every run with --json is held to its schema by `terminal-double.ts`; here each document is printed at least once. */
describe('What a command prints with --json', () => {
  let system: System;
  let run: ReturnType<typeof cliOf>;
  let folder: string;
  beforeAll(async () => {
    system = await openRotated({ kits: [manualKit('one'), manualKit('two')] });
    run = cliOf(system);
    folder = mkdtempSync(join(tmpdir(), 'documents-'));
  });
  afterAll(async () => {
    await system.close();
    rmSync(folder, { recursive: true });
  });
  const printedBy = async (words: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await run([...words, '--json'])).out) as Record<string, unknown>;

  it.each<readonly [string, DocumentName]>([
    ['status', 'status'],
    ['status orders', 'status'],
    ['history orders', 'history'],
    ['news orders', 'news'],
    ['plan orders', 'plan'],
    ['kits list orders', 'kits'],
    ['kits test orders one', 'kit-test'],
    ['kits check', 'kits-check'],
    ['evidence-key', 'evidence-key'],
    ['status nobody', 'error'],
    ['watch nobody', 'error'],
    ['rotate orders --reason quarterly', 'rotation'],
    ['hold orders --reason freeze', 'decision'],
    ['resume orders --reason over', 'decision'],
    ['kits acknowledge --owner nobody --reason none', 'acknowledged'],
  ])('of %s is a document %s', async (words, name) => {
    const { out } = await run([...words.split(' '), '--json']);
    expect((JSON.parse(out) as { format: string }).format).toBe(documentFormat(name));
  });

  it('of watch is a document a line', async () => {
    await system.finish();
    const { out } = await run(['watch', gatewayId, '--json']);
    const lines = out.split('\n').map((line) => (JSON.parse(line) as { format: string }).format);
    expect(lines).toEqual([documentFormat('watch'), documentFormat('watch')]);
  });

  it('of a rotation that is checked offline is a document evidence-check', async () => {
    const rotationId = (await system.gateway()).ended.at(-1)?.rotationId ?? '';
    const file = join(folder, 'evidence.json');
    await run(['evidence', rotationId, '--out', file]);
    expect(await printedBy(['evidence', '--verify', file])).toMatchObject({ format: documentFormat('evidence-check') });
    writeFileSync(file, '{}');
    expect(await printedBy(['evidence', '--verify', file])).toMatchObject({ isGood: false });
  });

  it('of the button is a document press', async () => {
    const pressed = await printedBy(['compromised', gatewayId, '--reason', 'leaked', '--confirm', gatewayId]);
    expect(pressed.format).toBe(documentFormat('press'));
  });
});
