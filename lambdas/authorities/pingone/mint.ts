import type { CredentialValue } from '../../domain/credential.ts';
import type { CredentialId, RotationId } from '../../domain/ids.ts';
import {
  decideMint,
  type ListedCredential,
  type MintDecision,
  type MintIntent,
  type MintSettings,
  withAttempt,
  withoutAttempt,
} from '../../domain/pingone-mint.ts';
import type { ManagementApi } from '../../ports.ts';
import { answerLimitMs } from './ask.ts';

/** Where the intent of a rotation is kept: the gateway record. A write of a run that was pre-empted fails. */
type MintJournal = {
  read(): Promise<MintIntent | undefined>;
  write(intent: MintIntent): Promise<void>;
  /** Written before a credential that an attempt left behind is revoked. */
  discard(credentialId: CredentialId): Promise<void>;
};

/** Where values go: the gateway's secret, under a version of its own for each attempt, counted from 1. */
type MintVault = {
  storedBy(attempt: number): Promise<CredentialId | undefined>;
  store(attempt: number, credentialId: CredentialId, value: CredentialValue): Promise<void>;
};

export type MintNeeds = {
  readonly rotationId: RotationId;
  readonly api: Pick<ManagementApi, 'list' | 'create' | 'remove'>;
  readonly journal: MintJournal;
  readonly vault: MintVault;
  readonly settings: MintSettings;
  /** Our own clock, epoch ms: only for what passes between a list and the POST after it. */
  readonly now: () => number;
};

/** `MINTED`: listed by PingOne, its value stored by this attempt, ready to be recorded. Asked again, it is the same. */
export type MintResult =
  | {
      readonly kind: 'MINTED';
      readonly credentialId: CredentialId;
      readonly attempt: number;
      readonly unexplained: readonly CredentialId[];
    }
  | { readonly kind: 'WAITING'; readonly waitMs: number }
  | Extract<MintDecision, { kind: 'HOLD' | 'NO_ROOM' }>;

/** How long after the list that a POST rests on it may still be sent. */
const sendWithinMs = 15_000;

/** The `attemptMs` that holds for what is minted here: sending, waiting for the answer, and time to spare. */
export const attemptMs = sendWithinMs + answerLimitMs + 5_000;

/**
 * Mints one credential for a rotation, or goes on where an earlier run was interrupted. Every POST is written before it is
 * sent, and after it the list is read again: only what PingOne lists is minted. Throws what kept it from going on.
 */
export const mintOnce = async (needs: MintNeeds): Promise<MintResult> => {
  const { rotationId, api, journal, vault, settings, now } = needs;
  let intent = await journal.read();
  const write = async (next: MintIntent): Promise<MintIntent> => {
    await journal.write(next);
    intent = next;
    return next;
  };
  for (;;) {
    const readAtMs = now();
    const { listed, listedAtMs } = await api.list();
    const current: MintIntent = intent ?? (await write(newIntent(rotationId, listed, listedAtMs)));
    const last = current.attempts.at(-1);
    const storedId = last && (await vault.storedBy(last.number));
    const facts = { intent: current, listed, listedAtMs, ...(storedId === undefined ? {} : { storedId }) };
    const decision = decideMint(facts, settings);
    switch (decision.kind) {
      case 'RECORD':
        return { ...decision, kind: 'MINTED', attempt: last?.number ?? 0 };
      case 'WAIT':
        return { kind: 'WAITING', waitMs: decision.listAgainAtMs - listedAtMs };
      case 'HOLD':
      case 'NO_ROOM':
        return decision;
      case 'REVOKE':
        await journal.discard(decision.credentialId);
        await api.remove(decision.credentialId);
        break;
      case 'POST': {
        const begun = withAttempt({ ...current, rotationId }, listedAtMs, settings);
        await write(begun.intent);
        const outcome = await api.create(readAtMs + sendWithinMs);
        if (outcome.kind === 'CREATED') {
          await vault.store(begun.attempt.number, outcome.credential.credentialId, outcome.value);
        } else if (outcome.kind !== 'AMBIGUOUS') {
          await write(withoutAttempt(begun.intent, begun.attempt, outcome.kind));
          throw outcome.error;
        }
      }
    }
  }
};

const newIntent = (rotationId: RotationId, listed: readonly ListedCredential[], listedAtMs: number): MintIntent => ({
  rotationId,
  writtenAtMs: listedAtMs,
  knownIds: listed.map(({ credentialId }) => credentialId),
  attempts: [],
});
