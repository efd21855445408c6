import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PingOneAccess } from '../../lambdas/authorities/pingone/ask.ts';
import { root } from '../docs/pages.ts';
import {
  type Account,
  basicWorker,
  type Clock,
  environmentId,
  gatewayId,
  openAccount,
  startAtMs,
} from '../local/stand-ins/pingone-account.ts';
import { readLiveSettings, variables } from './settings.ts';
import { learnedText, playLive } from './smoke.ts';

let clock: Clock;
let pingOne: Account;
beforeEach(async () => {
  clock = { nowMs: startAtMs };
  pingOne = await openAccount(clock);
});
afterEach(() => pingOne.close());

const environment = () => ({
  PINGONE_ENVIRONMENT_ID: environmentId,
  PINGONE_GATEWAY_ID: gatewayId,
  PINGONE_CLIENT_ID: basicWorker.clientId,
  PINGONE_CLIENT_SECRET: basicWorker.clientSecret,
  PINGONE_API_URL: pingOne.apiUrl,
  PINGONE_TOKEN_URL: pingOne.tokenUrl,
  PINGONE_SERVICE_URL: pingOne.serviceUrl,
});
/** The network is real, the time is not. */
const access: PingOneAccess = {
  fetch: globalThis.fetch,
  now: () => clock.nowMs,
  pause: async (ms) => {
    clock.nowMs += ms;
  },
  timeLimit: (ms) => AbortSignal.timeout(ms),
};
const said: string[] = [];
const play = async (more: Record<string, string> = {}, signal = new AbortController().signal) => {
  said.length = 0;
  const settings = readLiveSettings({ ...environment(), ...more });
  if ('problems' in settings) throw new Error(settings.problems.join(' '));
  return playLive({ access, settings, say: (line) => void said.push(line), signal });
};

describe('The live test, against the stand-in', () => {
  it('measures what PingOne does not document, and leaves nothing behind', async () => {
    Object.assign(pingOne.control, {
      ...{ creationPropagationMs: 5_000, lastUsedLagMs: 42_000, revokePropagationMs: 30_000, pageSize: 1 },
      sixth: { status: 409, code: 'LIMIT_EXCEEDED' },
    });
    const hand = pingOne.createByHand(gatewayId, pingOne.origin);
    pingOne.createByHand(gatewayId, pingOne.origin);
    const before = pingOne.live(gatewayId);
    const learned = await play({ PINGONE_FILL_UP: 'yes' });
    expect(learned).toMatchObject({
      dateHeader: true,
      listedAfterMs: 0,
      acceptedAfterMs: 5_000,
      lastUsedShownAfterMs: 42_000,
      refusedAfterMs: 30_000,
      refusal: { status: 401, code: 'INVALID_TOKEN' },
      goneAnswer: { status: 404, code: 'NOT_FOUND' },
      page: { items: 1, hasNext: true },
      sixth: { status: 409, code: 'LIMIT_EXCEEDED' },
    });
    expect(learnedText(learned)).toContain('with "lastUsedLagSeconds": 126 there is room');
    expect(pingOne.live(gatewayId)).toEqual(before);
    expect(before).toContain(hand.id);
    expect(said.at(-1)).toBe('Deleted what was made: 4 of 4.');
  });

  it('makes no more than one credential unless it may', async () => {
    expect(await play()).not.toHaveProperty('sixth');
    expect(pingOne.control.asked.filter((one) => one === 'create-credential')).toHaveLength(1);
    expect(pingOne.live(gatewayId)).toEqual([]);
  });

  it('deletes what it made when something never shows, and when it is interrupted', async () => {
    pingOne.control.creationPropagationMs = 3_600_000;
    await expect(play({ PINGONE_PATIENCE_SECONDS: '20' })).rejects.toThrow(/being accepted was not seen within 20 s/);
    expect(pingOne.live(gatewayId)).toEqual([]);
    const stopping = AbortSignal.abort(new Error('It was interrupted.'));
    await expect(play({}, stopping)).rejects.toThrow('It was interrupted.');
    expect(pingOne.live(gatewayId)).toEqual([]);
  });

  it('names what a create without an answer has left behind, and deletes nothing that it is not sure of', async () => {
    pingOne.control.faults.push({ on: 'create-credential', fault: { kind: 'lost-answer' } });
    await expect(play()).rejects.toThrow(/Creating a credential/);
    const [left, ...others] = pingOne.live(gatewayId);
    expect(others).toEqual([]);
    expect(said.at(-1)).toContain(`perhaps made by a create that had no answer: ${left}`);
  });

  it('refuses a gateway that is full, and says which credentials a person has to delete when PingOne does not', async () => {
    for (let count = 0; count < 5; count += 1) pingOne.createByHand(gatewayId, pingOne.origin);
    await expect(play()).rejects.toThrow(/5 credentials already.*Nothing was made/);
    for (const id of pingOne.live(gatewayId)) pingOne.deleteByHand(gatewayId, id);
    const refused = {
      on: 'delete-credential',
      fault: { kind: 'refused', status: 403, code: 'ACCESS_FAILED' },
    } as const;
    pingOne.control.faults.push(refused, refused);
    await expect(play()).rejects.toThrow(/Delete these in PingOne yourself/);
  });

  it('waits through answers that are neither yes nor no', async () => {
    pingOne.control.faults.push({
      on: 'sideband-request',
      fault: { kind: 'refused', status: 503, code: 'UNEXPECTED_ERROR' },
    });
    expect(await play()).toMatchObject({ acceptedAfterMs: 1_000 });
  });
});

describe('The variables of the live test', () => {
  it('refuses to play without them, naming each, and does nothing', () => {
    const { PATH = '', HOME = '' } = process.env;
    const run = join(root, 'test/pingone-live/run.ts');
    const { status, stderr, stdout } = spawnSync(process.execPath, [run], { env: { PATH, HOME }, encoding: 'utf8' });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Nothing was done:');
    for (const name of Object.keys(variables)) expect(stderr).toContain(name);
  });

  it('refuses an address that is not safe, and never repeats a value', () => {
    const wrong = readLiveSettings({ ...environment(), PINGONE_API_URL: 'http://api.example/v1' });
    expect(wrong).toEqual({ problems: [expect.stringMatching(/\(apiUrl\): must be https/)] });
    const { PINGONE_SERVICE_URL: _, ...part } = environment();
    expect(readLiveSettings(part)).toEqual({ problems: [expect.stringContaining('must have region')] });
    const text = JSON.stringify(readLiveSettings({ ...environment(), PINGONE_CLIENT_AUTH: 'marked-value' }));
    expect(text).toContain('PINGONE_CLIENT_AUTH is CLIENT_SECRET_BASIC');
    expect(text).not.toContain('marked-value');
  });
});
