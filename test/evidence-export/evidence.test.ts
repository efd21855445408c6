import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type EvidenceDocument,
  evidenceDocument,
  evidenceHead,
} from '../../lambdas/evidence-export/evidence-schema.ts';
import { verifyEvidence } from '../../lib/cli/verify-evidence.ts';
import { evidenceSchemaFile, evidenceSchemaText } from '../../lib/schemas/generate.ts';
import { cliOf } from '../cli/terminal-double.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';

let system: System;
const kitIdentity =
  'Which kit used a credential is told by its Service URL alone: who holds the credential can use the URL of any kit.';
const exampleFile = join(import.meta.dirname, '..', '..', 'lib', 'schemas', 'evidence', 'evidence.v3.example.json');

const exported = async (rotationId: string | undefined): Promise<EvidenceDocument> => {
  const head = evidenceHead.parse(await system.call('evidence', { rotationId }));
  const kits: unknown[] = [];
  for (const { fromShard, toShard } of head.record.kits?.parts ?? []) {
    const asked = { rotationId, gatewayId, part: { fromShard, toShard } };
    kits.push(((await system.call('evidence', asked)) as { readonly kits: unknown }).kits);
  }
  return evidenceDocument.parse({ ...head, kits });
};
const lastRotation = async (): Promise<string | undefined> => (await system.gateway()).ended.at(-1)?.rotationId;
/** A rotation from its start to its end. */
const rotate = async (): Promise<void> => {
  await system.start({ gatewayId, reason: 'quarterly', actor: 'ann' });
  await system.until(({ rotation }) => rotation !== undefined);
  await system.finish();
};

describe('the evidence record of a rotation', () => {
  afterEach(() => system.close());

  it('says who, why, what every kit proved, and when the old credential was seen refused, signed', async () => {
    system = await openRotated();
    const old = (await system.gateway()).live[0];
    await rotate();
    const document = await exported(await lastRotation());
    const { record } = document;
    expect(record).toMatchObject({
      gatewayId,
      trigger: 'manual',
      begun: { reason: 'quarterly', actor: expect.stringContaining('ann') },
      ended: { outcome: 'COMPLETED' },
      retiredCredentials: [old?.credentialId],
      acceptance: { credentialId: record.createdCredential },
      kits: { count: 1, withEvidence: 1, parts: [{ fromShard: 0, toShard: 0, kits: 1 }] },
      revocations: [{ credentialId: old?.credentialId, cause: 'RETIRED', refusedAt: expect.any(String) }],
      decisions: [{ kind: 'acknowledge-kit' }],
      notProven: [kitIdentity],
    });
    expect(document.kits).toMatchObject([[{ kitId: 'one', evidence: { kind: 'acknowledged' } }]]);
    expect(record.steps.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['begin', 'accepted', 'verified', 'revoke', 'confirm', 'complete']),
    );
    expect(verifyEvidence(JSON.stringify(document))).toMatchObject({ isGood: true, isTrusted: false });
    expect(
      verifyEvidence(JSON.stringify(document), {
        expectedKey: createPublicKey(document.signature.publicKey),
        chain: true,
      }),
    ).toMatchObject({ isTrusted: true });
  });

  it('names the uses of the old credential after distribution, by source', async () => {
    system = await openRotated();
    const old = (await system.gateway()).live[0];
    const value = await system.credentialOf(old ?? { versionId: '' });
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await system.timers.advance(2_000);
    expect(await system.ask(value)).toBe(200);
    const young = await system.credentialOf((await system.gateway()).live.at(-1) ?? { versionId: '' });
    await system.timers.advance(2_000);
    expect(await system.ask(young)).toBe(200);
    await system.finish();
    const { record, kits } = await exported(await lastRotation());
    expect(record.oldCredentialUses).toMatchObject([
      { credentialId: old?.credentialId, kitId: 'one', address: '127.0.0.1' },
    ]);
    expect(kits).toMatchObject([[{ evidence: { kind: 'observed' }, uses: [{ kitId: 'one' }, { kitId: 'one' }] }]]);
  });

  it('of a rotation that still runs says what is not proven yet', async () => {
    system = await openRotated();
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    const { rotation, live } = await system.gateway();
    const { record } = await exported(rotation?.rotationId);
    expect(record.ended).toBeUndefined();
    expect(record.notProven).toEqual([
      'The rotation had not ended when this was exported.',
      'What each kit used was not read for a decision of this rotation.',
      `Credential ${live[0]?.credentialId} is still accepted.`,
    ]);
  });

  it('of a forced one names the kits that were cut off', async () => {
    system = await openRotated();
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    const force = ['force', gatewayId, '--reason', 'the warehouse is closed', '--yes'];
    expect((await cliOf(system)(force)).exitCode).toBe(0);
    await system.until(({ rotation }) => rotation === undefined);
    const { record } = await exported(await lastRotation());
    expect(record.revocations).toMatchObject([{ cause: 'FORCED' }]);
    expect(record.notProven).toEqual(['Kit one had not moved: WAITS_FOR_OWNER.', kitIdentity]);
    expect(record.decisions.map(({ kind }) => kind)).toContain('force');
  });

  it('of a compromise has the press, and of the one it pre-empted that outcome', async () => {
    system = await openRotated();
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    const first = (await system.gateway()).rotation?.rotationId;
    const press = { gatewayId, confirmGatewayId: gatewayId, actor: 'ann', reason: 'leaked', requestId: 'press-1' };
    await system.call('compromise', { ...press, rejectWithinSeconds: 0 });
    await system.finish();
    const { record } = await exported(await lastRotation());
    expect(record).toMatchObject({
      trigger: 'compromise',
      begun: { actor: expect.stringContaining('ann'), reason: 'leaked' },
    });
    expect(record.revocations.map(({ cause }) => cause)).toEqual(['COMPROMISED', 'COMPROMISED']);
    expect(record.kits?.count).toBe(1);
    expect((await exported(first)).record).toMatchObject({ ended: { outcome: 'PREEMPTED' } });
  });

  it('is refused for a rotation that nobody knows', async () => {
    system = await openRotated();
    const rotationId = '00000000-0000-8000-8000-000000000000';
    await expect(system.call('evidence', { rotationId })).rejects.toThrow(/No gateway remembers/);
    await expect(system.call('evidence', { rotationId, gatewayId })).rejects.toThrow(/has no record of rotation/);
    await expect(system.call('evidence', { rotation: 'x' })).rejects.toThrow(/The input was refused/);
  });

  it('is exported and checked by the command line', async () => {
    system = await openRotated();
    await rotate();
    const run = cliOf(system);
    const rotationId = (await lastRotation()) ?? '';
    const json = JSON.parse((await run(['evidence', rotationId, '--json'])).out) as EvidenceDocument;
    expect(json.record.rotationId).toBe(rotationId);
    expect((await run('evidence')).exitCode).toBe(2);
    expect((await run(['evidence', '--verify', exampleFile])).out).toMatch(/^Unchanged since it was signed/);
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    const [file, key] = [join(folder, 'rotation.json'), join(folder, 'key.pem')];
    expect((await run(['evidence', rotationId, '--out', file])).out).toMatch(/manual rotation .* of orders: completed/);
    expect((await run('evidence-key')).out).toBe(json.signature.publicKey.trim());
    writeFileSync(key, `${(await run('evidence-key')).out}\n`);
    const good = await run(['evidence', '--verify', file, '--public-key', key, '--chain']);
    expect(good).toMatchObject({ exitCode: 0, out: expect.stringContaining('signed with the key you gave') });
    writeFileSync(file, readFileSync(file, 'utf8').replace('quarterly', 'monthly'));
    expect(await run(['evidence', '--verify', file])).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('was changed'),
    });
    rmSync(folder, { recursive: true });
  });
});

