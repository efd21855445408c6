import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { counted, inFull } from '../../../lambdas/console/view/labels.ts';
import type { EvidenceRecord } from '../../../lambdas/evidence-export/evidence-schema.ts';
import { readBytes } from '../apply-registry.ts';
import { command, type Result, text } from '../command.ts';
import { exportedEvidence } from '../evidence-export.ts';
import { evidenceLines, linesOfFile, writePieces } from '../evidence-file.ts';
import { CommandFailed } from '../failure.ts';
import { fingerprintOf, publicKeyIn } from '../public-key.ts';
import { plain } from '../terminal.ts';
import { verifyEvidenceLines } from '../verify-evidence.ts';

const at = (iso: string): string => inFull(Date.parse(iso));

/** A record in a few lines, for people. Whatever it says, nothing of it is obeyed by a terminal. */
const evidenceText = (record: EvidenceRecord): string => {
  const { kits, revocations, notProven, oldCredentialUses } = record;
  return [
    `${record.trigger} rotation ${record.rotationId} of ${record.gatewayId}: ${record.ended ? `${record.ended.outcome.toLowerCase().replace('_', ' ')} ${at(record.ended.at)}` : 'running'}`,
    `begun ${at(record.begun.at)} by ${record.begun.actor}: ${record.begun.reason}`,
    ...(record.acceptance ? [`${record.acceptance.credentialId} was seen accepted ${at(record.acceptance.at)}`] : []),
    ...(kits ? [`${kits.withEvidence} of ${counted(kits.count, 'kit')} with evidence, read ${at(kits.readAt)}`] : []),
    `${counted(oldCredentialUses.length, 'source')} used a retired credential after the last distribution`,
    ...revocations.map(
      ({ credentialId, cause, revokedAt, refusedAt }) =>
        `${credentialId} ${cause.toLowerCase().replace('_', ' ')}, refused from ${at(revokedAt)}${refusedAt ? `, seen refused ${at(refusedAt)}` : ''}`,
    ),
    ...notProven.map((one) => `not proven: ${one}`),
  ]
    .map(plain)
    .join('\n');
};

const verified = (file: string, keyFile: unknown, chain: boolean): Result => {
  const expectedKey = typeof keyFile === 'string' ? publicKeyIn(readBytes(keyFile), keyFile) : undefined;
  const found = verifyEvidenceLines(linesOfFile(file), { expectedKey, chain });
  if (!found.isGood) return { json: found, text: found.why.split('\n').map(plain).join('\n'), isFailed: true };
  const { document, isTrusted, keyFingerprint } = found;
  const trust = isTrusted
    ? 'Unchanged, and signed with the key you gave.'
    : `Unchanged since it was signed with the key ${keyFingerprint}. Whose key that is, the document cannot say: anybody can have made and signed it. Give --public-key.`;
  const whole = chain ? '\nNo step is missing: each names the one before it.' : '';
  return {
    json: { isGood: true, isTrusted, keyFingerprint, record: document.record },
    text: `${trust}${whole}\n${evidenceText(document.record)}`,
    ...(isTrusted ? {} : { endsAs: 'unvouched' }),
  };
};

const listOf = async <One>(pieces: AsyncIterable<One>): Promise<One[]> => {
  const list: One[] = [];
  for await (const one of pieces) list.push(one);
  return list;
};

/** The signed record of a rotation, and its check offline. */
export const evidenceCommand = command({
  usage: 'evidence [rotationId]',
  about: 'Exports the signed record of a rotation, for auditors; or checks one offline with --verify.',
  examples: [
    'evidence 3d1f6f0e-5d3f-8a3e-9a63-0c5f6a1b2c3d --out rotation.json',
    'evidence --verify rotation.json --public-key evidence-public-key.pem --chain',
  ],
  options: [
    ['--gateway <gatewayId>', 'its gateway, for a rotation that is older than the last five'],
    ['--out <file>', 'write the document there'],
    ['--verify <file>', 'check this document; nothing is asked of any deployment'],
    [
      '--public-key <file>',
      'the key that must have signed it, from the account and not from the document: see evidence-key',
    ],
    ['--chain', 'with --verify: also prove that no step is missing'],
  ],
  input: {
    rotationId: text.optional(),
    gateway: text.optional(),
    out: text.optional(),
  },
  offline: ({ verify, publicKey, chain }) =>
    typeof verify === 'string' ? verified(verify, publicKey, chain === true) : undefined,
  run: async ({ connection, terminal }, { rotationId, gateway, out }) => {
    if (rotationId === undefined) throw new CommandFailed('usage', 'Name the rotation, or a file with --verify.');
    const asked = { rotationId, ...(gateway ? { gatewayId: gateway } : {}) };
    const { head, parts } = await exportedEvidence(connection, asked);
    if (out !== undefined) {
      await writePieces(out, evidenceLines(head, parts));
      terminal.say(`Written to ${plain(out)}.`);
      return { json: head, text: evidenceText(head.record) };
    }
    const kits = await listOf(parts);
    const pieces = await listOf(evidenceLines(head, kits));
    return { json: { ...head, kits }, text: pieces.join('').trimEnd() };
  },
});

/** The public half of the key that signs evidence, for whoever compares. */
export const evidenceKeyCommand = command({
  usage: 'evidence-key',
  about: 'Prints the public key that evidence is signed with, as the deployment says; give it to auditors.',
  examples: ['evidence-key > evidence-public-key.pem'],
  input: {},
  run: async ({ connection }) => {
    const keyId = connection.output('EvidenceKeyArn');
    const kms = new KMSClient(connection.settings);
    try {
      const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
      const key = publicKeyIn(Buffer.from(PublicKey), keyId);
      const publicKey = key.export({ type: 'spki', format: 'pem' }).toString();
      return { json: { keyId, publicKey, fingerprint: fingerprintOf(key) }, text: publicKey.trimEnd() };
    } catch (cause) {
      if (cause instanceof CommandFailed) throw cause;
      const name = cause instanceof Error ? cause.name : 'unknown';
      throw new CommandFailed('unreachable', `KMS answered ${name} for ${keyId}: ask for kms:GetPublicKey on it.`, {
        cause,
      });
    } finally {
      kms.destroy();
    }
  },
});
