import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { GatewayView, KitRow } from '../../lambdas/console/view/views.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import { callOf } from '../../lib/cli/call.ts';
import { actCommands } from '../../lib/cli/commands/decide.ts';
import type { Connection } from '../../lib/cli/connection.ts';
import { CommandFailed } from '../../lib/cli/failure.ts';
import { pressButton } from '../../lib/cli/press-button.ts';
import { runCommand } from '../../lib/cli/program.ts';
import { rowsOf } from '../../lib/cli/table.ts';
import { jsonText, plain, type Terminal } from '../../lib/cli/terminal.ts';
import { gatewayText, kitListText, kitsFor } from '../../lib/cli/view-text.ts';
import { fleetFrameOf, frameOf, lineOf, shownOn } from '../../lib/cli/watch.ts';

const nowMs = Date.UTC(2030, 0, 1);
const hostile = '\u001b[2J\u001b]0;owned\u0007';
const view: GatewayView = {
  view: 'gateway',
  nowMs,
  gatewayId: 'orders' as GatewayId,
  revision: 7,
  state: 'ROTATING',
  rotation: {
    rotationId: 'r1' as RotationId,
    trigger: 'manual',
    stage: 'DISTRIBUTED',
    phase: 'verify',
    begun: { actor: `ann${hostile}`, reason: `why${hostile}\u202e`, atMs: nowMs - 60_000 },
    deadlineAtMs: nowMs + 86_400_000,
    attempt: 1,
    failedAttempts: 0,
    targetId: 'new0000001' as CredentialId,
    retireIds: ['old0000001' as CredentialId],
    progress: { kits: 4, updated: 1, atMs: nowMs },
  },
  steps: { create: 'DONE', distribute: 'DONE', verify: 'NOW', revoke: 'TO_COME' },
  secretTroubles: [],
  waitsFor: [{ text: '3 of 4 kits have not moved yet.' }],
  ahead: [{ text: 'The owners of late kits are reminded.', atMs: nowMs + 3_600_000 }],
  credentials: [
    {
      credentialId: 'old0000001' as CredentialId,
      isLive: true,
      stage: 'RETIRING',
      isForeign: false,
      rejectAfterAtMs: nowMs + 45_000,
    },
  ],
  moves: [],
  filter: '',
  kits: {
    page: { page: 1, pages: 1, pageSize: 50, total: 4 },
    total: 4,
    updated: 1,
    late: 3,
    lateFor: {},
    failed: [],
    attention: 3,
    rows: [
      {
        kitId: `kong${hostile}` as KitId,
        kind: 'kong',
        owner: `eve${hostile}`,
        ownKeys: [
          { secretId: 's', standing: 'ENDS_INSIDE', text: `Secret s${hostile}: it ends.`, endsAtMs: nowMs + 7_200_000 },
        ],
        late: 'STILL_ON_PREDECESSOR',
        addresses: [],
        acts: [],
      },
    ],
  },
  unregistered: [],
  moreUnregistered: 0,
  uses: { sources: 0, spans: [], byCredential: [] },
  history: [],
  offers: [],
};

describe('What others have written', () => {
  it('cannot steer the terminal of the person who reads it', () => {
    for (const text of [gatewayText(view, undefined), frameOf(view, undefined)]) {
      for (const control of ['\u001b[2J', '\u001b]', '\u0007', '\u202e']) expect(text).not.toContain(control);
      expect(text).toContain('\\u{1b}');
    }
    expect(plain('a\nb\u200bc')).toBe('a\\u{a}b\\u{200b}c');
    const document = { reason: 'a\u009b2J\u202e\u{e0001}' };
    expect(jsonText(document)).toBe('{\n  "reason": "a\\u009b2J\\u202e\\udb40\\udc01"\n}');
    expect(JSON.parse(jsonText(document))).toEqual(document);
    expect(rowsOf(['A'], [['x\ty']], undefined)).toContain('x\\u{9}y');
  });
});

