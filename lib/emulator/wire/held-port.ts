import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/**
 * A port that is listened to already, for a server that is made later but has to be known by its address before: nobody else
 * takes it in between. Who connects until then is sent away.
 */
export type HeldPort = {
  readonly port: number;
  readonly holder: Server;
  /** Gives it back when no server took it over. */
  release(): void;
};

/** Where a server listens: a number, of which 0 is any free one, or a port that is held for it. */
export type Port = number | HeldPort;

/** Listens on a port of an address; 0 takes any free one. Rejects when it is taken. */
export const holdPort = async (address: string, port: number): Promise<HeldPort> => {
  const holder = createServer((socket) => socket.destroy());
  holder.listen(port, address);
  await once(holder, 'listening');
  holder.unref(); // it keeps no process alive that failed to make its server
  return { port: portOf(holder), holder, release: () => void holder.close() };
};

/** Makes a server listen, and resolves with the number of its port. Rejects when that is taken. */
export const listenAt = async (server: Server, address: string, port: Port): Promise<number> => {
  if (typeof port === 'number') server.listen(port, address);
  else server.listen(port.holder); // takes over its socket
  await once(server, 'listening');
  server.ref();
  return portOf(server);
};

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
