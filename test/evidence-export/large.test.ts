import { generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CredentialId, KitId } from '../../lambdas/domain/ids.ts';
import { shardProof } from '../../lambdas/domain/shard-proof.ts';
import { evidence } from '../../lambdas/evidence-export/export-evidence.ts';
import { exportedEvidence } from '../../lib/cli/evidence-export.ts';
import { evidenceLines, linesOfFile, writePieces } from '../../lib/cli/evidence-file.ts';
import { verifyEvidenceLines } from '../../lib/cli/verify-evidence.ts';
import { a, atRest, b, now } from '../domain/gateways.ts';

const shards = 256;
const kitsOfShard = 98;
const rotationId = '00000000-0000-4000-8000-000000000001';
const gateway = atRest({ revision: 3 });
const steps = ['begin', 'verified', 'complete'].map((kind, index) => ({
  ...{ revision: index + 1, kind, rotationId, actor: 'ann', reason: 'quarterly', atMs: now + index },
  ...(index === 0 ? { detail: { trigger: 'manual', retires: [a] } } : {}),
}));
const proofOf = (shard: number) => {
  const verdicts = Array.from({ length: kitsOfShard }, (_, index) => ({
    ...{ kind: 'UPDATED' as const, kitId: `kit-${shard}-${index}` as KitId, owner: 'a-team@example.com' },
    evidence: { kind: 'observed' as const, atMs: now },
  }));
  const uses = new Map(
    verdicts.map(({ kitId }) => [
      kitId as string,
      [{ credentialId: b as CredentialId, kitId, address: '192.0.2.10', firstUsedAtMs: now, lastUsedAtMs: now }],
    ]),
  );
  return shardProof({ shard, revision: 2, atMs: now }, verdicts, uses);
};
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyId = 'arn:aws:kms:us-east-1:000000000000:key/1';
const needs = {
  now: () => now,
  log: () => undefined,
  records: {
    read: async () => gateway,
    all: async () => [gateway],
    latest: async () => [],
    audit: async function* () {
      yield* steps;
    },
  },
  uses: {
    ofCredential: async function* () {
      yield* [];
    },
  },
  proofs: {
    of: async function* (_: unknown, __: unknown, { fromShard, toShard } = { fromShard: 0, toShard: shards - 1 }) {
      for (let shard = fromShard; shard <= toShard; shard++) yield proofOf(shard);
    },
  },
  signer: {
    sign: async (statementFor: (keyId: string) => Buffer) => ({
      keyId,
      publicKey: String(pair.publicKey.export({ type: 'spki', format: 'pem' })),
      value: sign('sha256', statementFor(keyId), pair.privateKey).toString('base64'),
    }),
  },
} as unknown as Parameters<typeof evidence>[0];
const answers: number[] = [];
const connection = {
  output: () => 'evidence',
  invoke: async (_: string, event: unknown) => {
    const answer = JSON.stringify(await evidence(needs, event));
    answers.push(Buffer.byteLength(answer));
    return JSON.parse(answer) as unknown;
  },
};
const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the evidence of 25,000 kits', () => {
  const file = join(folder, 'rotation.json');

  it('comes in answers that a function may give, and is whole and good in the file', async () => {
    const asked = { rotationId, gatewayId: gateway.gatewayId };
    const { head, parts } = await exportedEvidence(connection, asked);
    await writePieces(file, evidenceLines(head, parts));
    expect(head.record.kits).toMatchObject({ count: shards * kitsOfShard, withEvidence: shards * kitsOfShard });
    expect(answers.length).toBeGreaterThan(3);
    expect(Math.max(...answers)).toBeLessThan(2_200_000);
    const verified = verifyEvidenceLines(linesOfFile(file), { expectedKey: pair.publicKey });
    expect(verified).toMatchObject({ isGood: true, isTrusted: true });
  });

  it('is refused when the file was cut off anywhere', () => {
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const left of [lines.length - 3, lines.length - 4, lines.length - 5, 3])
      expect(verifyEvidenceLines(lines.slice(0, left))).toMatchObject({ isGood: false });
  });

  it('leaves no file when a part is another one by then', async () => {
    const changing = {
      ...connection,
      invoke: async (name: string, event: object) => ('part' in event ? { kits: [] } : connection.invoke(name, event)),
    };
    const other = join(folder, 'other.json');
    const { head, parts } = await exportedEvidence(changing as typeof connection, {
      rotationId,
      gatewayId: gateway.gatewayId,
    });
    await expect(writePieces(other, evidenceLines(head, parts))).rejects.toThrow(/another decision/);
    expect(existsSync(other)).toBe(false);
  });
});
