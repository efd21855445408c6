import { counted, inFull } from '../../../lambdas/console/view/labels.ts';
import type { EvidenceDocument, EvidenceRecord } from '../../../lambdas/evidence-export/evidence-schema.ts';
import { readText, writeText } from '../apply-registry.ts';
import { command, type Result, text } from '../command.ts';
import { CommandFailed } from '../failure.ts';
import { plain } from '../terminal.ts';
import { verifyEvidence } from '../verify-evidence.ts';

const at = (iso: string): string => inFull(Date.parse(iso));

/** A record in a few lines, for people. */
const evidenceText = (record: EvidenceRecord): string => {
  const { kits, revocations, notProven, oldCredentialUses } = record;
  const moved = kits?.items.filter(({ evidence }) => evidence !== undefined).length ?? 0;
  return [
    `${record.trigger} rotation ${record.rotationId} of ${plain(record.gatewayId)}: ${record.ended ? `${record.ended.outcome.toLowerCase().replace('_', ' ')} ${at(record.ended.at)}` : 'running'}`,
    `begun ${at(record.begun.at)} by ${plain(record.begun.actor)}: ${plain(record.begun.reason)}`,
    ...(record.acceptance ? [`${record.acceptance.credentialId} was seen accepted ${at(record.acceptance.at)}`] : []),
    ...(kits ? [`${moved} of ${counted(kits.items.length, 'kit')} with evidence, read ${at(kits.readAt)}`] : []),
    `${counted(oldCredentialUses.length, 'source')} used an old credential after every kit was given the new one`,
    ...revocations.map(
      ({ credentialId, cause, revokedAt, refusedAt }) =>
        `${credentialId} ${cause.toLowerCase().replace('_', ' ')}, refused from ${at(revokedAt)}${refusedAt ? `, seen refused ${at(refusedAt)}` : ''}`,
    ),
    ...notProven.map((one) => `not proven: ${plain(one)}`),
  ].join('\n');
};

const verified = (file: string, keyFile: unknown): Result => {
  const found = verifyEvidence(readText(file), typeof keyFile === 'string' ? readText(keyFile) : undefined);
  if (!found.isGood) return { json: found, text: found.why, isFailed: true };
  const { document, isTrusted, keyFingerprint } = found;
  const trust = isTrusted
    ? 'Unchanged, and signed with the key you gave.'
    : `Unchanged since it was signed with the key ${keyFingerprint}. Whose key that is, the document cannot say: give --public-key.`;
  return {
    json: { isGood: true, isTrusted, keyFingerprint, record: document.record },
    text: `${trust}\n${evidenceText(document.record)}`,
  };
};

/** The signed record of a rotation, and its check offline. */
export const evidenceCommand = command({
  usage: 'evidence [rotationId]',
  about: 'Exports the signed record of a rotation, for auditors; or checks one offline with --verify.',
  examples: [
    'evidence 3d1f6f0e-5d3f-8a3e-9a63-0c5f6a1b2c3d --out rotation.json',
    'evidence --verify rotation.json --public-key evidence-key.pem',
  ],
  options: [
    ['--gateway <gatewayId>', 'its gateway, for a rotation that is older than the last five'],
    ['--out <file>', 'write the document there'],
    ['--verify <file>', 'check this document; nothing is asked of any deployment'],
    ['--public-key <file>', 'the key that must have signed it, from the account and not from the document'],
  ],
  input: {
    rotationId: text.optional(),
    gateway: text.optional(),
    out: text.optional(),
  },
  offline: ({ verify, publicKey }) => (typeof verify === 'string' ? verified(verify, publicKey) : undefined),
  run: async ({ connection, terminal }, { rotationId, gateway, out }) => {
    if (rotationId === undefined) throw new CommandFailed('usage', 'Name the rotation, or a file with --verify.');
    const asked = { rotationId, ...(gateway ? { gatewayId: gateway } : {}) };
    const document = (await connection.invoke(connection.output('EvidenceFunction'), asked)) as EvidenceDocument;
    if (out === undefined) return { json: document, text: JSON.stringify(document, null, 2) };
    writeText(out, `${JSON.stringify(document, null, 2)}\n`);
    terminal.say(`Written to ${plain(out)}.`);
    return { json: document, text: evidenceText(document.record) };
  },
});