describe('The emergency button', () => {
  it('is pressed even when nobody can say who is cut off or who presses', async () => {
    const pressed: unknown[] = [];
    const said: string[] = [];
    const broken = () => Promise.reject(new CommandFailed('unreachable', 'console failed'));
    const connection = {
      show: broken,
      caller: broken,
      compromise: async (request: unknown) => {
        pressed.push(request);
        return { result: 'DONE' };
      },
    } as unknown as Connection;
    const terminal = {
      say: (text: string) => void said.push(text),
      isInteractive: false,
      screen: () => undefined,
    } as unknown as Terminal;
    await pressButton({ connection, terminal }, { gatewayId: 'orders', reason: 'leaked', confirm: 'orders' });
    expect(pressed).toMatchObject([{ gatewayId: 'orders', confirmGatewayId: 'orders', actor: 'unknown' }]);
    expect(said.join()).toMatch(/cannot be shown: console failed/);
  });

  it('shows what exactly it would do: the preview is asked for as it is pressed', async () => {
    const asked: unknown[] = [];
    const said: string[] = [];
    const cutOff = { rejectWithinSeconds: 7, total: 0, inUse: 0, kits: [] };
    const compromise = {
      ...{ credentialIds: ['new0000001'], spared: ['old0000001'], notOurs: [], propagationBoundSeconds: 0, kits: 0 },
      ...{ unregistered: 0, asPressed: cutOff, replaceFirst: cutOff, refuseNow: cutOff },
    };
    const connection = {
      show: async (ask: unknown) => {
        asked.push(ask);
        return { view: 'act', isAllowed: true, compromise };
      },
      caller: async () => 'ann',
      compromise: async () => ({ result: 'UNCHANGED', message: 'This press has changed nothing.' }),
    } as unknown as Connection;
    const terminal = {
      say: (text: string) => void said.push(text),
      isInteractive: false,
      screen: () => undefined,
    } as unknown as Terminal;
    const press = { gatewayId: 'orders', reason: 'leaked', confirm: 'orders' };
    await pressButton({ connection, terminal }, { ...press, credentialIds: ['new0000001'], rejectWithinSeconds: 7 });
    expect(asked).toEqual([
      { view: 'act', act: 'compromise', gatewayId: 'orders', credentialIds: 'new0000001', rejectWithinSeconds: 7 },
    ]);
    expect(said.join()).toContain('Refused for good: new0000001, 7 s after you press');
    expect(said.join()).toContain('NOT refused: old0000001. If that leaked as well, add --credential old0000001.');
  });

  it('that changes nothing does not end as done', async () => {
    const connection = {
      show: async () => ({ view: 'act', isAllowed: false }),
      caller: async () => 'ann',
      compromise: async () => ({ result: 'UNCHANGED', message: 'This press has changed nothing.' }),
    } as unknown as Connection;
    const terminal = { say: () => undefined, isInteractive: false, screen: () => undefined } as unknown as Terminal;
    const button = actCommands.find(({ usage }) => usage.startsWith('compromised'));
    const run = button?.prepare({ gatewayId: 'orders', reason: 'leaked', confirm: 'orders' });
    expect(await run?.({ connection, terminal, call: callOf([], {}) })).toMatchObject({ isFailed: true });
  });

  it('names a caller whose ARN is longer than the record takes by its end', async () => {
    const arn = `arn:aws:sts::123456789012:assumed-role/${'r'.repeat(64)}/${'s'.repeat(180)}@example.com`;
    const pressed: { actor: string }[] = [];
    const connection = {
      show: async () => view,
      caller: async () => arn,
      compromise: async (request: { actor: string }) => {
        pressed.push(request);
        return { result: 'DONE' };
      },
    } as unknown as Connection;
    const terminal = { say: () => undefined, isInteractive: false, screen: () => undefined } as unknown as Terminal;
    await pressButton({ connection, terminal }, { gatewayId: 'orders', reason: 'leaked', confirm: 'orders' });
    expect(pressed[0]?.actor).toHaveLength(256);
    expect(pressed[0]?.actor).toMatch(/@example\.com$/);
  });
});

