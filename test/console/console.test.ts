import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../lambdas/console/view/outcome.ts';
import type { ActView, GatewaysView, GatewayView, PlanView } from '../../lambdas/console/view/views.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await openRotated();
});
afterAll(() => system.close());

const shown = async <View>(ask: object): Promise<View> =>
  (await system.call('console', { format: 'json', gatewayId, ...ask })) as View;
const press = async (act: object): Promise<Outcome> =>
  (await system.call('console-act', {
    ...{ format: 'json', gatewayId, reason: 'because', actor: 'alice' },
    ...act,
  })) as Outcome;

describe('the console on the local deployment', () => {
  it('shows every gateway, and one by itself', async () => {
    const { rows } = (await system.call('console', { format: 'json' })) as GatewaysView;
    expect(rows).toMatchObject([{ gatewayId, state: 'AT_REST', credentials: [{ stage: 'CURRENT' }] }]);
    const view = await shown<GatewayView>({ view: 'gateway' });
    expect(view).toMatchObject({ state: 'AT_REST', kits: { total: 1, updated: 1 }, waitsFor: [] });
    expect(view.history[0]).toMatchObject({ trigger: 'bootstrap', outcome: 'COMPLETED' });
  });

  it('plans, rotates, decides and dooms by what is pressed, in the name that was claimed', async () => {
    expect(await press({ act: 'plan', requestId: 'r-1' })).toMatchObject({ result: 'DONE', execution: 'console-r-1' });
    expect(await press({ act: 'rotate', requestId: 'r-2' })).toMatchObject({ result: 'DONE' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    const plan = await shown<PlanView>({ view: 'plan', execution: 'console-r-1' });
    expect(plan).toMatchObject({ status: 'READY', plan: { mayStart: true } });
    expect(await press({ act: 'plan', requestId: 'r-1' })).toMatchObject({ execution: 'console-r-1' }); // pressed twice
    await expect(shown({ view: 'plan', execution: 'console-r-99' })).rejects.toThrow('There is no plan');
    const { rotation, waitsFor } = await shown<GatewayView>({ view: 'gateway' });
    expect(rotation?.begun.actor).toMatch(/^claimed: alice \(arn:.*:console-r-2\)$/);
    expect(waitsFor[0]?.text).toBe('1 of 1 kits have not moved yet.');

    expect(await press({ act: 'hold', requestId: 'r-3' })).toMatchObject({ result: 'DONE' });
    expect((await system.gateway()).rotation?.held).toMatchObject({ actor: 'claimed: alice (request r-3)' });
    expect(await press({ act: 'hold', requestId: 'r-4' })).toMatchObject({ result: 'UNCHANGED' });

    const { compromise } = await shown<ActView>({ view: 'act', act: 'compromise' });
    const dooms = { act: 'compromise', requestId: 'r-5', rejectWithinSeconds: '0' };
    expect(await press({ ...dooms, confirmGatewayId: 'order' })).toMatchObject({ result: 'REFUSED' });
    expect(await press({ ...dooms, confirmGatewayId: gatewayId })).toMatchObject({ result: 'DONE' });
    expect((await system.gateway()).presses[0]).toMatchObject({
      requestId: 'r-5',
      credentialIds: compromise?.credentialIds,
      preempted: rotation?.rotationId,
    });
  });

  it('answers people with HTML, and says what it was asked that does not exist', async () => {
    expect(await system.call('console', { view: 'gateway', gatewayId })).toContain('<div class="gcr ');
    expect(await system.call('console', { view: 'gateway', gatewayId: 'unknown' })).toContain('is not registered');
    await expect(shown({ view: 'gateway', gatewayId: 'unknown' })).rejects.toThrow('is not registered');
    expect(await system.call('console', { describe: true })).toHaveProperty('markdown');
    // An address has texts only: it asks for what there is not, and is told so on a page.
    for (const describe of ['1', 'true', ''])
      expect(await system.call('console', { describe, format: 'html' })).toContain('does not have');
  });
});
