import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAct } from '../../lambdas/console/form-input.ts';
import { showConsole } from '../../lambdas/console/show-page.ts';
import { actConsole } from '../../lambdas/console/submit-form.ts';
import type { Outcome } from '../../lambdas/console/view/outcome.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { rotationIdOf } from '../../lambdas/workflow/shared/derived-id.ts';
import { type Bench, benchWith } from '../workflow/doubles.ts';
import { atRest, everyState, kits, newId, nowMs, oldId, rotating, uses } from './scenes.ts';

/** What CloudWatch sends beside the parameters of a widget, as its documentation shows it ("Details about custom widgets"). */
const widgetContext = (fields: Record<string, string> = {}) => ({
  ...{ dashboardName: 'Name-of-current-dashboard', widgetId: 'widget-16', accountId: '012345678901', locale: 'en' },
  timezone: { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 },
  ...{ period: 300, isAutoPeriod: true, theme: 'dark', linkCharts: true, title: 'Gateways', width: 588, height: 369 },
  timeRange: { mode: 'relative', start: 1_627_236_199_729, end: 1_627_322_599_729, relativeStart: 86_400_012 },
  forms: { all: fields },
  params: { original: 'param-to-widget' },
});

const ownArn = 'arn:aws:lambda:eu-central-1:111122223333:function:act';
const shows = 'arn:aws:lambda:eu-central-1:111122223333:function:show';
const hold = { act: 'hold', gatewayId: 'orders', requestId: 'r-1', reason: 'because', actor: 'alice' };

let bench: Bench;
let started: unknown[];
const read: string[] = [];
const needs = () => {
  const { dependencies } = bench;
  return {
    ...dependencies,
    records: {
      read: async () => bench.record,
      all: async () => everyState,
      audit: async function* () {
        yield* [];
      },
      latest: async () => [],
    },
    plans: { of: async () => ({ status: 'RUNNING' as const }) },
    manualStarts: {
      arnOf: (name: string) => `arn:aws:states:eu-central-1:111122223333:execution:rotation:${name}`,
      start: async (...given: unknown[]) => void started.push(given),
    },
    secretVersions: {
      ...dependencies.secretVersions,
      describe: async (arn: string) => ({
        ...(await dependencies.secretVersions.describe(arn)),
        nextRotationAtMs: nowMs + 1,
      }),
      readVersion: async () => {
        read.push('a value');
        return undefined;
      },
    },
    proofs: { ...dependencies.proofs, keepCovered: async () => undefined },
    executions: {
      ...dependencies.executions,
      stateOf: async () => ({ kind: 'RUNNING' as const }),
      stop: async () => undefined,
    },
    followUp: async () => undefined,
    actFunction: ownArn,
    stackName: 'Rotation',
  };
};
const press = (event: object) => actConsole(needs(), event, ownArn);
const outcome = async (event: object): Promise<Outcome> => (await press({ format: 'json', ...event })) as Outcome;

beforeEach(() => {
  bench = benchWith(rotating(), kits);
  bench.uses.push(...uses);
  bench.nowMs = nowMs;
  started = [];
});
afterEach(() => expect(read).toEqual([])); // neither showing nor acting reads a value

