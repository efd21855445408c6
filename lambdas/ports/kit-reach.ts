import type { KitHosts } from '../domain/kit-hosts.ts';
import type { SecretUser } from '../domain/secret-tag.ts';
import type { KitCommands } from './kit-commands.ts';
import type { KitEdge } from './kit-edge.ts';
import type { KitFiles } from './kit-files.ts';
import type { KitFunctions } from './kit-functions.ts';
import type { KitParameters, SecretsByRole } from './owners-places.ts';

/** Asks once over HTTP and follows nothing; what of `fetch` kinds need. */
export type KitFetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    /** Said, so that `fetch` itself would not follow either. */
    readonly redirect: 'manual';
    /** Only a server whose certificate one of these private authorities (PEM) has issued, instead of the public ones. */
    readonly ca?: readonly string[];
    readonly signal: AbortSignal;
  },
) => Promise<
  Pick<Response, 'status' | 'ok' | 'text'> & {
    readonly headers: Pick<Headers, 'get'>;
    /** In place of the text, for whoever does not want it. */
    readonly body: { cancel(): Promise<void> } | null;
  }
>;

/**
 * What reaching kits takes: the hosts that are allowed, how one is asked, who knows the addresses of a name, the functions that
 * kits are, here and at the edge of CloudFront, the parameters that they read, the secrets that other accounts keep for them, the folders that are allowed with the
 * files in them, and the commands by which nodes fetch a credential themselves.
 */
export type KitReach = {
  readonly hosts: KitHosts;
  readonly fetch: KitFetch;
  readonly functions: KitFunctions;
  /** Of one kit. */
  readonly parameters: (user: SecretUser) => KitParameters;
  /** Of one kit. */
  readonly secretsByRole: (user: SecretUser) => SecretsByRole;
  readonly edge: KitEdge;
  readonly folders: readonly string[];
  readonly files: KitFiles;
  readonly commands: KitCommands;
  addressesOf(host: string): Promise<readonly string[]>;
};
