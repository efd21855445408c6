import { expect, test } from 'vitest';
import type { KitId } from '../../lambdas/domain/ids.ts';
import { verifyKits } from '../../lambdas/workflow/verify-kits.ts';
import { inRotation } from '../domain/gateways.ts';
import { reachOf } from '../kits/reach.ts';
import { benchWith, kitOf, step } from './doubles.ts';

const settings = {
  edition: 'edge',
  organization: 'acme',
  keyValueMap: 'ping',
  accessSecret: 'kits/edge',
  masksValues: true,
  baseUrl: 'https://kit.example.com',
};
const traits = { installedBy: 'us', readBackProves: 'nothing', propagationSeconds: 300 } as const;

test('a kit that shows no value is neither proven by that nor sent back to distribution', async () => {
  const bench = benchWith(inRotation('DISTRIBUTED'), [
    kitOf('edge', { state: 'INSTALLED' }, { kind: 'apigee', traits, settings }),
  ]);
  let asked = 0;
  await verifyKits(
    {
      ...bench.dependencies,
      kitReach: reachOf(['kit.example.com'], {
        fetch: async () => {
          asked += 1;
          return new Response('{"name":"shared_secret","value":"*****"}');
        },
      }),
      kitSecrets: () => ({
        readText: async () => '{"token":"t"}',
        read: async () => undefined,
        write: async () => undefined,
      }),
    },
    step,
  );
  expect(asked).toBeGreaterThan(0);
  expect(bench.kits.get('edge' as KitId)?.work).toMatchObject({ state: 'INSTALLED' });
  expect(bench.kits.get('edge' as KitId)?.work?.readBack).toBeUndefined();
});
