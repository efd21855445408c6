import { expect, test } from 'vitest';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Waves } from '../../lambdas/domain/wave.ts';
import { retryKit } from '../../lambdas/operator/kit-decisions.ts';
import { a, b, inRotation, r1 } from '../domain/gateways.ts';
import { benchWith, kitOf } from '../workflow/doubles.ts';

const by = { actor: 'ann', reason: 'test' };
const plan = [{ kits: 1, bakeSeconds: 600 }, { percent: 100 }];
const retryIn = async (phase: Waves['phase'], number: number | undefined) => {
  const kit = kitOf('one', {}, number === undefined ? {} : { wave: { rotationId: r1, number } });
  const bench = benchWith(inRotation('PROMOTED', { waves: { plan, number: 1, phase } }), [kit]);
  const command = { command: 'retry-kit', gatewayId: kit.gatewayId, kitId: kit.kitId, ...by } as const;
  const { result } = await retryKit(bench.dependencies, bench.record, command, by);
  return [result, bench.kits.get('one' as KitId)?.work?.credentialId];
};

test('refuses to retry a kit whose wave has not opened: it is given nothing until then', async () => {
  expect(await retryIn('OPEN', undefined)).toEqual(['REFUSED', b]);
});

test('a kit of the open wave is given the new credential again, and one that goes back the old one', async () => {
  expect(await retryIn('OPEN', 1)).toEqual(['DONE', b]);
  expect(await retryIn('GOING_BACK', 1)).toEqual(['DONE', a]);
});
