import { describe, expect, test } from 'vitest';
import type { AccessDecision } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { compareGateway } from '../../lambdas/domain/registry-changes.ts';
import { decisionOf, idleForwardKits } from '../../lambdas/registry/forward-target.ts';
import { RegistryRefused, readRegistry } from '../../lambdas/registry/read-registry.ts';
import { type GatewayOfFile, gatewaySchema } from '../../lambdas/registry/schema.ts';
import { orders as registered } from '../policy-check/fixtures.ts';

const pingOne = {
  kind: 'pingone',
  environmentId: '0b4c1d2e-1111-4222-8333-444455556666',
  gatewayId: '6d0f5a3e-1111-4222-8333-444455556666',
  workerSecret: 'pingone-worker',
  region: 'EU',
};
const kitOf = (kind: string) => ({ kitId: 'policy-check', kind, owner: 'team' });
const of = (
  gatewayId: string,
  decision: { kind: 'allow-all' } | { kind: 'forward'; to: string },
  more: object = {},
) => ({
  ...gatewaySchema.parse({ gatewayId, authority: { kind: 'builtin' }, kits: [], ...more }),
  decision: decision as NonNullable<GatewayOfFile['decision']>,
});
const orders = (more: object = {}) => of('orders', { kind: 'forward', to: 'payments' }, more);
const payments = (more: object = {}) => of('payments', { kind: 'allow-all' }, { authority: pingOne, ...more });
const decided = (from: ReturnType<typeof of>, ...others: ReturnType<typeof of>[]) =>
  decisionOf(from, [from, ...others], ['gateways', 0]);

describe('the decision of a gateway that forwards', () => {
  test.each([
    ['of the region', {}, 'https://http-access-api.pingone.eu/v1/environments/0b4c1d2e-1111-4222-8333-444455556666'],
    ['that the settings give', { serviceUrl: 'https://authz.example.com/p1/' }, 'https://authz.example.com/p1'],
  ])('names the Service URL %s', (_, more, serviceUrl) => {
    expect(decided(orders(), payments({ authority: { ...pingOne, ...more } }))).toEqual({
      kind: 'forward',
      to: 'payments',
      serviceUrl,
    });
  });

  test.each([
    ['which is not in the file', orders(), []],
    ['which is the gateway itself', of('orders', { kind: 'forward', to: 'orders' }), []],
    ['whose authority is not PingOne', orders(), [of('payments', { kind: 'allow-all' })]],
    ['which is a demo and is not deployed where this one is', orders(), [payments({ demo: true })]],
  ])('refuses one %s', (what, from, others) => {
    const { problem } = decided(from, ...others) as { problem: string };
    expect(problem).toContain(`gateways[0].decision.to: given "`);
    expect(problem).toContain(`, ${what}; allowed is another gateway of this file with "authority"`);
  });

  test('a demo may forward to a demo', () => {
    expect(decided(orders({ demo: true }), payments({ demo: true }))).toHaveProperty('serviceUrl');
  });
});

test('a plan says where requests go from now on', () => {
  const decisionBecomes = (before: AccessDecision, after: AccessDecision) =>
    compareGateway(
      { gatewayId: registered.gatewayId, decision: after, policy: registered.policy, kits: [] },
      { gateway: { ...registered, decision: before, shardCount: 1 }, kits: [], secret: 'PRESENT' },
      () => ({ urls: [], secrets: [] }),
    ).map(({ detail }) => detail);
  const at = (serviceUrl: string): AccessDecision => ({ kind: 'forward', to: 'payments' as GatewayId, serviceUrl });
  expect(decisionBecomes({ kind: 'allow-all' }, at('https://a.example'))).toEqual([
    'decision allow-all becomes forward to payments at https://a.example',
  ]);
  expect(decisionBecomes(at('https://a.example'), at('https://b.example'))).toEqual([
    'decision forward to payments at https://a.example becomes forward to payments at https://b.example',
  ]);
  expect(decisionBecomes(at('https://a.example'), at('https://a.example'))).toEqual([]);
});

test('gateways.json is refused with the place of what is wrong', () => {
  const gateways = [
    { gatewayId: 'orders', authority: { kind: 'builtin' }, decision: { kind: 'forward', to: 'absent' }, kits: [] },
  ];
  expect(() => readRegistry(JSON.stringify({ gateways }))).toThrow(RegistryRefused);
  expect(() => readRegistry(JSON.stringify({ gateways }))).toThrow(
    'gateways[0].decision.to: given "absent", which is not in the file; allowed is another gateway of this file',
  );
});

test('a kit of kind forward needs somebody who forwards: it would be taken for moved, and present nothing', () => {
  const gateways = [
    {
      gatewayId: 'payments',
      authority: { kind: 'builtin' },
      decision: { kind: 'allow-all' },
      kits: [kitOf('forward')],
    },
  ];
  expect(() => readRegistry(JSON.stringify({ gateways }))).toThrow(
    'gateways[0].kits[0].kind: given "forward" in a gateway that no gateway of this file forwards to; allowed is another kind, or a gateway whose decision is {"kind": "forward", "to": "payments"}.',
  );
  const kits = gatewaySchema.parse(gateways[0]).kits;
  expect(idleForwardKits({ ...payments(), kits }, [orders()], [])).toEqual([]);
});
