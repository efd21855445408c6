import type { PingOneAccess } from '../../lambdas/authorities/pingone/ask.ts';
import { managementApi } from '../../lambdas/authorities/pingone/management-api.ts';
import { urlsOf } from '../../lambdas/authorities/pingone/settings.ts';
import { probeSideband } from '../../lambdas/authorities/pingone/sideband-probe.ts';
import { workerToken } from '../../lambdas/authorities/pingone/token.ts';
import type { CredentialValue } from '../../lambdas/domain/credential.ts';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import { maxLiveCredentials } from '../../lambdas/domain/gateway.ts';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
import { recording, type Seen } from './recorder.ts';
import { throughScratchKit } from './scratch-kit.ts';
import type { LiveSettings } from './settings.ts';

/** What PingOne does not document, as it was seen; times in ms. */
export type Learned = {
  readonly dateHeader: boolean;
  readonly clockAheadMs: number;
  readonly listedAfterMs: number;
  readonly acceptedAfterMs: number;
  readonly lastUsedShownAfterMs: number;
  readonly refusedAfterMs: number;
  readonly refusal: Pick<Seen, 'status' | 'code'>;
  readonly goneAnswer: Pick<Seen, 'status' | 'code'>;
  readonly page?: Seen['page'];
  readonly sixth?: Pick<Seen, 'status' | 'code'>;
};

type World = {
  readonly access: PingOneAccess;
  readonly settings: LiveSettings;
  readonly say: (line: string) => void;
  /** Ends what is under way; what was made is deleted all the same. */
  readonly signal: AbortSignal;
};

const lookEveryMs = 1_000;
/** So many refusals in a row say that no part of PingOne still accepts it. */
const refusalsInARow = 3;

/** Creates a credential, gives it to a scratch kit, sees it used, revokes it and sees it refused; deletes whatever it made. */
export const playLive = async ({ access: given, settings, say, signal }: World): Promise<Learned> => {
  const { access, seen } = recording(given);
  const { authority, patienceMs } = settings;
  const urls = urlsOf(authority);
  const token = workerToken(access, { ...urls, workerSecret: authority.workerSecret }, async () => settings.workerApp);
  const api = managementApi(access, authority, urls, token);
  const made = new Set<CredentialId>();
  const last = (): Seen => {
    const found = seen.at(-1);
    if (!found) throw new Error('PingOne was not asked yet.');
    return found;
  };

  /** Asks again until it is so; how long that took since `sinceMs` of our clock. */
  const until = async (what: string, isSo: () => Promise<boolean>, sinceMs: number): Promise<number> => {
    for (;;) {
      signal.throwIfAborted();
      if (await isSo().catch(notYet)) return access.now() - sinceMs;
      if (access.now() - sinceMs > patienceMs) throw new Error(`${what} was not seen within ${patienceMs / 1000} s.`);
      await access.pause(lookEveryMs);
    }
  };
  const create = async (): Promise<{ credentialId: CredentialId; value: CredentialValue }> => {
    const outcome = await api.create(access.now() + patienceMs);
    if (outcome.kind !== 'CREATED') throw outcome.error;
    made.add(outcome.credential.credentialId);
    return { credentialId: outcome.credential.credentialId, value: outcome.value };
  };
  const probe = async (value: CredentialValue) => (await probeSideband(access, urls, value)).kind;

  const gateway = await api.gateway();
  const before = await api.list();
  const { page, hasDate: dateHeader } = seen.find((one) => one.page !== undefined) ?? last(); // the first page
  const clockAheadMs = before.listedAtMs - access.now();
  say(`Gateway "${gateway.name.replace(/[^\x20-\x7e]/g, '?')}" has ${before.listed.length} credentials.`);
  if (gateway.type !== 'API_GATEWAY_INTEGRATION' || !gateway.enabled)
    throw new Error('The gateway has to be of type API_GATEWAY_INTEGRATION and enabled.');
  if (before.listed.length >= maxLiveCredentials)
    throw new Error(`It has ${before.listed.length} credentials already, and one more is needed. Nothing was made.`);

  try {
    const createdAtMs = access.now();
    const { credentialId, value } = await create();
    say(`Created ${credentialId}.`);
    const isListed = async () => (await api.list()).listed.some((one) => one.credentialId === credentialId);
    const listedAfterMs = await until('The new credential in the list', isListed, createdAtMs);
    const kitValue = await throughScratchKit(value, credentialId);
    const acceptedAfterMs = await until(
      'The new credential being accepted',
      async () => (await probe(kitValue)) === 'ACCEPTED',
      createdAtMs,
    );
    say('The scratch kit has it, and PingOne accepts it from there.');
    const usedAtMs = access.now();
    const isShown = async () => (await api.read(credentialId))?.lastUsedAtMs !== undefined;
    const lastUsedShownAfterMs = await until('Its use', isShown, usedAtMs);

    await api.remove(credentialId);
    const revokedAtMs = access.now();
    say('Revoked.');
    let inARow = 0;
    let refusedAtMs = revokedAtMs;
    const isRefused = async (): Promise<boolean> => {
      const isSo = (await probe(kitValue)) === 'REFUSED';
      if (isSo && inARow === 0) refusedAtMs = access.now();
      inARow = isSo ? inARow + 1 : 0;
      return inARow >= refusalsInARow;
    };
    await until('The revoked credential being refused', isRefused, revokedAtMs);
    const { status, code } = last();
    await api.read(credentialId);
    const gone = last();
    say('PingOne refuses it.');
    const sixth = settings.mayFillUp ? await fillUp() : undefined;
    return {
      ...{ dateHeader, clockAheadMs, listedAfterMs, acceptedAfterMs, lastUsedShownAfterMs },
      refusedAfterMs: refusedAtMs - revokedAtMs,
      refusal: answerOf({ status, ...(code === undefined ? {} : { code }) }),
      goneAnswer: answerOf(gone),
      ...(page ? { page } : {}),
      ...(sixth ? { sixth } : {}),
    };
  } finally {
    await cleanUp();
  }

  /** Makes credentials until PingOne refuses one, and says how it did. */
  async function fillUp(): Promise<Pick<Seen, 'status' | 'code'>> {
    for (let count = 0; count <= maxLiveCredentials; count += 1) {
      signal.throwIfAborted();
      const outcome = await api.create(access.now() + patienceMs);
      if (outcome.kind === 'AMBIGUOUS') throw outcome.error;
      if (outcome.kind !== 'CREATED') return answerOf(last());
      made.add(outcome.credential.credentialId);
    }
    throw new Error(`PingOne let ${maxLiveCredentials + 1} more credentials be made: its limit is another one.`);
  }

  /** Deletes what was made; whatever else is new is named, since its maker is not known for sure. */
  async function cleanUp(): Promise<void> {
    const failed: string[] = [];
    for (const credentialId of made) await api.remove(credentialId).catch(() => failed.push(credentialId));
    const known = new Set([...before.listed.map((one) => one.credentialId), ...made]);
    const after = await api.list().catch(() => undefined);
    const news = after?.listed.map((one) => one.credentialId).filter((id) => !known.has(id)) ?? [];
    say(`Deleted what was made: ${made.size - failed.length} of ${made.size}.`);
    if (!after) failed.push('and whatever else is new: the list could not be read');
    if (news.length > 0)
      say(
        `New in PingOne, and perhaps made by a create that had no answer: ${news.join(', ')}. Nobody here has its value.`,
      );
    if (failed.length > 0) throw new Error(`Delete these in PingOne yourself: ${failed.join(', ')}.`);
  }
};

