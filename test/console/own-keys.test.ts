import { describe, expect, it } from 'vitest';
import { render } from '../../lambdas/console/html/render.ts';
import { type GatewayFacts, gatewayView } from '../../lambdas/console/view/gateway-view.ts';
import { stateOf } from '../../lambdas/console/view/gateways-view.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { gatewayText, kitsText } from '../../lib/cli/view-text.ts';
import { allKits, atRest, factsOf, kitsWithKeys, nowMs, onMachine, ownKeys, rotating } from './scenes.ts';

const shown = (gateway: Gateway, changes: Partial<GatewayFacts> = { ownKeys }) =>
  gatewayView(factsOf(gateway, { kits: kitsWithKeys, ...changes }), allKits, nowMs);
const keysOf = (view: ReturnType<typeof shown>, kitId: string) =>
  view.kits.rows.find((row) => row.kitId === kitId)?.ownKeys;
const ending = 'kits/kong-public/token';
const lasting = 'kits/kong/token';

describe('the keys with which kits are reached', () => {
  it('are shown at each kit, with when they end and what that means', () => {
    const view = shown(atRest());
    expect(keysOf(view, 'kong-public')).toMatchObject([{ secretId: ending, standing: 'ENDS_INSIDE' }]);
    expect(keysOf(view, 'kong-public')?.[0]?.text).toContain('before a rotation that begins now has to end');
    expect(keysOf(view, 'kong-internal')).toMatchObject([{ secretId: lasting, standing: 'LASTS' }]);
    expect(keysOf(view, 'warehouse')).toEqual([]);
  });

  it('are not called lasting before they were looked at', () => {
    expect(keysOf(shown(atRest(), {}), 'kong-public')).toEqual([
      { secretId: ending, standing: 'NOT_KNOWN', text: `Secret ${ending}: it was not looked at yet.` },
    ]);
  });

  it('that end before a rotation could make the gateway one to look at, whether one runs or not', () => {
    expect(stateOf(atRest('orders', { keysEnding: 1 }))).toBe('KEYS_ENDING');
    expect(stateOf(rotating('orders', {}, { keysEnding: 1 }))).toBe('KEYS_ENDING');
    expect(stateOf(rotating('orders', { escalationLevel: 1 }, { keysEnding: 1 }))).toBe('LATE');
  });

  it('come before kits on the page of the gateway when they end, and the others are there to be opened', () => {
    const view = shown(atRest('orders', { keysEnding: 1 }));
    expect(view.ownKeys).toMatchObject({
      ...{ total: 2, ending: 1 },
      lines: [{ secretId: ending }, { secretId: lasting }],
    });
    const page = render(view, { surface: { kind: 'page', token: 'x', deployment: onMachine }, requestId: 'r' });
    const places = ['Keys to kits', `Secret ${ending}`, '<details>', `Secret ${lasting}`, 'id="gcr-kits"'];
    const found = places.map((place) => page.indexOf(place, page.indexOf('gcr-keys')));
    expect(found).toEqual(found.toSorted((one, other) => one - other));
    expect(found[0]).toBeGreaterThan(0);
  });

  it('are told on the command line', () => {
    const view = shown(atRest());
    expect(kitsText(view.kits.rows, nowMs, undefined)).toMatch(/KEY ENDS[\s\S]*kong-public[\s\S]*in 3 d/);
    expect(gatewayText(view, undefined)).toContain(`key: Secret ${ending}: its token ends`);
    expect(gatewayText(view, undefined)).not.toContain(`key: Secret ${lasting}`);
  });
});