describe('the example in the repository', () => {
  const example = readFileSync(exampleFile, 'utf8');

  it('is signed, and has the schema beside it', () => {
    expect(verifyEvidence(example)).toMatchObject({ isGood: true });
    expect(readFileSync(evidenceSchemaFile, 'utf8')).toBe(evidenceSchemaText());
  });

  it.each([
    ['an actor', (text: string) => text.replace('claimed: ann', 'claimed: eve')],
    ['a time', (text: string) => text.replace('"revokedAt": "20', '"revokedAt": "19')],
    ['a kit', (text: string) => text.replace('"kitId": "one"', '"kitId": "two"')],
    [
      'the digest',
      (text: string) =>
        text.replace(/sha256:[0-9a-f]/, (match) => `${match.slice(0, -1)}${match.endsWith('0') ? '1' : '0'}`),
    ],
    ['the signature', (text: string) => text.replace(/"value": "M/, '"value": "N')],
  ])('is refused when %s was changed', (_, change) => {
    const changed = change(example);
    expect(changed).not.toBe(example);
    expect(verifyEvidence(changed)).toMatchObject({ isGood: false });
  });

  it('is refused for another key, with more in it, and when it is no JSON', () => {
    const { publicKey } = (JSON.parse(example) as EvidenceDocument).signature;
    expect(verifyEvidence(example, { expectedKey: createPublicKey(publicKey) })).toMatchObject({ isGood: true });
    const expectedKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    expect(verifyEvidence(example, { expectedKey })).toMatchObject({ isGood: false });
    expect(verifyEvidence(example.replace('"record": {', '"record": { "more": 1,'))).toMatchObject({ isGood: false });
    expect(verifyEvidence('no')).toMatchObject({ isGood: false });
  });
});
