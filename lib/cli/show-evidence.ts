import { counted, inFull } from '../../lambdas/console/view/labels.ts';
import type { EvidenceRecord } from '../../lambdas/evidence-export/evidence-schema.ts';
import type { At, Result } from './command.ts';
import { exportedEvidence } from './evidence-export.ts';
import { evidenceLines, linesOfFile, writePieces } from './evidence-file.ts';
import { CommandFailed } from './failure.ts';
import { publicKeyIn } from './public-key.ts';
import { plain } from './terminal.ts';
import { readBytes } from './user-files.ts';
import { verifyEvidenceLines } from './verify-evidence.ts';

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

/** Checks a document offline, and shows what it says. */
export const verified = (file: string, keyFile: unknown, chain: boolean): Result => {
  const expectedKey = typeof keyFile === 'string' ? publicKeyIn(readBytes(keyFile), keyFile) : undefined;
  const found = verifyEvidenceLines(linesOfFile(file), { expectedKey, chain });
  if (!found.isGood)
    return {
      document: 'evidence-check',
      json: found,
      text: found.why.split('\n').map(plain).join('\n'),
      isFailed: true,
    };
  const { document, isTrusted, keyFingerprint } = found;
  const trust = isTrusted
    ? 'Unchanged, and signed with the key you gave.'
    : `Unchanged since it was signed with the key ${keyFingerprint}. Whose key that is, the document cannot say: anybody can have made and signed it. Give --public-key.`;
  const whole = chain ? '\nNo step is missing: each names the one before it.' : '';
  return {
    document: 'evidence-check',
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

type Asked = {
  readonly rotationId?: string | undefined;
  readonly gateway?: string | undefined;
  readonly out?: string | undefined;
};

/** Exports the signed record of a rotation: into a file, or as the one document that is printed. Throws {@link CommandFailed}. */
export const exportedResult = async (
  { connection, terminal }: At,
  { rotationId, gateway, out }: Asked,
): Promise<Result> => {
  if (rotationId === undefined) throw new CommandFailed('usage', 'Name the rotation, or a file with --verify.');
  const asked = { rotationId, ...(gateway ? { gatewayId: gateway } : {}) };
  const { head, parts } = await exportedEvidence(connection, asked);
  if (out !== undefined) {
    await writePieces(out, evidenceLines(head, parts));
    terminal.say(`Written to ${plain(out)}.`);
    return { document: 'own', json: head, text: evidenceText(head.record) };
  }
  const kits = await listOf(parts);
  const pieces = await listOf(evidenceLines(head, kits));
  return { document: 'own', json: { ...head, kits }, text: pieces.join('').trimEnd() };
};
