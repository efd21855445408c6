import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { readPress } from '../../lambdas/compromise/press-input.ts';
import { eventSource, transitionDetailType } from '../../lambdas/domain/names.ts';
import { transitionDetail } from '../../lambdas/notifications/event-schema.ts';
import { eventFile, eventSchemas, eventSchemaText } from '../../lib/schemas/event-schemas.ts';
import { gatewayId, manualKit, openRotated, type System } from '../support/system.ts';

const json = (name: string) => JSON.parse(readFileSync(eventFile(name), 'utf8')) as Record<string, unknown>;

describe('the documented events', () => {
  it.each(eventSchemas)('$title: the schema in the repository is the one in the code', (event) =>
    expect(json(`${event.file}.schema`)).toEqual(JSON.parse(eventSchemaText(event))),
  );

  it.each(eventSchemas)('$title: the example keeps the schema', ({ file, title, detail }) => {
    const example = json(`${file}.example`);
    expect(example['detail-type']).toBe(title);
    expect(detail.safeParse(example.detail).error).toBeUndefined();
  });

  it('the example of a compromise presses the button', () => {
    expect(readPress(json('compromise.v1.example'))).toMatchObject({
      requestId: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
      actor: 'claimed: soc@example.com (event of account 111122223333, source example.siem)',
      rejectWithinSeconds: 0,
    });
  });
});

describe('news of a gateway', () => {
  let system: System;
  afterEach(() => system.close());
  const press = (changes: object = {}) =>
    system.call('compromise', {
      ...{ gatewayId, confirmGatewayId: gatewayId, reason: 'leaked', actor: 'alice', requestId: 'press-1' },
      ...changes,
    });
  const told = () =>
    system.messages.flatMap(({ subject }) => (subject?.startsWith('Install') ? [] : [String(subject)]));

  it('every transition is published once or more, as the schema says, and never with a credential', async () => {
    system = await openRotated();
    await press();
    await system.finish();
    for (const { source, detailType, detail } of system.events) {
      expect([source, detailType]).toEqual([eventSource, transitionDetailType]);
      expect(transitionDetail.strict().safeParse(detail).error).toBeUndefined();
    }
    const published = new Set(system.events.map(({ detail }) => detail.revision));
    for (const { revision } of await system.audit()) expect(published).toContain(revision);
    expect(JSON.stringify([system.events, system.messages])).not.toMatch(/gwc_/);
  });

  it('owners of late kits are reminded, then escalated to, then told of the deadline, once each', async () => {
    const escalation = { remindAfterSeconds: 60, escalateAfterSeconds: 120, deadlineSeconds: 180 };
    system = await openRotated({ kits: [manualKit('one'), manualKit('two')], policy: escalation });
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await system.acknowledge('two');
    await system.until(({ rotation }) => rotation?.held !== undefined, 200_000);
    expect(told()).toEqual([
      'Reminder: kit one is late',
      'Escalation: kit one is still late',
      'Deadline passed: kit one',
    ]);
    const attributes = JSON.stringify(system.messages.at(-1)?.attributes);
    expect(attributes).toContain('one-team@example.com');
    expect(attributes).toContain('deadline');
  });

  it('a laggard of a compromise is paged at once, and again when it is cut off', async () => {
    system = await openRotated({ kits: [manualKit('one'), manualKit('two')] });
    await press();
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await system.acknowledge('two');
    await system.timers.advance(70_000);
    expect(told()).toEqual([
      'PAGE: kit one is about to be cut off',
      'PAGE: kit two is about to be cut off',
      'PAGE: kit one is cut off',
    ]);
  });
});
