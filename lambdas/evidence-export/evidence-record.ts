import type { ChainLink } from '../domain/audit-chain.ts';
import { InputRefused } from '../domain/failure.ts';
import type { Gateway, RevocationCause, Transition, Trigger } from '../domain/gateway.ts';
import type { CredentialId, RotationId } from '../domain/ids.ts';
import type { Use } from '../domain/kit.ts';
import type { Evidence } from '../domain/kit-verdict.ts';
import { isDecisionOfPerson } from '../domain/operator-commands.ts';
import { beginnings, outcomeOf } from '../domain/rotation-outcome.ts';
import type { ShardProof } from '../domain/shard-proof.ts';
import { chainOf, gapsInSteps, gapText } from './evidence-chain.ts';
import { type EvidenceKit, type EvidenceRecord, evidenceFormat } from './evidence-schema.ts';

/** Everything that is known of one rotation; `steps` are its transitions in order, of the whole audit. */
export type RotationFacts = {
  readonly gateway: Gateway;
  readonly rotationId: RotationId;
  readonly steps: readonly Transition[];
  /** The entries of others from its first one on, in order. */
  readonly others: readonly ChainLink[];
  /** Absent when they were not read for a decision. */
  readonly kits?: KitsRead;
  /** The recorded uses of the credentials that it retires since the last distribution, and how many more there are. */
  readonly uses: readonly Use[];
  readonly moreUses: number;
};

/** What was read of the kits, without what each of them showed: that is in the parts. */
export type KitsRead = {
  readonly summary: NonNullable<EvidenceRecord['kits']>;
  /** The first of those that had not moved. */
  readonly late: readonly { readonly kitId: string; readonly code: string }[];
};

const iso = (ms: number): string => new Date(ms).toISOString();

/** The record of one rotation. What was not proven is said, and nothing is made up. Throws {@link InputRefused} for an unknown rotation. */
export const evidenceRecordOf = (
  { gateway, rotationId, steps, others, kits, uses, moreUses }: RotationFacts,
  nowMs: number,
): EvidenceRecord => {
  const begin = steps.find(({ kind }) => beginnings.has(kind));
  if (!begin) throw new InputRefused(`Gateway ${gateway.gatewayId} has no record of rotation ${rotationId}.`);
  const created = steps.find(({ kind }) => kind === 'created')?.credentialIds?.[0];
  const accepted = steps.findLast(({ kind }) => kind === 'accepted');
  const trigger =
    begin.kind === 'compromise' ? 'compromise' : ((begin.detail?.trigger as Trigger | undefined) ?? 'manual');
  const revocations = revocationsIn(steps);
  const chain = chainOf(steps, others, gateway);
  const ended = endOf(gateway, rotationId, steps);
  const record = {
    format: evidenceFormat,
    exportedAt: iso(nowMs),
    gatewayId: gateway.gatewayId,
    rotationId,
    trigger,
    begun: { at: iso(begin.atMs), actor: begin.actor, reason: begin.reason },
    ...(ended ? { ended } : {}),
    ...(created ? { createdCredential: created } : {}),
    retiredCredentials: retiredIn(steps),
    ...(accepted?.credentialIds?.[0]
      ? { acceptance: { credentialId: accepted.credentialIds[0], at: iso(accepted.atMs) } }
      : {}),
    ...(kits ? { kits: kits.summary } : {}),
    oldCredentialUses: uses.map(useOf),
    ...(moreUses > 0 ? { moreOldCredentialUses: moreUses } : {}),
    revocations,
    decisions: steps
      .filter(({ kind }) => isDecisionOfPerson(kind))
      .map(({ kind, actor, reason, atMs }) => ({ kind, actor, reason, at: iso(atMs) })),
    steps: steps.map(({ revision, kind, actor, reason, atMs, credentialIds, detail, previous }) => ({
      ...{ revision, kind, actor, reason, at: iso(atMs) },
      ...(credentialIds ? { credentialIds: [...credentialIds] } : {}),
      ...(detail ? { detail: detail as Record<string, unknown> } : {}),
      ...(previous === undefined ? {} : { previous }),
    })),
    ...(chain ? { chain } : {}),
  } satisfies Omit<EvidenceRecord, 'notProven'>;
  return { ...record, notProven: missingIn(record, kits, gateway, steps) };
};

/**
 * The credentials that a rotation retires in the end: each transition that changes them names them all. Before there was
 * such a list, the first transition named them.
 */
export const retiredIn = (steps: readonly Transition[]): CredentialId[] => {
  const named = steps.flatMap(({ detail }) => (Array.isArray(detail?.retires) ? [detail.retires] : [])).at(-1);
  const [first] = steps;
  return [...((named ?? first?.detail?.predecessors ?? first?.credentialIds ?? []) as readonly CredentialId[])];
};

