import { setTimeout as pause } from 'node:timers/promises';
import { TemporarilyUnavailable } from '../../domain/failure.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { GatewayId } from '../../domain/ids.ts';
import { transition } from '../../domain/transition.ts';
import type { Applied, ClockAndLog, Decide, Gateways, RecordStore } from '../../ports.ts';
import { flushOutbox } from './flush-outbox.ts';

type Needs = { readonly store: RecordStore } & Pick<ClockAndLog, 'now'>;

const races = 10;

/** Longer after each lost race, and different for each writer, so that they do not meet again. */
const backOffMs = (tries: number): number => Math.random() * Math.min(200, 5 * 2 ** tries);

/** What every use case changes records through. */
export const gatewaysOver = (needs: Needs): Gateways => ({
  read: needs.store.read,
  list: needs.store.list,
  register: (gateway) => addRecord(needs.store, gateway),
  apply: (gatewayId, decide, untilMs) => changeRecord(needs, gatewayId, decide, untilMs),
  flush: (gateway) => flushOutbox(needs.store, gateway),
});

/**
 * The one way in which a record changes: it is loaded, the domain decides, and the decision is saved by one write on condition
 * of the revision that it was taken at; after a lost race, again from the load, a few times. With `untilMs` (epoch ms) as often
 * as there is time, and then also after a read or a write without a clear answer. Throws {@link TemporarilyUnavailable} for an
 * unknown gateway too.
 */
const changeRecord = async (
  needs: Needs,
  gatewayId: GatewayId,
  decide: Decide,
  untilMs: number | undefined,
): Promise<Applied> => {
  for (let tries = 1; ; tries++) {
    const outcome = await tryToChange(needs, gatewayId, decide).catch((error: unknown) => {
      if (untilMs !== undefined && error instanceof TemporarilyUnavailable) return error;
      throw error;
    });
    const isUnclear = outcome instanceof TemporarilyUnavailable;
    if (!isUnclear && outcome !== 'RACE_LOST') return outcome;
    const mayGoOn = untilMs === undefined ? tries < races : needs.now() < untilMs;
    if (!mayGoOn && isUnclear) throw outcome;
    if (!mayGoOn) throw new TemporarilyUnavailable(`Gateway ${gatewayId}: ${tries} writers were faster; try again.`);
    await pause(backOffMs(tries));
  }
};

const tryToChange = async (
  { store, now }: Needs,
  gatewayId: GatewayId,
  decide: Decide,
): Promise<Applied | 'RACE_LOST'> => {
  const loaded = await store.read(gatewayId);
  if (!loaded) throw new TemporarilyUnavailable(`Gateway ${gatewayId} is not registered.`);
  const command = typeof decide === 'function' ? decide(loaded) : decide;
  if (command === undefined) return { kind: 'applied', gateway: loaded, changed: false };
  const before = command.kind === 'compromise' ? loaded : await flushOutbox(store, loaded); // nothing may stand in the way of the button
  const decision = transition(before, command, now());
  if (decision.kind === 'refused') return decision;
  if (decision.kind === 'unchanged') return { kind: 'applied', gateway: before, changed: false };
  if (!(await store.save(decision.gateway, before.revision))) return 'RACE_LOST';
  if (command.kind === 'compromise') {
    // Nor of its answer: it is published after that. Only the audit has it at once, from which a lost record is made again.
    await store.writeAudit(gatewayId, decision.gateway.outbox).catch(() => undefined);
    return { kind: 'applied', gateway: decision.gateway, changed: true };
  }
  const gateway = await flushOutbox(store, decision.gateway).catch(() => decision.gateway); // the reconciler flushes what this could not
  return { kind: 'applied', gateway, changed: true };
};

/** Adds a record with its first transition; false when there is one already. */
const addRecord = async (store: RecordStore, gateway: Gateway): Promise<boolean> => {
  if (!(await store.add(gateway))) return false;
  await flushOutbox(store, gateway).catch(() => gateway);
  return true;
};
