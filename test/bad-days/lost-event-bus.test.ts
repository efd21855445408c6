import { CreateEventBusCommand, DeleteEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, it } from 'vitest';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';

let system: System;
afterEach(() => system.close());

describe('A lost event bus', () => {
  it('stops no replacement of a compromised credential; its news go out, in order, when it is back (invariants 7 and 11)', async () => {
    system = await openRotated();
    const { cloud } = system.deployment;
    const events = new EventBridgeClient(clientSettings({ environment: cloud.operator }));
    const old = await system.credentialOf((await system.gateway()).live[0] ?? { versionId: '' });
    const before = system.events.length;
    await events.send(new DeleteEventBusCommand({ Name: cloud.outputs.eventBus }));

    const press = { gatewayId, confirmGatewayId: gatewayId, actor: 'ann', reason: 'leaked', requestId: 'press-1' };
    await system.call('compromise', { ...press, rejectWithinSeconds: 30 });
    const { ended, live, unpublishedFrom } = await system.finish();

    expect(ended.at(-1)?.outcome).toBe('COMPLETED');
    const young = await system.credentialOf(live[0] ?? { versionId: '' });
    expect([await system.ask(old), await system.ask(young)]).toEqual([401, 200]);
    expect(system.events).toHaveLength(before);

    await events.send(new CreateEventBusCommand({ Name: cloud.outputs.eventBus }));
    await system.call('reconcile', {});
    const published = system.events.slice(before).map(({ detail }) => Number(detail.revision));
    const recorded = (await system.audit()).map(({ revision }) => revision);
    expect(published).toEqual(recorded.filter((revision) => revision >= (unpublishedFrom ?? 0)));
    expect((await system.gateway()).unpublishedFrom).toBeUndefined();
    events.destroy();
  });
});