describe('an act', () => {
  it('is done in the name that was claimed, and shows the gateway with the outcome on top', async () => {
    const text = await press(hold);
    expect(bench.record.rotation?.held).toMatchObject({ actor: 'claimed: alice (request r-1)', reason: 'because' });
    expect(text).toContain('<strong>Hold: done.</strong>');
    expect(text).toContain('<h1>orders</h1>');
  });
  it('that the rules refuse leads back to its form, with the reason', async () => {
    await press(hold);
    const text = await press({ ...hold, act: 'force', requestId: 'r-2', kits: '2', kitsHash: 'x' });
    expect(text).toContain('<strong>Force: refused.</strong>');
    expect(text).toContain('resume it first');
    expect(text).toContain('<h1>Force: orders</h1>');
  });
  it('in a widget takes the fields of its form, and the links of the answer lead back to the function that shows', async () => {
    const { reason, actor, ...parameters } = hold;
    const text = await press({
      ...parameters,
      console: shows,
      widgetContext: widgetContext({ reason, actor, filter: 'x' }),
    });
    expect(bench.record.rotation?.held?.reason).toBe('because');
    expect(text).toContain(`endpoint="${shows}"`);
    expect(text).toContain('cwdb-no-default-styles dark"');
  });
  it('never makes links to a function of another account', async () => {
    const elsewhere = 'arn:aws:lambda:eu-central-1:999999999999:function:show';
    const text = await press({ ...hold, console: elsewhere, widgetContext: widgetContext() });
    expect(text).toContain('endpoint=""');
    expect(String(text).includes('999999999999')).toBe(false);
  });

  it('rotate and plan start the workflow, once for one request', async () => {
    const { execution } = await outcome({ ...hold, act: 'plan' });
    expect(started).toEqual([['console-r-1', { gatewayId: 'orders', reason: 'because', actor: 'alice', plan: true }]]);
    expect(execution).toBe('console-r-1');
    await outcome({ ...hold, act: 'plan' });
    expect(started[0]).toEqual(started[1]);
    expect(await press({ ...hold, act: 'plan' })).toContain('Look again');
  });

  it('rotate is refused at once when the record refuses it, and is the same rotation when it is pressed twice', async () => {
    expect(await outcome({ ...hold, act: 'rotate' })).toMatchObject({ result: 'REFUSED' });
    expect(started).toEqual([]);
    bench.record = atRest();
    expect(await outcome({ ...hold, act: 'rotate' })).toMatchObject({ result: 'DONE' });
    const rotationId = rotationIdOf('arn:aws:states:eu-central-1:111122223333:execution:rotation:console-r-1');
    bench.record = rotating('orders', { rotationId });
    expect(await outcome({ ...hold, act: 'rotate' })).toMatchObject({ result: 'DONE' });
    expect(started[0]).toEqual(started[1]);
  });

  it('compromise wants the name typed, dooms once for one request, and not only in time but at once when asked', async () => {
    const dooms = { ...hold, act: 'compromise', rejectWithinSeconds: '0' };
    expect(await outcome({ ...dooms, confirmGatewayId: 'order' })).toMatchObject({ result: 'REFUSED' });
    expect(bench.record.presses).toEqual([]);
    const first = await outcome({ ...dooms, confirmGatewayId: 'orders' });
    expect(first).toMatchObject({ result: 'DONE' });
    expect(bench.record.live.map(({ compromised }) => compromised?.rejectAfterMs)).toEqual([nowMs, nowMs]);
    const { revision } = bench.record;
    expect(await outcome({ ...dooms, confirmGatewayId: 'orders' })).toEqual(first);
    expect(bench.record.revision).toBe(revision);
  });

  it('compromise dooms the credentials that were chosen, which the form carries and shows before', async () => {
    const ask = { view: 'act', gatewayId: 'orders', act: 'compromise' };
    const all = String(await showConsole(needs(), ask, shows));
    expect(all).toContain(`Only ${newId}`);
    const chosen = String(await showConsole(needs(), { ...ask, credentialIds: newId }, shows));
    expect(chosen).toContain(`name="credentialIds" value="${newId}"`);
    expect(chosen).toMatch(new RegExp(`Not refused by this press:</strong> <span class="id">${oldId}`));
    const dooms = { ...hold, act: 'compromise', rejectWithinSeconds: '0', confirmGatewayId: 'orders' };
    expect(await outcome({ ...dooms, credentialIds: newId })).toMatchObject({
      result: 'DONE',
      message: expect.stringContaining(`NOT refused is ${oldId}.`),
    });
    expect(bench.record.live.map(({ compromised }) => compromised?.rejectAfterMs)).toEqual([undefined, nowMs]);
    expect(await outcome({ ...dooms, requestId: 'r-2', credentialIds: newId })).toMatchObject({ result: 'UNCHANGED' });
  });

  it('is not said to be done while the old credential is accepted', async () => {
    const dooms = { ...hold, act: 'compromise', rejectWithinSeconds: '60', confirmGatewayId: 'orders' };
    expect(await press(dooms)).toContain('<strong>Compromised: replace now: pressed.</strong>');
    bench.record = rotating();
    const asked = (await outcome({ ...hold, act: 'force', requestId: 'r-3', kits: '0', kitsHash: 'x' })).message;
    const [, kits, kitsHash] = /"kits": (\d+), "kitsHash": "(\w+)"/.exec(asked) ?? [];
    const text = await press({ ...hold, act: 'force', requestId: 'r-4', kits, kitsHash });
    expect(text).toContain('<strong>Force: recorded.</strong>');
    expect(text).toContain(`${oldId} is still accepted, and is revoked by force when the execution looks next.`);
  });
  it('force cuts nobody off where nothing is retired', async () => {
    bench.record = rotating('orders', { trigger: 'bootstrap', retireIds: [] });
    const text = await showConsole(needs(), { view: 'act', gatewayId: 'orders', act: 'force' }, shows);
    expect(text).toContain('Cut off: 0 kits');
    expect(text).toContain('Nothing is retired by this rotation, so nobody is cut off.');
  });

  it.for([
    ['no reason', { ...hold, reason: '  ' }, 'say why'],
    ['no name', { ...hold, actor: '' }, 'say who you are'],
    ['an unknown act', { ...hold, act: 'adopt' }, 'act'],
    ['a field that it does not have', { ...hold, forced: 'true' }, 'forced'],
    ['another gateway than there can be', { ...hold, gatewayId: '../x' }, 'must be'],
    ['nothing', undefined, 'Nothing was done.'],
  ] as const)('refuses %s, and does nothing', ([, event, said]) => {
    expect(() => readAct(event)).toThrow(said);
    expect(bench.commands).toEqual([]);
  });

  it('that could not be read leads back to its form, with the reason and what was filled in', async () => {
    const { reason: _, ...parameters } = hold;
    const text = await press({ ...parameters, widgetContext: widgetContext({ reason: '', actor: 'Alice' }) });
    expect(text).toMatch(/<strong>Hold: refused\.<\/strong> Nothing was done\..*say why/s);
    expect(text).toContain('<h1>Hold: orders</h1>');
    const again = await press({ ...hold, act: 'compromise', confirmGatewayId: 'x', rejectWithinSeconds: '0' });
    for (const value of ['alice', 'because']) expect(again).toContain(`value="${value}"`);
  });

  it('that leads nowhere is said to people as HTML', async () => {
    expect(await press({ ...hold, act: 'dance' })).toMatch(/role="alert">Nothing was done\./);
    expect(await press({ ...hold, act: 'retry-kit', kitId: 'nobody' })).toContain('has no kit nobody');
  });
});