describe('A frame of watch', () => {
  it('shows the stage, a bar of the kits, what dies when, the late kits and what comes next', () => {
    const frame = stripVTControlCharacters(frameOf(view, undefined));
    expect(frame).toContain('orders  manual: verify, 1 of 4 kits moved, for 60 s');
    expect(frame).toContain('✓ create  ✓ distribute  ▶ verify    revoke');
    expect(frame).toContain('████████░░░░░░░░░░░░░░░░░░░░░░ 1 of 4');
    expect(frame).toContain('old0000001 is refused in 45 s');
    expect(frame).toContain('still on predecessor');
    expect(frame).toContain('and 2 more');
    expect(frame).toContain('in 60 min: The owners of late kits are reminded.');
  });

  it('names the wave that is open, and one that goes back', () => {
    const at = (wave: NonNullable<NonNullable<GatewayView['rotation']>['wave']>): string | undefined =>
      view.rotation &&
      stripVTControlCharacters(
        frameOf({ ...view, rotation: { ...view.rotation, phase: 'distribute', wave } }, undefined),
      );
    expect(at({ number: 1, of: 3 })).toContain('manual: distribute, wave 1 of 3, 1 of 4 kits moved');
    expect(at({ number: 2, of: 3, isGoingBack: true })).toContain('wave 2 of 3 going back');
  });

  it('never shows a step as done that is done with failures or forced', () => {
    const looks = { create: 'DONE', distribute: 'DONE_WITH_FAILURES', verify: 'FORCED', revoke: 'NOW' } as const;
    for (const text of [
      frameOf({ ...view, steps: looks }, undefined),
      gatewayText({ ...view, steps: looks }, undefined),
    ])
      expect(stripVTControlCharacters(text)).toContain(
        '✓ create  ! distribute (done with failures)  » verify (forced)  ▶ revoke',
      );
  });

  it('is not at rest while kits are behind, and says what a person has to do', () => {
    const { rotation: _, steps: _s, ...rest } = view;
    const frame = stripVTControlCharacters(
      frameOf({ ...rest, state: 'BEHIND', waitsFor: [{ text: 'Start one.' }] }, undefined),
    );
    expect(frame).toContain('orders  kits behind; no rotation yet\n  Start one.');
  });

  it('says why a kit could not be given the credential', () => {
    const failure = { code: 'ACCESS_DENIED', message: 'Look at the token.', attempts: 3 };
    const rows = view.kits.rows.map((one) => ({ ...one, late: 'DISTRIBUTION_FAILED' as const, failure }));
    expect(frameOf({ ...view, kits: { ...view.kits, rows } }, undefined)).toContain(
      'distribution failed (ACCESS_DENIED, tried 3×)',
    );
  });

  it('says how the last rotation ended when none runs', () => {
    const { rotation: _, ...rest } = view;
    const history = [
      {
        rotationId: 'r1' as RotationId,
        begun: { actor: 'a', reason: 'b', atMs: 0 },
        endedAtMs: nowMs - 5_000,
        outcome: 'COMPLETED' as const,
        steps: [],
      },
    ];
    expect(frameOf({ ...rest, state: 'AT_REST', history }, undefined)).toContain(
      'at rest; the last rotation completed 5 s ago',
    );
  });
});