/** When the last distribution was over; before that a use of what is retired says nothing. */
export const distributedAtMsIn = (steps: readonly Transition[]): number | undefined =>
  steps.findLast(({ kind }) => kind === 'distributed')?.atMs;

const endOf = (gateway: Gateway, rotationId: RotationId, steps: readonly Transition[]): EvidenceRecord['ended'] => {
  const { outcome, endedAtMs } = outcomeOf(steps, gateway, rotationId);
  return outcome === undefined || outcome === 'RUNNING'
    ? undefined
    : { at: iso(endedAtMs ?? steps.at(-1)?.atMs ?? 0), outcome };
};

const useOf = ({
  credentialId,
  kitId,
  address,
  firstUsedAtMs,
  lastUsedAtMs,
}: Use): EvidenceRecord['oldCredentialUses'][number] => ({
  credentialId,
  ...(kitId === undefined ? {} : { kitId }),
  address,
  firstUsedAt: iso(firstUsedAtMs),
  lastUsedAt: iso(lastUsedAtMs),
});

/** What the document says of the kits of a shard. */
export const kitsOf = ({ kits }: ShardProof): EvidenceKit[] =>
  kits.map(({ verdict, sources }) => ({
    kitId: verdict.kitId,
    owner: verdict.owner,
    ...(verdict.kind === 'UPDATED' ? { evidence: evidenceOf(verdict.evidence) } : { late: verdict.code }),
    uses: sources.map(useOf),
  }));

const evidenceOf = ({ kind, atMs, restsOn, lacks }: Evidence) => ({
  ...{ kind, at: iso(atMs) },
  ...(restsOn ? { restsOn: [...restsOn] } : {}),
  ...(lacks ? { lacks: [...lacks] } : {}),
});

const revocationsIn = (steps: readonly Transition[]): EvidenceRecord['revocations'] =>
  steps.flatMap(({ detail, atMs }) =>
    Object.entries((detail?.causes ?? {}) as Readonly<Record<string, RevocationCause>>).map(([credentialId, cause]) => {
      const refusedAtMs = steps.find(
        (one) => one.kind === 'confirm' && one.credentialIds?.includes(credentialId as CredentialId),
      )?.detail?.refusedAtMs;
      return {
        credentialId,
        cause,
        revokedAt: iso(atMs),
        ...(typeof refusedAtMs === 'number' ? { refusedAt: iso(refusedAtMs) } : {}),
      };
    }),
  );

/** Why there is no sight of a refusal: not yet, or a person gave it up. */
const unseen = (credentialId: string, steps: readonly Transition[]): string => {
  const waived = steps.find(
    (one) => one.kind === 'waive-proof' && one.credentialIds?.some((id) => id === credentialId),
  );
  return waived
    ? `Nobody saw ${credentialId} refused: ${waived.actor} recorded it as not proven (${waived.reason}).`
    : `${credentialId} was not yet seen refused.`;
};

/** What a reader might take for proven and is not. */
const missingIn = (
  record: Omit<EvidenceRecord, 'notProven'>,
  kits: KitsRead | undefined,
  { live, authority }: Gateway,
  steps: readonly Transition[],
): string[] => [
  ...(record.ended ? [] : ['The rotation had not ended when this was exported.']),
  ...(record.acceptance ? [] : ['No new credential was seen accepted in this rotation.']),
  ...(record.kits ? [] : ['What each kit used was not read for a decision of this rotation.']),
  ...(kits?.late ?? []).map(({ kitId, code }) => `Kit ${kitId} had not moved: ${code}.`),
  ...moreLate(kits),
  ...record.revocations
    .filter(({ refusedAt }) => refusedAt === undefined)
    .map(({ credentialId }) => unseen(credentialId, steps)),
  ...record.retiredCredentials
    .filter((id) => live.some(({ credentialId }) => credentialId === id))
    .map((id) => `Credential ${id} is still accepted.`),
  ...(record.chain
    ? gapsInSteps(record, record.chain).map(gapText)
    : ['The steps are not chained: a missing one would not show.']),
  ...(record.oldCredentialUses.some(({ address }) => address.startsWith('many')) ? [manySources] : []),
  ...(authority ? [notObserved] : record.kits || record.oldCredentialUses.length > 0 ? [kitIdentity] : []),
];

const moreLate = (kits: KitsRead | undefined): string[] => {
  const more = kits ? kits.summary.count - kits.summary.withEvidence - kits.late.length : 0;
  return more > 0 ? [`${more} more kits had not moved: their parts of the document say why.`] : [];
};

const manySources =
  'More sources used a retired credential than are told apart: those called "many …" have no address of their own.';

/** What nobody can say of kits that call PingOne themselves. */
const notObserved =
  'The kits call PingOne, which tells when a credential was last used and not by whom: no kit was observed by itself.';

/** Who a kit is was never authenticated: all kits of a gateway present the same credential. */
const kitIdentity =
  'Which kit used a credential is told by its Service URL alone: who holds the credential can use the URL of any kit.';
