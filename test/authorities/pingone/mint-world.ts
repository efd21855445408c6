import { attemptMs, type MintNeeds, type MintResult, mintOnce } from '../../../lambdas/authorities/pingone/mint.ts';
import type { CredentialId, RotationId } from '../../../lambdas/domain/ids.ts';
import type { MintIntent, MintSettings } from '../../../lambdas/domain/pingone-mint.ts';
import type { PingOneFault } from '../../../lib/local/stand-ins/pingone/control.ts';
import { gatewayId, startAtMs } from '../../local/stand-ins/pingone-account.ts';
import { clientOf, origin, useOf } from './in-process.ts';

export const minutes = (count: number) => count * 60_000;
const mintSettings: MintSettings = {
  attemptMs,
  lateCommitMs: minutes(15),
  lastUsedLagMs: minutes(2),
  clockToleranceMs: 5_000,
};

/** Where a run is killed: before or after its n-th effect (journal, POST, vault, DELETE), counted from 0. */
export type Kill = { readonly effect: number; readonly when: 'before' | 'after' };
class Killed extends Error {}

/** What goes wrong in one run. */
export type Run = {
  readonly create?: PingOneFault;
  readonly list?: PingOneFault;
  readonly remove?: PingOneFault;
  readonly kill?: Kill;
  /** Somebody creates a credential by hand before this run; it is in use at once. */
  readonly byHand?: boolean;
  readonly pauseMs?: number;
  /** How long each write of the journal takes. */
  readonly journalMs?: number;
};

/** One rotation that mints from the stand-in, run after run, over a journal and a vault that outlive each. */
export const mintWorld = (foreign: number) => {
  const clock = { nowMs: startAtMs };
  const { pingOne, api, access } = clientOf(clock);
  pingOne.control.lastUsedLagMs = mintSettings.lastUsedLagMs;
  const byHand = new Set<string>();
  const ever = new Set<string>();
  const vault = new Map<number, { credentialId: CredentialId; value: string }>();
  let intent: MintIntent | undefined;
  let most = 0;

  const look = () => {
    for (const id of pingOne.live(gatewayId)) ever.add(id);
    most = Math.max(most, ours().length);
  };
  const ours = () => pingOne.live(gatewayId).filter((id) => !byHand.has(id));
  const createByHand = async () => {
    if (pingOne.live(gatewayId).length >= 5) return;
    const { id, value } = pingOne.createByHand(gatewayId, origin);
    byHand.add(id);
    await use(value);
  };
  const use = (value: string) => useOf(access, value);
  /** The ports of one process, which dies at its kill and does nothing afterwards. */
  const process = (kill: Kill | undefined, journalMs = 0): MintNeeds => {
    let effects = 0;
    const effect = async <T>(work: () => T | Promise<T>): Promise<T> => {
      const mine = effects++;
      if (kill && (mine > kill.effect || (mine === kill.effect && kill.when === 'before'))) throw new Killed();
      const result = await work();
      look();
      if (kill?.effect === mine) throw new Killed();
      return result;
    };
    return {
      rotationId: 'r1' as RotationId,
      api: {
        list: api.list,
        create: (sendUntilMs) => effect(() => api.create(sendUntilMs)),
        remove: (id) => effect(() => api.remove(id)),
      },
      journal: {
        read: async () => intent,
        write: (next) =>
          effect(() => {
            intent = structuredClone(next);
            clock.nowMs += journalMs;
          }),
        discard: (credentialId) =>
          effect(() => {
            if (intent) intent = { ...intent, discarding: credentialId };
          }),
      },
      vault: {
        storedBy: async (attempt) => vault.get(attempt)?.credentialId,
        store: (attempt, credentialId, value) =>
          effect(() => {
            if (vault.has(attempt)) throw new Error('A version is written once.');
            vault.set(attempt, { credentialId, value });
          }),
      },
      settings: mintSettings,
      now: () => clock.nowMs,
    };
  };
  const advance = (ms: number) => {
    clock.nowMs += ms;
    look();
  };

  return {
    pingOne,
    byHand,
    vault,
    use,
    ours,
    advance,
    intent: () => intent,
    most: () => most,
    /** Credentials that others made and that are not there any more, though nobody but us deletes. */
    touched: () => [...byHand].filter((id) => !pingOne.live(gatewayId).includes(id)),
    everMade: () => [...ever].filter((id) => !byHand.has(id)),
    createByHand,
    begin: async () => {
      for (let count = 0; count < foreign; count++) await createByHand();
      clock.nowMs += minutes(10);
    },
    /** One run; what it came to, or the error that ended it. */
    run: async ({
      create,
      list,
      remove,
      kill,
      byHand: another,
      pauseMs = 0,
      journalMs,
    }: Run): Promise<MintResult | Error> => {
      if (another) await createByHand();
      const { faults } = pingOne.control;
      faults.length = 0;
      if (create) faults.push({ on: 'create-credential', fault: create });
      if (list) faults.push({ on: 'list-credentials', fault: list });
      if (remove) faults.push({ on: 'delete-credential', fault: remove });
      const result = await mintOnce(process(kill, journalMs)).catch((error: unknown) => {
        if (error instanceof Error) return error;
        throw error;
      });
      faults.length = 0;
      look();
      advance(pauseMs);
      return result;
    },
    /** Runs without faults until there is an end, waiting as long as each says. */
    finish: async (): Promise<MintResult> => {
      for (let count = 0; count < 10; count++) {
        const result = await mintOnce(process(undefined));
        look();
        if (result.kind !== 'WAITING') return result;
        advance(result.waitMs);
      }
      throw new Error('There is no end.');
    },
  };
};
export type MintWorld = ReturnType<typeof mintWorld>;