describe('On a screen', () => {
  const screen = { rows: 24, columns: 80 };
  const lateKits = (count: number): KitRow[] =>
    Array.from({ length: count }, (_, index) => ({
      ...{
        kitId: `kong-${index}` as KitId,
        kind: 'kong',
        owner: `team-${index}@example.com`,
        addresses: [],
        acts: [],
        ownKeys: [],
      },
      ...({ late: 'STILL_ON_PREDECESSOR', waitsFor: 'One of its nodes was not reloaded. '.repeat(5) } as const),
    }));
  const many = (rows: readonly KitRow[]): GatewayView => ({
    ...view,
    kits: {
      ...{ total: 300, updated: 12, late: 288, lateFor: {}, failed: [], attention: 288, rows },
      page: { page: 1, pages: Math.ceil(300 / rows.length), pageSize: rows.length, total: 300 },
    },
  });
  const fits = (text: string): boolean => {
    const lines = stripVTControlCharacters(text).split('\n');
    return lines.length < screen.rows && lines.every((line) => line.length <= screen.columns);
  };

  it('a frame has as many late kits as fit, and says how many more there are', () => {
    const frame = frameOf(many(lateKits(100)), screen);
    expect(fits(frame)).toBe(true);
    const shown = frame.split('\n').filter((line) => line.includes('still on predecessor')).length;
    expect(shown).toBeGreaterThan(10);
    expect(frame).toContain(`… and ${288 - shown} more`);
    expect(frame).toContain('in 60 min: The owners of late kits are reminded.');
    for (const rows of [1, 3, 8])
      expect(frameOf(many(lateKits(100)), { rows, columns: 20 }).split('\n').length).toBeLessThanOrEqual(
        Math.max(1, rows - 1),
      );
  });

  it('a list of kits has a line each when there are many, and all that is said of them when there is room', () => {
    const { size = 0 } = kitsFor(screen);
    const list = kitListText(many(lateKits(size)), screen);
    expect(fits(list)).toBe(true);
    expect(list).toContain(`… and ${300 - size} more. Page 1 of`);
    const few = kitListText({ ...view, kits: { ...view.kits, rows: lateKits(1) } }, screen);
    expect(fits(few)).toBe(true);
    expect(few.replace(/\s+/g, ' ').match(/not reloaded/g)?.length ?? 0).toBeGreaterThan(2);
    expect(kitsFor(undefined)).toEqual({});
  });

  it('a fleet has a line for each rotation, as far as they fit', () => {
    const rotation = view.rotation as NonNullable<GatewayView['rotation']>;
    const rows = Array.from({ length: 60 }, (_, index) => ({
      ...({ gatewayId: `gateway-${index}` as GatewayId, state: 'ROTATING', credentials: [], rotation } as const),
    }));
    const page = { page: 1, pages: 1, pageSize: 500, total: 60 };
    const frame = fleetFrameOf({ view: 'gateways', nowMs, filter: '', counts: { ROTATING: 60 }, page, rows }, screen);
    expect(fits(frame)).toBe(true);
    expect(frame).toContain('… and 38 more');
  });

  it('what is shown of a gateway in a pipe is another line only when something has changed', () => {
    const frames: string[] = [];
    const terminal = {
      screen: () => undefined,
      frame: (text: string) => void frames.push(text),
    } as unknown as Terminal;
    const show = shownOn(terminal);
    const look = (one: GatewayView) => show(one.nowMs, () => '', new Map([[one.gatewayId, lineOf(one)]]));
    for (let second = 0; second < 300; second++) look({ ...view, nowMs: nowMs + second * 1000 });
    look({ ...view, nowMs: nowMs + 400_000, kits: { ...view.kits, updated: 2, late: 2 } });
    expect(frames.map((one) => stripVTControlCharacters(one))).toEqual([
      expect.stringMatching(
        /^2030-01-01T00:00:00\.000Z orders {2}manual: verify, 1 of 4 kits moved; late: kong.* \(still on predecessor\) … and 2 more$/,
      ),
      expect.stringMatching(/^2030-01-01T00:06:40\.000Z orders {2}manual: verify, 2 of 4 kits moved/),
    ]);
  });
});

describe('A deployment that cannot be reached', () => {
  it('is said with what to do, and exit code 4', async () => {
    const said: string[] = [];
    const terminal: Terminal = {
      out: () => undefined,
      say: (text) => void said.push(text),
      isInteractive: false,
      confirm: async () => false,
      input: async () => '',
      screen: () => undefined,
      frame: () => undefined,
      done: () => undefined,
    };
    expect(await runCommand(['status', '--data', '/nonexistent'], { terminal, environment: {} })).toBe(4);
    expect(said.join()).toMatch(/start this machine with npm start, or name its data folder/);
  });

  it('every command explains itself with examples and the exit codes', async () => {
    for (const name of [['rotate'], ['compromised'], ['force'], ['kits', 'import'], ['apply'], ['watch']]) {
      const out: string[] = [];
      const terminal = { out: (text: string) => void out.push(text), say: () => undefined } as unknown as Terminal;
      expect(await runCommand([...name, '--help'], { terminal, environment: {} })).toBe(0);
      expect(out.join('\n')).toContain(`gateway-credentials ${name.join(' ')}`);
      expect(out.join('\n')).toContain('Exit codes: 0 done');
    }
  });
});