/** An answer that is neither yes nor no. */
const notYet = (error: unknown): false => {
  if (error instanceof TemporarilyUnavailable) return false;
  throw error;
};

const answerOf = ({ status, code }: Pick<Seen, 'status' | 'code'>): Pick<Seen, 'status' | 'code'> => ({
  status,
  ...(code === undefined ? {} : { code }),
});

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const answer = ({ status, code }: Pick<Seen, 'status' | 'code'>): string => `HTTP ${status}${code ? ` ${code}` : ''}`;

/** What was learned, for people; the settings that follow from it have room to spare. */
export const learnedText = (learned: Learned): string => {
  const lag = Math.max(60, Math.ceil((3 * learned.lastUsedShownAfterMs) / 1000));
  return [
    `A new credential is in the list after ${seconds(learned.listedAfterMs)}, and accepted after ${seconds(learned.acceptedAfterMs)}.`,
    `lastUsedAt shows the first use after ${seconds(learned.lastUsedShownAfterMs)}: with "lastUsedLagSeconds": ${lag} there is room for three times that.`,
    `A revoked credential is refused after ${seconds(learned.refusedAfterMs)}, with ${answer(learned.refusal)}; reading it answers ${answer(learned.goneAnswer)}.`,
    `Date header: ${learned.dateHeader ? `yes, ${seconds(Math.abs(learned.clockAheadMs))} ${learned.clockAheadMs < 0 ? 'behind' : 'ahead of'} this clock` : 'no'}.`,
    learned.page
      ? `A list had ${learned.page.items} credentials in its first page, ${learned.page.hasNext ? 'and names another one' : 'and no other one'}.`
      : 'The list has another form than the documented one.',
    learned.sixth
      ? `One credential too many is answered ${answer(learned.sixth)}.`
      : 'The answer to one credential too many was not asked for: PINGONE_FILL_UP=yes does.',
    'lateCommitSeconds cannot be measured: no answer was lost.',
  ].join('\n');
};
