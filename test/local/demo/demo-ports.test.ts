import { expect, it } from 'vitest';
import { holdPort } from '../../../lib/emulator/wire/held-port.ts';
import { holdDemoPorts } from '../../../lib/local/demo/demo-ports.ts';

const fileWith = (port: number, demo: boolean): string =>
  JSON.stringify({
    gateways: [
      {
        gatewayId: 'orders',
        demo,
        kits: [
          { kitId: 'kong', kind: 'kong', settings: { adminUrl: `http://127.0.0.1:${port}`, propagationSeconds: 1 } },
          {
            kitId: 'mobile',
            kind: 'webhook',
            settings: {
              url: `http://127.0.0.1:${port}/credential`,
              readBackUrl: `http://127.0.0.1:${port}/credential`,
            },
          },
          { kitId: 'by-hand', kind: 'manual' },
        ],
      },
    ],
  });

it('gives a demo kit another port when its own is in use, and says so in every setting that names it', async () => {
  const taken = await holdPort('127.0.0.1', 0);
  const ports = await holdDemoPorts(fileWith(taken.port, true));
  const [kong, mobile] = [ports.of('orders', 'kong'), ports.of('orders', 'mobile')];
  const [gateway] = (JSON.parse(ports.text) as { gateways: { kits: { settings?: object }[] }[] }).gateways;
  expect(gateway?.kits.map(({ settings }) => settings)).toEqual([
    { adminUrl: `http://127.0.0.1:${kong?.port}`, propagationSeconds: 1 },
    { url: `http://127.0.0.1:${mobile?.port}/credential`, readBackUrl: `http://127.0.0.1:${mobile?.port}/credential` },
    undefined,
  ]);
  expect(new Set([taken.port, kong?.port, mobile?.port]).size).toBe(3);
  expect(ports.moved).toEqual([
    `Port ${taken.port} of the demo kit kong is in use: its stand-in listens on ${kong?.port} this time.`,
    `Port ${taken.port} of the demo kit mobile is in use: its stand-in listens on ${mobile?.port} this time.`,
  ]);
  for (const held of [taken, kong, mobile]) held?.release();
});

it("touches nothing of a user's own gateway", async () => {
  const taken = await holdPort('127.0.0.1', 0);
  const text = fileWith(taken.port, false);
  const ports = await holdDemoPorts(text);
  expect(ports).toMatchObject({ text, moved: [] });
  expect(ports.of('orders', 'kong')).toBeUndefined();
  taken.release();
});
