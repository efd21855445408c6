import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EvidenceDocument } from '../../lambdas/evidence-export/evidence-schema.ts';
import { digestOf, statementOf } from '../../lambdas/evidence-export/evidence-signature.ts';
import { evidenceLines } from '../../lib/cli/evidence-file.ts';
import { publicKeyIn } from '../../lib/cli/public-key.ts';
import { verifyEvidence } from '../../lib/cli/verify-evidence.ts';
import { runCli } from './terminal-double.ts';

const example = readFileSync(
  join(import.meta.dirname, '..', '..', 'lib/schemas/evidence/evidence.v3.example.json'),
  'utf8',
);
const { record, signature, kits } = JSON.parse(example) as EvidenceDocument;
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = pair.publicKey.export({ type: 'spki', format: 'pem' });
const keyId = 'arn:aws:kms:eu-central-1:111122223333:key/1';

/** A document as anybody can make one: well-formed, and signed with a key of his own. */
const signedBy = (key: KeyObject, changes: object, publicKey = String(pem)): string => {
  const changed = { ...record, ...changes };
  const digest = digestOf(changed);
  const value = sign('sha256', statementOf(digest, keyId), key).toString('base64');
  return JSON.stringify({
    record: changed,
    signature: { digest, algorithm: 'ECDSA_SHA_256', keyId, publicKey, value },
    kits,
  });
};
const forged = (changes: object): string => signedBy(pair.privateKey, changes);
const run = async (files: Readonly<Record<string, string | Buffer>>, argv: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    return await runCli(argv.map((one) => (one in files ? join(folder, one) : one)));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('an evidence document is refused', () => {
  it.each<[string, (text: string) => string]>([
    [
      'when a key stands twice in the record',
      (text) => text.replace('"gatewayId":', '"gatewayId": "other", "gatewayId":'),
    ],
    [
      'when a key stands twice, once escaped',
      (text) => text.replace('"gatewayId":', '"gateway\\u0049d": "other", "gatewayId":'),
    ],
    ['when a key stands twice in the signature', (text) => text.replace('"keyId":', '"keyId": "x", "keyId":')],
    [
      'when a key stands twice deep within a step',
      (text) => text.replace('"trigger": "manual", "d', '"trigger": "manual", "trigger": "manual", "d'),
    ],
    [
      'when __proto__ was added to the record',
      (text) => text.replace('"gatewayId":', '"__proto__": { "more": 1 }, "gatewayId":'),
    ],
    [
      'when __proto__ was added to the detail of a step',
      (text) => text.replace('"detail": {', '"detail": { "__proto__": {}, '),
    ],
    [
      'when another key is named',
      (text) =>
        text.replace(signature.keyId, `${signature.keyId.slice(0, -1)}${signature.keyId.endsWith('0') ? '1' : '0'}`),
    ],
    ['when it is of another format', (text) => text.replace('evidence/v3', 'evidence/v2')],
  ])('%s', (_, change) => {
    const compact = JSON.stringify(JSON.parse(example), null, 1).replace(/\n\s*/g, ' ');
    expect(verifyEvidence(compact)).toMatchObject({ isGood: true });
    const changed = change(compact);
    expect(changed).not.toBe(compact);
    expect(verifyEvidence(changed)).toMatchObject({ isGood: false });
  });

  it('when what it calls its public key is a private one', () => {
    const secret = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(verifyEvidence(signedBy(pair.privateKey, {}, secret))).toMatchObject({ isGood: false });
  });
});

describe('the chain of an evidence document', () => {
  const middle = 3;
  const without = (index: number) => ({ steps: record.steps.filter((_, at) => at !== index) });

  it('is whole in the example', () => {
    expect(verifyEvidence(example, { chain: true })).toMatchObject({ isGood: true });
  });

  it.each([
    ['a step in the middle', middle],
    ['the last step', record.steps.length - 1],
  ])('shows that %s was left out, whoever signed it', (_, index) => {
    expect(verifyEvidence(forged(without(index)))).toMatchObject({ isGood: true });
    expect(verifyEvidence(forged(without(index)), { chain: true })).toMatchObject({
      isGood: false,
      why: expect.stringContaining('is missing'),
    });
  });

  it('shows that a step was changed', () => {
    const steps = record.steps.map((one, at) => (at === middle ? { ...one, actor: 'eve' } : one));
    expect(verifyEvidence(forged({ steps }), { chain: true })).toMatchObject({ isGood: false });
  });

  it('is refused when there is none', () => {
    expect(verifyEvidence(forged({ chain: undefined }), { chain: true })).toMatchObject({
      isGood: false,
      why: expect.stringContaining('not chained'),
    });
  });
});

describe('the kits of an evidence document', () => {
  const items = [1, 2, 3].map((part) =>
    [1, 2].map((kit) => ({ kitId: `kit-${part}-${kit}`, owner: 'team', late: 'NOT_SEEN_YET', uses: [] })),
  );
  const parts = items.map((part, index) => ({
    ...{ fromShard: index, toShard: index, kits: part.length },
    digest: digestOf(part),
  }));
  const head = JSON.parse(
    forged({ kits: { readAt: record.exportedAt, revision: 1, count: 6, withEvidence: 0, parts } }),
  ) as EvidenceDocument;
  const laidOut = async (given: readonly (readonly unknown[])[]): Promise<string> => {
    let text = '';
    for await (const piece of evidenceLines(head, given)) text += piece;
    return text;
  };

  it('are one JSON text with the record, a part to a line, and are checked part by part or as a whole', async () => {
    const text = await laidOut(items);
    expect(JSON.parse(text)).toEqual({ record: head.record, signature: head.signature, kits: items });
    expect(verifyEvidence(text)).toMatchObject({ isGood: true });
    expect(verifyEvidence(JSON.stringify(JSON.parse(text), null, 4))).toMatchObject({ isGood: true });
  });

  it.each([
    ['one was changed', (text: string) => text.replace('kit-2-1', 'kit-2-9')],
    ['one was taken out', (text: string) => text.replace(/.*kit-2-1.*\n/, '')],
    ['one is there twice', (text: string) => text.replace(/(.*kit-2-1.*\n)/, '$1$1')],
    ['two were exchanged', (text: string) => text.replace(/(.*kit-1-1.*\n)(.*kit-2-1.*\n)/, '$2$1')],
    ['it was cut off between two of them', (text: string) => text.slice(0, text.indexOf('kit-3-1') - 20)],
    ['it was cut off within one', (text: string) => text.slice(0, text.indexOf('kit-3-2'))],
    ['it was cut off behind the last', (text: string) => text.slice(0, text.lastIndexOf(']'))],
    ['there is more behind the end', (text: string) => `${text}{}`],
  ])('are refused when %s', async (_, change) => {
    const text = await laidOut(items);
    expect(change(text)).not.toBe(text);
    expect(verifyEvidence(change(text))).toMatchObject({ isGood: false });
  });
});

describe('evidence --verify', () => {
  it('ends with a code of its own for a document that nobody vouches for, and says that anybody can have made it', async () => {
    expect(await run({ 'r.json': forged({}) }, ['evidence', '--verify', 'r.json'])).toMatchObject({
      exitCode: 5,
      out: expect.stringMatching(/anybody can have made and signed it.*--public-key/),
    });
    const key = String(pem);
    const known = ['evidence', '--verify', 'r.json', '--public-key', 'k.pem'];
    expect(await run({ 'r.json': forged({}), 'k.pem': key }, known)).toMatchObject({ exitCode: 0 });
    expect(await run({ 'r.json': example, 'k.pem': key }, known)).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('another key'),
    });
  });

  it.each(['', '--json'])('shows no character of a document that a terminal obeys %s', async (flag) => {
    const evil = '\u001b[2J\u202eevil\u0007\u009b1m';
    const uses = { credentialId: evil, address: evil, firstUsedAt: record.exportedAt, lastUsedAt: record.exportedAt };
    const everywhere = {
      ...{ gatewayId: evil, rotationId: evil, createdCredential: evil, retiredCredentials: [evil] },
      begun: { at: record.exportedAt, actor: evil, reason: evil },
      acceptance: { credentialId: evil, at: record.exportedAt },
      revocations: [{ credentialId: evil, cause: 'RETIRED', revokedAt: record.exportedAt }],
      oldCredentialUses: [uses],
      notProven: [evil],
    };
    const files = {
      'good.json': forged(everywhere),
      'bad.json': JSON.stringify({ [evil]: 1 }),
      'chain.json': forged({ chain: undefined, rotationId: evil }),
    };
    for (const file of Object.keys(files)) {
      const { out, said } = await run(files, ['evidence', '--verify', file, ...(flag ? [flag] : [])]);
      expect(out).toContain('evil');
      expect(`${out}${said}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});

describe('the public key that evidence is compared with', () => {
  const der = pair.publicKey.export({ type: 'spki', format: 'der' });
  const base64 = der.toString('base64');

  it.each<[string, string | Buffer]>([
    ['PEM', String(pem)],
    ['base64, as get-public-key --output text prints it', `${base64}\n`],
    ['DER, as it is decoded from that', der],
    [
      'the whole answer of get-public-key',
      JSON.stringify({ KeyId: keyId, PublicKey: base64, KeySpec: 'ECC_NIST_P256' }, null, 4),
    ],
  ])('is taken as %s', (_, bytes) => {
    expect(publicKeyIn(Buffer.from(bytes), 'k').equals(pair.publicKey)).toBe(true);
  });

  it.each<[string, string | Buffer]>([
    ['PKCS 8 in PEM', String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))],
    ['SEC 1 in PEM', String(pair.privateKey.export({ type: 'sec1', format: 'pem' }))],
    ['PKCS 8 in DER', pair.privateKey.export({ type: 'pkcs8', format: 'der' })],
    ['SEC 1 in base64', pair.privateKey.export({ type: 'sec1', format: 'der' }).toString('base64')],
  ])('is refused as a private key: %s', (_, bytes) => {
    expect(() => publicKeyIn(Buffer.from(bytes), 'k')).toThrow(/private key/);
  });

  it.each<[string, string | Buffer]>([
    ['another text', 'hello'],
    ['nothing', ''],
    ['a key of another kind', String(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }))],
  ])('is refused when it is %s', (_, bytes) => {
    expect(() => publicKeyIn(Buffer.from(bytes), 'k')).toThrow(/allowed is/);
  });
});
