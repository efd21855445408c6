import { type HeldPort, holdPort } from '../../emulator/wire/held-port.ts';

/** Which setting of a kit names the loopback address of its stand-in. */
const addressSettings: Readonly<Record<string, string>> = { kong: 'adminUrl', webhook: 'url' };

/** The stand-ins' ports, held; and what the gateways file says once each names the one that it got. */
export type DemoPorts = {
  readonly text: string;
  /** A sentence for each that did not get the port of the file. */
  readonly moved: readonly string[];
  /** The port of a kit's stand-in, where it has one; without `kitId`, of the gateway's PingOne. */
  of(gatewayId: string, kitId?: string): HeldPort | undefined;
};

/** No port is taken: for who only asks what a file would change. */
export const noDemoPorts = (text: string): DemoPorts => ({ text, moved: [], of: () => undefined });

type Kit = { readonly kitId: string; readonly kind: string; readonly settings?: Record<string, unknown> };
type File = {
  readonly gateways: readonly {
    gatewayId: string;
    demo?: boolean;
    authority?: Record<string, unknown>;
    kits: readonly Kit[];
  }[];
};

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** The port that a setting names, or any free one when it is taken. */
const hold = (port: number): Promise<HeldPort> =>
  holdPort('127.0.0.1', port).catch((error: unknown) => {
    if (isTaken(error)) return holdPort('127.0.0.1', 0);
    throw error;
  });

/** Takes a port for the stand-in of each kit of a demo gateway; `text` is a gateways file that was found good. */
export const holdDemoPorts = async (text: string): Promise<DemoPorts> => {
  const file = JSON.parse(text) as File;
  const held = new Map<string, HeldPort>();
  const moved: string[] = [];
  let isChanged = false;
  /** Holds the port of one stand-in, and has the settings that name it name the one that it got. */
  const take = async (
    key: string,
    what: string,
    address: unknown,
    settings: Record<string, unknown>,
  ): Promise<void> => {
    if (typeof address !== 'string') return;
    const { origin, port, hostname, protocol } = new URL(address);
    const got = await hold(Number(port));
    held.set(key, got);
    if (got.port === Number(port)) return;
    for (const [name, value] of Object.entries(settings))
      if (typeof value === 'string' && value.startsWith(origin))
        settings[name] = `${protocol}//${hostname}:${got.port}${value.slice(origin.length)}`;
    isChanged = true;
    if (port !== '0') moved.push(`Port ${port} of ${what} is in use: its stand-in listens on ${got.port} this time.`);
  };
  for (const { gatewayId, demo, authority, kits } of file.gateways) {
    if (!demo) continue;
    if (authority?.kind === 'pingone')
      await take(gatewayId, `the PingOne of the demo gateway ${gatewayId}`, authority.apiUrl, authority);
    for (const { kitId, kind, settings = {} } of kits)
      await take(`${gatewayId}/${kitId}`, `the demo kit ${kitId}`, settings[addressSettings[kind] ?? ''], settings);
  }
  return {
    text: isChanged ? JSON.stringify(file) : text,
    moved,
    of: (gatewayId, kitId) => held.get(kitId === undefined ? gatewayId : `${gatewayId}/${kitId}`),
  };
};
