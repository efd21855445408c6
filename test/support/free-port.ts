import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: none of those takes the port before it is used. */
const [from, to] = [20_000, 32_000];

/** A port on which nothing listens on the loopback address, for who has to know it before he listens himself. */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(from, to);
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
      return port;
    } catch {
      // taken: another one
    }
  }
  throw new Error(`No port from ${from} to ${to} is free.`);
};
