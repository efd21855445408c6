import { expect, test } from 'vitest';
import type { Transition } from '../../lambdas/domain/gateway.ts';
import { evidenceRecordOf } from '../../lambdas/evidence-export/evidence-record.ts';
import { a, atRest, live, now, r1 } from '../domain/gateways.ts';

const said = (revision: number, kind: string, more: Partial<Transition> = {}): Transition => ({
  ...{ revision, kind, atMs: now, actor: 'ann', reason: 'the value is lost', rotationId: r1 },
  ...more,
});

test('says who recorded that the refusal of a revoked credential was not proven, and why', () => {
  const steps = [
    said(2, 'begin', { detail: { trigger: 'manual', predecessors: [a] } }),
    said(3, 'revoke', { credentialIds: [a], detail: { causes: { [a]: 'RETIRED' } } }),
    said(4, 'waive-proof', { credentialIds: [a] }),
  ];
  const gateway = atRest({ live: [live('c-b')] });
  const record = evidenceRecordOf({ gateway, rotationId: r1, steps, uses: [], moreUses: 0, others: [] }, now);
  expect(record.notProven).toContain('Nobody saw c-a refused: ann recorded it as not proven (the value is lost).');
  expect(record.decisions).toMatchObject([{ kind: 'waive-proof', actor: 'ann' }]);
});
