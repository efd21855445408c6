import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { holdPort, listenAt } from '../../../lib/emulator/wire/held-port.ts';

it('keeps a port for a server that is made later', async () => {
  const held = await holdPort('127.0.0.1', 0);
  await expect(holdPort('127.0.0.1', held.port)).rejects.toMatchObject({ code: 'EADDRINUSE', port: held.port });

  const server = createServer((_, response) => response.end('mine'));
  expect(await listenAt(server, '127.0.0.1', held)).toBe(held.port);
  expect(await (await fetch(`http://127.0.0.1:${held.port}`)).text()).toBe('mine');
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  const again = await holdPort('127.0.0.1', held.port);
  again.release();
});

it('sends away who connects before the server is there', async () => {
  const held = await holdPort('127.0.0.1', 0);
  const early = connect(held.port, '127.0.0.1');
  await once(early, 'close');
  held.release();
});

it('refuses to listen where somebody listens', async () => {
  const held = await holdPort('127.0.0.1', 0);
  await expect(listenAt(createServer(), '127.0.0.1', held.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  held.release();
});
