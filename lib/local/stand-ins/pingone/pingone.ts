import { randomUUID } from 'node:crypto';
import type { Persistence } from '../../../emulator/wire/persistence.ts';
import type { Timers } from '../../../emulator/wire/timers.ts';
import type { Answered, Asked, NoAnswer } from '../loopback-server.ts';
import { calm, nextFault, type PingOneControl, type PingOneFault } from './control.ts';
import { problem } from './problem.ts';
import { type Route, routeOf } from './route.ts';
import { type Environment, emptyState, type HeldGateway, type PingOneState, type Worker } from './state.ts';
import { tokensOf } from './token.ts';
import { createCredential, deleteCredential, shown, type World } from './world.ts';

export type PingOneOptions = {
  /** PingOne's clock, and the pause before a slow answer. */
  readonly timers: Pick<Timers, 'now' | 'sleep'>;
  readonly environment: Environment;
  readonly gateways: readonly HeldGateway[];
  readonly workers: readonly Worker[];
  readonly persistence: Persistence<PingOneState>;
};

/** PingOne without a network: requests go in, answers come out. */
export type PingOne = {
  readonly control: PingOneControl;
  answer(asked: Asked): Promise<Answered | NoAnswer>;
  /** The ids of a gateway's credentials that the management API would list now. */
  live(gatewayId: string): readonly string[];
  /** What a person does in the console. `origin` is where this server is reached. */
  createByHand(gatewayId: string, origin: string): { readonly id: string; readonly value: string };
  deleteByHand(gatewayId: string, id: string): void;
  /** Ends every access token before its time. */
  forgetTokens(): void;
  /** Keeps what was not kept yet, and gives up slow answers. */
  stop(): void;
};

const usesKeptEveryMs = 1_000;

export const pingOneOf = ({ timers, environment, gateways, workers, persistence }: PingOneOptions): PingOne => {
  const control = calm();
  const state = persistence.load() ?? emptyState();
  const stopped = new AbortController();
  let keptAtMs = timers.now();
  const save = () => persistence.save(state);
  const saveSoon = (atMs: number) => {
    if (atMs - keptAtMs < usesKeptEveryMs) return;
    keptAtMs = atMs;
    save();
  };
  const world: World = { environment, gateways, state, control, save, saveSoon };
  const tokens = tokensOf(workers, control, timers.now);
  let late: { readonly dueAtMs: number; readonly run: Route['run'] }[] = [];

  const commitLate = () => {
    const due = late.filter(({ dueAtMs }) => dueAtMs <= timers.now());
    late = late.filter((one) => !due.includes(one));
    for (const { dueAtMs, run } of due.toSorted((a, b) => a.dueAtMs - b.dueAtMs)) run(dueAtMs);
  };

  const meet = async (fault: PingOneFault, asked: Asked, { run }: Route): Promise<Answered | NoAnswer> => {
    switch (fault.kind) {
      case 'refused':
        return problem(fault.status, fault.code, 'The request could not be completed.');
      case 'limited':
        return problem(429, 'REQUEST_LIMITED', 'Too many requests.', {
          headers: fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
        });
      case 'page':
        return {
          status: fault.status,
          text: `<html>${JSON.stringify(asked)}</html>`,
          headers: { 'content-type': 'text/html' },
        };
      case 'lost-request':
        return 'reset';
      case 'lost-answer':
        run(timers.now());
        return 'reset';
      case 'silent':
        return 'hang';
      case 'slow': {
        const answered = run(timers.now());
        await timers.sleep(fault.ms, stopped.signal);
        return answered;
      }
      case 'late-commit':
        late.push({ dueAtMs: timers.now() + fault.afterMs, run });
        return 'hang';
      case 'dropped':
        return undone(world, () => run(timers.now()));
    }
  };

  const respond = async (asked: Asked): Promise<Answered | NoAnswer> => {
    if (control.outage === 'unreachable') return 'reset';
    const route = routeOf(world, tokens, asked);
    if (route.operation) control.asked.push(route.operation);
    const fault = route.operation && nextFault(control, route.operation);
    if (control.outage === 'unavailable') return problem(503, 'UNEXPECTED_ERROR', 'The service is unavailable.');
    return fault ? meet(fault, asked, route) : route.run(timers.now());
  };

  return {
    control,
    answer: async (asked) => {
      commitLate();
      const answered = await respond(asked).catch((error: unknown): NoAnswer => {
        if (stopped.signal.aborted) return 'reset';
        throw error;
      });
      if (typeof answered === 'string') return answered;
      const date = new Date(timers.now()).toUTCString();
      return { ...answered, headers: { date, 'correlation-id': randomUUID(), ...answered.headers } };
    },
    live: (gatewayId) => {
      commitLate();
      return shown(world, gatewayId).map(({ id }) => id);
    },
    createByHand: (gatewayId, origin) => {
      commitLate();
      const gateway = gateways.find(({ id }) => id === gatewayId);
      const created = gateway && createCredential(world, gateway, origin, timers.now());
      if (!created) throw new Error(`Gateway ${gatewayId} is unknown or has five credentials.`);
      return { id: created.credential.id, value: created.value };
    },
    deleteByHand: (gatewayId, id) => {
      commitLate();
      deleteCredential(world, gatewayId, id, timers.now());
    },
    forgetTokens: tokens.forget,
    stop: () => {
      stopped.abort();
      save();
    },
  };
};

/** The answer to a run whose effect on the credentials is taken back. */
const undone = ({ state, save }: World, run: () => Answered): Answered => {
  const before = state.credentials.map((one) => ({ ...one }));
  const answered = run();
  state.credentials = before;
  save();
  return answered;
};