describe('showing', () => {
  const show = (event: object) => showConsole(needs(), event, shows);
  it('reads of a list of gateways no kit and no use', async () => {
    bench = benchWith(rotating(), kits);
    const refuse = () => {
      throw new Error('Kits of gateways that are only listed were read.');
    };
    const given = { ...needs(), kits: { ofShard: refuse }, uses: { ofCredential: refuse } };
    expect(await showConsole(given, { view: 'gateways', format: 'json' }, shows)).toMatchObject({
      page: { total: 11 },
      rows: { length: 11 },
    });
  });
  it('writes nothing and reads no value, whatever is shown', async () => {
    for (const ask of [
      { view: 'gateways' },
      { view: 'gateway', gatewayId: 'orders' },
      { view: 'history', gatewayId: 'orders' },
      { view: 'act', gatewayId: 'orders', act: 'compromise' },
      { view: 'act', gatewayId: 'orders', act: 'force' },
      { view: 'act', gatewayId: 'orders', act: 'acknowledge-kit', kitId: 'warehouse' },
      { view: 'plan', gatewayId: 'orders', execution: 'console-r-1' },
    ])
      expect(await show(ask)).toContain('<h1>');
    expect(bench.commands).toEqual([]);
  });
  it('goes on without a schedule that cannot be read', async () => {
    const secretVersions = { describe: async () => Promise.reject(new Error('no secret')) };
    const view = await showConsole(
      { ...needs(), secretVersions },
      { view: 'gateway', gatewayId: 'orders', format: 'json' },
      shows,
    );
    expect(view).not.toHaveProperty('nextScheduledAtMs');
  });
  it('takes the filter of a widget from its form', async () => {
    const view = await show({ view: 'gateways', format: 'json', widgetContext: widgetContext({ filter: 'pay' }) });
    expect(view).toMatchObject({ rows: [{ gatewayId: 'payments' }] });
  });
  it.for([
    [{ view: 'gateway' }, 'gatewayId'],
    [{ view: 'secrets' }, 'Allowed views are gateways, gateway, history, news, act, plan'],
    [{ view: 'gateway', gatewayId: 'orders' as GatewayId, pages: 1 }, 'pages'],
    [{ view: 'act', gatewayId: 'orders', act: 'retry-kit', kitId: 'nobody' }, 'has no kit nobody'],
  ])('refuses %o, and says what there is', async ([ask, said]) => {
    expect(await show(ask as object)).toContain(said);
    await expect(show({ ...(ask as object), format: 'json' })).rejects.toThrow(said as string);
  });
});
