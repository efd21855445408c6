import type { Port } from '../../../emulator/wire/held-port.ts';
import { openLoopbackServer } from '../loopback-server.ts';
import { type PingOne, type PingOneOptions, pingOneOf } from './pingone.ts';

/** A PingOne on loopback, with the base URLs that a client is pointed at. */
export type OpenPingOne = PingOne & {
  readonly origin: string;
  /** For `https://api.pingone.{tld}/v1`. */
  readonly apiUrl: string;
  /** For `https://auth.pingone.{tld}/{environmentId}/as/token`. */
  readonly tokenUrl: string;
  /** For `https://http-access-api.pingone.{tld}/v1/environments/{environmentId}`, which kits know. */
  readonly serviceUrl: string;
  close(): Promise<void>;
};

/** Listens on 127.0.0.1; port 0 takes a free one. */
export const openPingOne = async (options: PingOneOptions & { readonly port: Port }): Promise<OpenPingOne> => {
  const pingOne = pingOneOf(options);
  const { origin, close } = await openLoopbackServer(options.port, pingOne.answer);
  const { id } = options.environment;
  return {
    ...pingOne,
    origin,
    apiUrl: `${origin}/v1`,
    tokenUrl: `${origin}/${id}/as/token`,
    serviceUrl: `${origin}/v1/environments/${id}`,
    close: async () => {
      pingOne.stop();
      await close();
    },
  };
};
