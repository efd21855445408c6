import { expect, it } from 'vitest';
import type { KitId } from '../../lambdas/domain/ids.ts';
import { withRetiredSource } from '../../lambdas/domain/kit.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { atRest, by, now } from './gateways.ts';

const gone = (source: string, atMs = 1) => ({ source, actor: 'ann', reason: 'the pod was replaced', atMs });

it('a source that is declared gone again stands once, at the later time', () => {
  expect(withRetiredSource([gone('a'), gone('b')], gone('a', 2))).toEqual([gone('a', 2), gone('b')]);
});

it('the newest fifty are kept: what was forgotten only counts again', () => {
  const many = Array.from({ length: 50 }, (_, index) => gone(`10.0.0.${index}`));
  const kept = withRetiredSource(many, gone('new', 2));
  expect(kept).toHaveLength(50);
  expect([kept[0]?.source, kept.at(-1)?.source]).toEqual(['new', '10.0.0.48']);
});

it('the record says who declared which source of which kit gone, and why', () => {
  const command = { kind: 'retire-source', kitId: 'kong' as KitId, source: '10.0.0.2', ...by } as const;
  const decided = transition(atRest(), command, now);
  expect(decided.kind === 'changed' && decided.gateway.outbox.at(-1)).toMatchObject({
    ...{ kind: 'retire-source', ...by, atMs: now },
    detail: { kitId: 'kong', source: '10.0.0.2' },
  });
});
